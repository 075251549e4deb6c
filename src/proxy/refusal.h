// Why the proxy refuses a worker's terms or a client's request.
#pragma once

#include <string_view>

namespace cocoon::proxy {

enum class Refusal {
  BadPrice,
  BadCapacity,
  BadModel,
  ModelNotRegistered,
  ImageNotRegistered,
  BadRequest,
  ConfigTooOld,
  Draining,
  TooManyRequests,
};

std::string_view reason_name(Refusal refusal);

}  // namespace cocoon::proxy
