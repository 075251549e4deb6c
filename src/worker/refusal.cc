#include "worker/refusal.h"

namespace cocoon::worker {

std::string_view reason_name(Refusal refusal) {
  switch (refusal) {
    case Refusal::Draining:
      return "draining";
    case Refusal::EngineDown:
      return "engine_down";
    case Refusal::SwitchedOff:
      return "switched_off";
    case Refusal::ProxyLapsed:
      return "proxy_lapsed";
    case Refusal::TooManyRequests:
      return "too_many_requests";
    case Refusal::TooCheap:
      return "too_cheap";
    case Refusal::BadRequest:
      return "bad_request";
    case Refusal::WrongModel:
      return "wrong_model";
  }
  return "unknown";
}

}  // namespace cocoon::worker
