// Why a lite server is not used any more, or a request could not be answered. A wrong proof is
// ProofError or TonError, a broken stream AdnlError, a malformed answer tl::TlFault.
#pragma once

#include <string_view>

namespace cocoon::ton {

enum class LiteError {
  ServerSilent,    // did not answer in time
  ServerSlow,      // answers, but others answer much faster
  ServerStale,     // far behind what another server has proven
  ServerClosed,    // ended the connection, or it could not be made
  ServerRefused,   // answered with an error of its own
  ServerNoProof,   // named a newer block and does not prove it
  WrongNetwork,    // another zero state than ours
  AnswerSurplus,   // more answers at a time than anyone asked for
  RequestExpired,  // nobody answered before the request's end
  SavedForm,       // a saved state that is damaged or of another network
};

std::string_view reason_name(LiteError error);

}  // namespace cocoon::ton
