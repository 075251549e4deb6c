// What an operator orders of a running role: POST /control/NAME from this machine, with the header
// X-Cocoon-Control, which no web page of another origin can send unasked. Where the role has a
// control token, the header must carry it; else any value does, so that whoever is on the machine
// may order.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "io/http_server.h"

namespace cocoon::app {

// Carries the order out; `argument` is what stands behind '?' in the target. The answer is for
// people; an error refuses the order and changes nothing.
using Control = std::function<base::Result<std::string>(std::string_view argument)>;

struct Controls {
  base::Secret token;  // empty: none is asked for
  std::map<std::string, Control, std::less<>> all;
};

// The first line of the file; an empty path means no token. Refuses what io::read_file() refuses,
// and a token of less than 16 characters.
base::Result<base::Secret> read_control_token(const std::string& path);

// `name` is the path behind "/control/". Answers 200, or 400 for an order that is refused, 403, 404
// for one that the role does not know, 405.
void serve_control(const Controls& controls, std::string_view name, io::HttpExchange& exchange);

}  // namespace cocoon::app
