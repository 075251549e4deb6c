// Names, dates and the inner parts of items. Nothing is verified here.
#include "attest/collateral/item.h"

#include <algorithm>
#include <chrono>

#include "attest/collateral/limits.h"
#include "base/check.h"
#include "base/encoding.h"
#include "crypto/crl.h"

namespace cocoon::attest::collateral {
namespace {

base::Error bad_name() {
  return {CollateralError::NameMalformed, "The name of an item of collateral is malformed."};
}
base::Error bad_item(const ItemName& name) {
  return {CollateralError::ItemMalformed, "The answer for " + to_text(name) + " can't be read."};
}

bool holds(std::string_view text, std::string_view piece) {
  return text.find(piece) != std::string_view::npos;
}

bool is_path_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         holds("/-_.?=&", std::string_view(&c, 1));
}

// The end of a JSON string that begins at `at`, one past its closing quote; npos if it has none.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// The same for an object.
std::size_t end_of_object(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (std::size_t i = at; i < text.size(); ++i) {
    if (text[i] == '"') {
      i = end_of_string(text, i);
      if (i == std::string_view::npos) return i;
      --i;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}' && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// The text of the first string member of this name, at any depth. Good enough for dates of
// documents whose signature is checked elsewhere.
std::optional<std::string_view> member_text(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  const std::size_t found = json.find(key);
  if (found == std::string_view::npos) return std::nullopt;
  std::string_view rest = json.substr(found + key.size());
  if (rest.empty()) return std::nullopt;
  if (rest.front() != '"') return rest.substr(0, rest.find_first_not_of("0123456789"));
  const std::size_t end = end_of_string(rest, 0);
  if (end == std::string_view::npos) return std::nullopt;
  return rest.substr(1, end - 2);
}

std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

// "2026-06-30T07:53:47Z"
std::optional<base::WallTime> date_of(std::optional<std::string_view> text) {
  if (!text || text->size() != 20 || text->back() != 'Z') return std::nullopt;
  const auto year = digits(*text, 0, 4), month = digits(*text, 5, 2), day = digits(*text, 8, 2);
  const auto hour = digits(*text, 11, 2), minute = digits(*text, 14, 2),
             second = digits(*text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const std::chrono::seconds time = std::chrono::sys_days(date).time_since_epoch() +
                                    std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                                    std::chrono::seconds(*second);
  return base::from_unix_seconds(time.count());
}

// The last 8 bytes of a big-endian number; longer ones saturate.
std::uint64_t number_of(base::BytesView bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) {
    if (value >> 56 != 0) return UINT64_MAX;
    value = value << 8 | byte;
  }
  return value;
}

enum class Form { Json, List, Other };

Form form_of(const ItemName& name) {
  const std::string_view path = name.path;
  if (is_list(name)) return Form::List;
  if (name.service == Service::Intel && (holds(path, "/tcb?") || path.ends_with("/identity"))) {
    return Form::Json;
  }
  return Form::Other;
}

}  // namespace

std::string_view service_name(Service service) {
  switch (service) {
    case Service::Intel:
      return "intel";
    case Service::Amd:
      return "amd";
    case Service::Nvidia:
      return "nvidia";
  }
  CHECK(false);
}

std::optional<Service> service_from_name(std::string_view name) {
  for (const Service service : {Service::Intel, Service::Amd, Service::Nvidia}) {
    if (service_name(service) == name) return service;
  }
  return std::nullopt;
}

std::string to_text(const ItemName& name) {
  return std::string(service_name(name.service)) + name.path;
}

base::Result<ItemName> parse_item_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.size() > kPathSizeMax) return bad_name();
  const auto service = service_from_name(text.substr(0, slash));
  const std::string_view path = text.substr(slash);
  if (!service || path.size() < 2 || holds(path, "//") || holds(path, "..") ||
      !std::ranges::all_of(path, is_path_character)) {
    return bad_name();
  }
  return ItemName{*service, std::string(path)};
}

std::optional<base::Bytes> decode_chain_header(std::string_view header) {
  base::Bytes out;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] != '%') {
      out.push_back(static_cast<std::uint8_t>(header[i]));
      continue;
    }
    const auto byte = base::from_hex(header.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out.push_back(byte->front());
    i += 2;
  }
  return out;
}

IntelNames intel_names(const IntelCollateralId& id) {
  const std::string tee = id.tee == IntelTee::Tdx ? "tdx" : "sgx";
  const std::string authority = id.authority == PckAuthority::Platform ? "platform" : "processor";
  const auto name = [](std::string path) { return ItemName{Service::Intel, std::move(path)}; };
  return {.root_crl = name("/sgx/certification/v4/rootcacrl"),
          .pck_crl = name("/sgx/certification/v4/pckcrl?ca=" + authority + "&encoding=der"),
          .tcb = name("/" + tee + "/certification/v4/tcb?fmspc=" + base::to_hex(id.fmspc)),
          .qe_identity = name("/" + tee + "/certification/v4/qe/identity")};
}

ItemName amd_crl(std::string_view key, std::string_view product) {
  return {Service::Amd, "/" + std::string(key) + "/v1/" + std::string(product) + "/crl"};
}
ItemName amd_chain(std::string_view key, std::string_view product) {
  return {Service::Amd, "/" + std::string(key) + "/v1/" + std::string(product) + "/cert_chain"};
}
ItemName nvidia_manifest(std::string_view id) {
  return {Service::Nvidia, "/v1/rim/" + std::string(id)};
}

ItemName nvidia_root_crl() { return {Service::Nvidia, "/crl/l1-root.crl"}; }

ItemName nvidia_chip_crl(std::string_view chip) {
  std::string path = "/crl/l2-";
  for (const char letter : chip) {
    path.push_back(letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter);
  }
  return {Service::Nvidia, path + ".crl"};
}

bool is_list(const ItemName& name) { return holds(name.path, "crl"); }

base::Result<Vintage> vintage_of(const Item& item) {
  switch (form_of(item.name)) {
    case Form::Other:
      return Vintage{};
    case Form::List: {
      const auto list = crypto::Crl::parse_any(list_bytes(item.body));
      if (!list) return bad_item(item.name);
      Vintage vintage{.issued = list->this_update(), .ends = list->next_update()};
      if (list->number()) vintage.number = number_of(*list->number());
      return vintage;
    }
    case Form::Json: {
      const std::string_view json = base::as_text(item.body);
      const Vintage dates{.issued = date_of(member_text(json, "issueDate")),
                          .ends = date_of(member_text(json, "nextUpdate"))};
      if (!dates.issued || !dates.ends) return bad_item(item.name);
      Vintage vintage = dates;
      const auto number = member_text(json, "tcbEvaluationDataNumber");
      if (!number || number->empty() || number->size() > 9) return bad_item(item.name);
      vintage.number = *digits(*number, 0, number->size());
      return vintage;
    }
  }
  CHECK(false);
}

base::Bytes list_bytes(base::BytesView body) {
  // PCCS writes DER as hexadecimal digits; DER itself and PEM are no such text.
  if (auto bytes = base::from_hex(base::as_text(body))) return *std::move(bytes);
  return base::to_bytes(body);
}

std::optional<SignedObject> split_signed_object(base::BytesView body, std::string_view member) {
  const std::string_view text = base::as_text(body);
  const std::string key = "\"" + std::string(member) + "\":";
  const std::size_t found = text.find(key);
  if (found == std::string_view::npos) return std::nullopt;
  const std::size_t begin = text.find('{', found);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = end_of_object(text, begin);
  if (end == std::string_view::npos) return std::nullopt;
  // The signature stands beside the object, never within it.
  std::optional<std::string_view> hex = member_text(text.substr(end), "signature");
  if (!hex) hex = member_text(text.substr(0, found), "signature");
  if (!hex) return std::nullopt;
  auto signature = base::from_hex(*hex);
  if (!signature) return std::nullopt;
  return SignedObject{body.subspan(begin, end - begin), *std::move(signature)};
}

}  // namespace cocoon::attest::collateral
