// Which web pages may call the gateway from a browser (the CORS protocol of the Fetch standard).
//
// A browser lets any page send simple requests anywhere, to ports of this machine too, and only
// asks afterwards whether the page may read the answer. An answer costs money, so a request that
// names its page in `Origin` is refused unless the page is allowed or is the gateway's own.
// Programs that are no browsers send no Origin.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "openai/headers.h"

namespace cocoon::openai {

enum class OriginVerdict {
  NotABrowser,  // no Origin
  Own,          // the page came from this gateway
  Allowed,
  Refused,
};

// `origins`: "https://chat.example.org", or "*" for every page.
OriginVerdict judge_origin(std::span<const Header> headers, std::span<const std::string> origins);

// What an answer to an allowed page carries, so that the page may read it; `preflight` adds what a
// browser asks before a request that is not simple. Empty unless Allowed.
enum class CorsAnswer { Request, Preflight };
std::vector<Header> cors_headers(std::span<const Header> headers,
                                 std::span<const std::string> origins, CorsAnswer answer);

}  // namespace cocoon::openai
