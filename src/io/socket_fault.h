// Error codes of sockets as IoFault.
#pragma once

#include <string_view>

#include "base/result.h"
#include "io/asio.h"
#include "io/io_fault.h"

namespace cocoon::io {

// `doing` begins the sentence: "connecting to 127.0.0.1:80".
base::Error socket_error(const boost::system::error_code& code, std::string_view doing);

// "192.0.2.7:4711" or "[2001:db8::1]:4711".
std::string endpoint_text(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace cocoon::io
