#include "io/http_parser.h"

#include <algorithm>
#include <utility>

#include "io/limits.h"

namespace cocoon::io {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kBodyReserveMax = 1024 * kKibibyte;  // on the caller's word alone

base::BytesView view_of(boost::beast::string_view text) {
  return base::as_bytes({text.data(), text.size()});
}

std::string_view plain(boost::beast::string_view text) { return {text.data(), text.size()}; }

boost::system::error_code stop_code() { return http::make_error_code(http::error::end_of_stream); }

HttpRefusal refusal_of(const boost::system::error_code& code) {
  if (code == http::error::header_limit) return {431, "request header too large"};
  if (code == http::error::body_limit) return {413, "request body too large"};
  if (code == http::error::bad_version) return {505, "HTTP version not supported"};
  return {400, "malformed request: " + code.message()};
}

}  // namespace

HttpRequestParser::HttpRequestParser(std::size_t body_bytes_max) {
  eager(true);
  header_limit(kHttpHeaderBytesMax);
  body_limit(body_bytes_max);
}

std::size_t HttpRequestParser::handle_bytes(base::BytesView bytes) {
  Code code;
  const std::size_t used = put(boost::asio::const_buffer(bytes.data(), bytes.size()), code);
  if (code && code != http::error::need_more && !refusal_) refusal_ = refusal_of(code);
  return used;
}

void HttpRequestParser::refuse(unsigned status, std::string reason, Code& code) {
  refusal_ = HttpRefusal{status, std::move(reason)};
  code = stop_code();
}

void HttpRequestParser::on_request_impl(Verb, Text method, Text target, int version, Code&) {
  request_.method = plain(method);
  request_.target = plain(target);
  version_ = version;
}

void HttpRequestParser::on_field_impl(Field field, Text name, Text value, Code& code) {
  // Trailers after a chunked body are read and dropped.
  if (is_header_done()) return;
  if (request_.headers.size() == kHttpHeaderFieldsMax) {
    refuse(431, "too many request header fields", code);
  } else if (field == Field::transfer_encoding && !equal_ignoring_case(plain(value), "chunked")) {
    refuse(501, "transfer coding not supported", code);
  } else if (field == Field::host && std::exchange(has_host_, true)) {
    refuse(400, "more than one Host", code);
  } else if (field == Field::expect && !equal_ignoring_case(plain(value), "100-continue")) {
    refuse(417, "expectation not supported", code);
  } else {
    wants_continue_ = wants_continue_ || field == Field::expect;
    request_.headers.add(plain(name), plain(value));
  }
}

void HttpRequestParser::on_header_impl(Code& code) {
  if (version_ != 10 && version_ != 11) {
    refuse(505, "HTTP version not supported", code);
  } else if (version_ == 11 && !has_host_) {
    refuse(400, "Host is missing", code);
  } else if (version_ == 10 && request_.headers.has("Transfer-Encoding")) {
    refuse(400, "transfer coding in HTTP/1.0", code);
  }
  wants_continue_ = wants_continue_ && version_ == 11;
}

void HttpRequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& size, Code&) {
  if (size) request_.body.reserve(std::min<std::size_t>(*size, kBodyReserveMax));
}

std::size_t HttpRequestParser::on_body_impl(Text body, Code&) {
  const base::BytesView bytes = view_of(body);
  request_.body.insert(request_.body.end(), bytes.begin(), bytes.end());
  return bytes.size();
}

std::size_t HttpRequestParser::on_chunk_body_impl(std::uint64_t, Text body, Code& code) {
  return on_body_impl(body, code);
}

HttpResponseParser::HttpResponseParser(ResponseBody body) {
  eager(true);
  header_limit(kHttpResponseHeaderBytesMax);
  body_limit(boost::none);
  if (body == ResponseBody::None) skip(true);
}

std::size_t HttpResponseParser::handle_bytes(base::BytesView bytes) {
  Code code;
  const std::size_t used = put(boost::asio::const_buffer(bytes.data(), bytes.size()), code);
  if (code && code != http::error::need_more && failure_.empty() && !stopped_) {
    too_large_ = code == http::error::header_limit;
    failure_ = code.message();
  }
  return used;
}

bool HttpResponseParser::handle_end() {
  if (!got_some() || is_done()) return false;
  Code code;
  put_eof(code);
  return !code && is_done();
}

void HttpResponseParser::on_response_impl(int status, Text, int, Code&) {
  status_ = static_cast<unsigned>(status);
}

void HttpResponseParser::on_field_impl(Field field, Text name, Text value, Code& code) {
  if (is_header_done()) return;
  if (field == Field::transfer_encoding && !equal_ignoring_case(plain(value), "chunked")) {
    failure_ = "transfer coding not supported";
    code = stop_code();
    return;
  }
  if (headers_.size() == kHttpHeaderFieldsMax) {
    failure_ = "too many header fields";
    too_large_ = true;
    code = stop_code();
    return;
  }
  headers_.add(plain(name), plain(value));
}

void HttpResponseParser::on_header_impl(Code& code) {
  // 100 Continue and its like announce the real answer; 101 would change the protocol, which we
  // never ask for.
  if (status_ == 101) {
    failure_ = "protocol switch that nobody asked for";
    code = stop_code();
  } else if (status_ >= 200) {
    on_head(status_, headers_);
  }
  if (stopped_) code = stop_code();
}

std::size_t HttpResponseParser::on_body_impl(Text body, Code& code) {
  on_body(view_of(body));
  if (stopped_) code = stop_code();
  return body.size();
}

std::size_t HttpResponseParser::on_chunk_body_impl(std::uint64_t, Text body, Code& code) {
  return on_body_impl(body, code);
}

}  // namespace cocoon::io
