#include "io/socket_fault.h"

#include <string>

namespace cocoon::io {
namespace {

namespace errc = boost::system::errc;

IoFault fault_of(const boost::system::error_code& code) {
  struct Row {
    boost::system::error_condition condition;
    IoFault fault;
  };
  static const Row kRows[] = {
      {make_error_condition(errc::connection_refused), IoFault::Refused},
      {make_error_condition(errc::connection_reset), IoFault::Reset},
      {make_error_condition(errc::broken_pipe), IoFault::Reset},
      {make_error_condition(errc::connection_aborted), IoFault::Reset},
      {make_error_condition(errc::not_connected), IoFault::Reset},
      {make_error_condition(errc::timed_out), IoFault::Timeout},
      {make_error_condition(errc::operation_canceled), IoFault::Cancelled},
      {make_error_condition(errc::address_in_use), IoFault::AddressInUse},
      {make_error_condition(errc::address_not_available), IoFault::InvalidAddress},
      {make_error_condition(errc::permission_denied), IoFault::PermissionDenied},
      {make_error_condition(errc::operation_not_permitted), IoFault::PermissionDenied},
      {make_error_condition(errc::too_many_files_open), IoFault::TooManyConnections},
      {make_error_condition(errc::too_many_files_open_in_system), IoFault::TooManyConnections},
  };
  if (code == boost::asio::error::eof) return IoFault::Closed;
  if (code == boost::asio::error::host_not_found ||
      code == boost::asio::error::host_not_found_try_again || code == boost::asio::error::no_data) {
    return IoFault::NameNotFound;
  }
  for (const Row& row : kRows) {
    if (code == row.condition) return row.fault;
  }
  return IoFault::Unreachable;
}

}  // namespace

base::Error socket_error(const boost::system::error_code& code, std::string_view doing) {
  return base::Error(fault_of(code), std::string(doing) + ": " + code.message());
}

std::string endpoint_text(const boost::asio::ip::tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

}  // namespace cocoon::io
