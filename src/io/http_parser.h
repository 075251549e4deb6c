// HTTP/1.1 parsers on Beast's incremental one: requests into an HttpRequest, responses as events.
// Framing that could be read in two ways (RFC 9112 section 6.3: two lengths, an unknown transfer
// coding) is refused.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "io/asio.h"
#include "io/http_headers.h"
#include "io/http_server.h"

namespace cocoon::io {

// What becomes of a connection when its answer is complete.
enum class AfterAnswer { KeepOpen, Close };

// The status of the answer that a request which can't be read deserves, and why.
struct HttpRefusal {
  unsigned status;
  std::string reason;
};

class HttpRequestParser final : private boost::beast::http::basic_parser<true> {
 public:
  explicit HttpRequestParser(std::size_t body_bytes_max);

  // Uses bytes from the front; what is left is to be given again, with more behind it. Stops after
  // one request.
  std::size_t handle_bytes(base::BytesView bytes);
  const std::optional<HttpRefusal>& refusal() const { return refusal_; }
  bool head_done() const { return is_header_done(); }
  bool done() const { return is_done(); }
  bool wants_continue() const { return wants_continue_; }
  bool keep_alive() const { return basic_parser::keep_alive(); }
  bool http_1_0() const { return version_ == 10; }
  HttpRequest take_request() { return std::move(request_); }

 private:
  using Code = boost::system::error_code;
  using Text = boost::beast::string_view;
  using Verb = boost::beast::http::verb;
  using Field = boost::beast::http::field;

  void on_request_impl(Verb, Text method, Text target, int version, Code&) override;
  void on_response_impl(int, Text, int, Code&) override {}
  void on_field_impl(Field field, Text name, Text value, Code& code) override;
  void on_header_impl(Code& code) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, Code&) override;
  std::size_t on_body_impl(Text body, Code&) override;
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, Code&) override;
  void on_finish_impl(Code&) override {}
  void refuse(unsigned status, std::string reason, Code& code);

  HttpRequest request_;
  std::optional<HttpRefusal> refusal_;
  int version_ = 11;
  bool has_host_ = false;
  bool wants_continue_ = false;
};

enum class ResponseBody { Expected, None };  // None: the answer to HEAD

class HttpResponseParser final : private boost::beast::http::basic_parser<false> {
 public:
  explicit HttpResponseParser(ResponseBody body);

  // As above; the callbacks come from within. After stop() nothing more is read.
  std::function<void(unsigned status, const HttpHeaders& headers)> on_head;
  std::function<void(base::BytesView)> on_body;
  std::size_t handle_bytes(base::BytesView bytes);
  // The connection ended: true if the answer is whole.
  bool handle_end();
  void stop() { stopped_ = true; }

  const std::string& failure() const { return failure_; }  // empty: none
  bool too_large() const { return too_large_; }
  bool done() const { return is_done(); }
  bool keep_alive() const { return basic_parser::keep_alive(); }
  unsigned status() const { return status_; }

 private:
  using Code = boost::system::error_code;
  using Text = boost::beast::string_view;
  using Verb = boost::beast::http::verb;
  using Field = boost::beast::http::field;

  void on_request_impl(Verb, Text, Text, int, Code&) override {}
  void on_response_impl(int status, Text, int, Code&) override;
  void on_field_impl(Field field, Text name, Text value, Code& code) override;
  void on_header_impl(Code&) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(Text body, Code& code) override;
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, Code& code) override;
  void on_finish_impl(Code&) override {}

  HttpHeaders headers_;
  std::string failure_;
  unsigned status_ = 0;
  bool too_large_ = false;
  bool stopped_ = false;
};

}  // namespace cocoon::io
