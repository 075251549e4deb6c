// Names of faults between a lite client and its servers.
#include "ton/lite_error.h"

#include "base/check.h"

namespace cocoon::ton {

std::string_view reason_name(LiteError error) {
  switch (error) {
    case LiteError::ServerSilent:
      return "server_silent";
    case LiteError::ServerSlow:
      return "server_slow";
    case LiteError::ServerStale:
      return "server_stale";
    case LiteError::ServerClosed:
      return "server_closed";
    case LiteError::ServerRefused:
      return "server_refused";
    case LiteError::ServerNoProof:
      return "server_no_proof";
    case LiteError::WrongNetwork:
      return "wrong_network";
    case LiteError::AnswerSurplus:
      return "answer_surplus";
    case LiteError::RequestExpired:
      return "request_expired";
    case LiteError::SavedForm:
      return "saved_form";
  }
  CHECK(false);
}

}  // namespace cocoon::ton
