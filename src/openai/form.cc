#include "openai/form.h"

#include <algorithm>

#include "openai/ascii.h"
#include "openai/utf8.h"

namespace cocoon::openai {
namespace {

using base::BytesView;
using base::Error;
using base::Result;

constexpr std::string_view kFormType = "multipart/form-data";

// The value of `name` among the parameters behind the first ';'. Quoted values may hold anything
// but quotes, escaped ones included: browsers write %22 for them.
std::optional<std::string> parameter(std::string_view value, std::string_view name) {
  std::size_t at = std::min(value.find(';'), value.size());
  while (at < value.size()) {
    std::string_view rest = value.substr(at + 1);
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = trimmed(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    const bool quoted = rest.starts_with('"');
    if (quoted) rest.remove_prefix(1);
    const std::size_t end = rest.find(quoted ? '"' : ';');
    if (quoted && end == std::string_view::npos) return std::nullopt;
    const std::string_view found = rest.substr(0, std::min(end, rest.size()));
    if (same_name(key, name)) return std::string(quoted ? found : trimmed(found));
    const auto begin = static_cast<std::size_t>(rest.data() - value.data());
    at = value.find(';', begin + found.size());
    if (at == std::string_view::npos) at = value.size();
  }
  return std::nullopt;
}

Error broken(std::string_view what) {
  return Error(RequestFault::InvalidForm, "the form can't be read: " + std::string(what));
}

struct Part {
  std::string name;
  std::string_view content;
};

// The field's name that a part's headers tell.
Result<std::string> part_name(std::string_view headers) {
  while (!headers.empty()) {
    const std::size_t end = std::min(headers.find("\r\n"), headers.size());
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(std::min(end + 2, headers.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos ||
        !same_name(line.substr(0, colon), "content-disposition")) {
      continue;
    }
    const auto name = parameter(line.substr(colon + 1), "name");
    if (name) return *name;
  }
  return broken("a part has no name");
}

class FormReader {
 public:
  FormReader(std::string_view body, const std::string& boundary)
      : rest_(body), delimiter_("\r\n--" + boundary) {}

  // Before the first part.
  Result<void> begin() {
    // The delimiter's line feed may be missing at the very start.
    const std::string_view first = std::string_view(delimiter_).substr(2);
    if (!rest_.starts_with(first)) return broken("it does not begin with its boundary");
    rest_.remove_prefix(first.size());
    return {};
  }
  // Nothing after the last part.
  Result<std::optional<Part>> next() {
    if (rest_.starts_with("--")) return std::optional<Part>();
    if (!rest_.starts_with("\r\n")) return broken("a boundary is not at the end of its line");
    rest_.remove_prefix(2);
    const std::size_t head_end = rest_.substr(0, kMaxPartHeaderBytes).find("\r\n\r\n");
    if (head_end == std::string_view::npos) return broken("a part's headers don't end");
    Part part;
    part.name = TRY(part_name(rest_.substr(0, head_end)));
    rest_.remove_prefix(head_end + 4);
    const std::size_t end = rest_.find(delimiter_);
    if (end == std::string_view::npos) return broken("the last boundary is missing");
    part.content = rest_.substr(0, end);
    rest_.remove_prefix(end + delimiter_.size());
    return std::optional(std::move(part));
  }

 private:
  std::string_view rest_;
  const std::string delimiter_;
};

bool is_text(std::string_view text) {
  BytesView rest = base::as_bytes(text);
  while (!rest.empty()) {
    const std::size_t length = utf8_length(rest);
    if (length == 0 || rest[0] < 0x20) return false;
    rest = rest.subspan(length);
  }
  return true;
}

Result<void> read_field(RequestFacts& facts, const Part& part) {
  if (part.name == "model") {
    if (!facts.model.empty())
      return Error(RequestFault::DuplicateMember, "model: stands more than once");
    if (part.content.size() > kMaxModelNameBytes || !is_text(part.content))
      return Error(RequestFault::BadType, "model: must be a short text of valid Unicode");
    facts.model = part.content;
  } else if (part.name == "stream") {
    facts.stream = same_name(part.content, "true") || part.content == "1";
  }
  return {};
}

Result<RequestFacts> inspect_form(Endpoint endpoint, const std::string& boundary,
                                  std::string_view body, const RequestOptions& options) {
  RequestFacts facts;
  facts.endpoint = endpoint;
  facts.options = options;
  FormReader reader(body, boundary);
  TRY(reader.begin());
  for (std::size_t count = 0;; ++count) {
    const auto part = TRY(reader.next());
    if (!part) break;
    if (count == kMaxFormParts)
      return broken("it has more than " + std::to_string(kMaxFormParts) + " parts");
    TRY(read_field(facts, *part));
  }
  if (facts.model.empty())
    return Error(RequestFault::MissingModel, "model: is required and must not be empty");
  facts.max_tokens = {kDefaultMaxTokens};
  facts.output_limit = {kDefaultMaxTokens};
  return facts;
}

}  // namespace

std::optional<std::string> form_boundary(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  if (!same_name(trimmed(type), kFormType)) return std::nullopt;
  auto boundary = parameter(content_type, "boundary");
  const auto allowed = [](char c) { return c > 0x20 && c < 0x7f; };
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundaryBytes ||
      !std::ranges::all_of(*boundary, allowed)) {
    return std::nullopt;
  }
  return boundary;
}

Result<RequestFacts> inspect_call(std::string_view target, std::span<const Header> headers,
                                  BytesView body, const RequestOptions& options) {
  const auto endpoint = find_endpoint(target);
  if (!endpoint || !takes_form(*endpoint)) return inspect_request(target, body, options);
  if (body.size() > kMaxRequestBytes) {
    return Error(RequestFault::TooLarge,
                 "the request body has more than " + std::to_string(kMaxRequestBytes) + " bytes");
  }
  const auto type = std::ranges::find_if(
      headers, [](const Header& header) { return same_name(header.name, "content-type"); });
  const auto boundary = type == headers.end() ? std::nullopt : form_boundary(type->value);
  if (!boundary) {
    return broken("this path takes multipart/form-data, with a boundary in Content-Type");
  }
  return inspect_form(*endpoint, *boundary, base::as_text(body), options);
}

}  // namespace cocoon::openai
