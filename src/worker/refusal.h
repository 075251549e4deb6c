// Why the worker refuses a request.
#pragma once

#include <string_view>

namespace cocoon::worker {

enum class Refusal {
  Draining,
  EngineDown,
  SwitchedOff,
  ProxyLapsed,
  TooManyRequests,
  TooCheap,
  BadRequest,
  WrongModel,
};

std::string_view reason_name(Refusal refusal);

}  // namespace cocoon::worker
