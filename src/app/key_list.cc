#include "app/key_list.h"

#include <toml++/toml.h>
#include <algorithm>
#include <set>

#include "base/encoding.h"

namespace cocoon::app {
namespace {

using base::Error;
using base::Result;
using client::KeyGrant;

constexpr std::string_view kHead =
    "# API keys of a gateway: who may call it, and how much. Written by `cocoon key`, which keeps "
    "values\n# that are changed by hand, and no comments. A running gateway notices changes by "
    "itself.\n";

Error bad_value(const std::string& place, std::string_view what) {
  return Error(KeyListError::BadValue, place + ": " + std::string(what));
}

Result<std::int64_t> read_rate(const toml::node& node, const std::string& place) {
  const auto* number = node.as_integer();
  if (!number || number->get() < 1) return bad_value(place, "a whole number above 0 is needed");
  return number->get();
}

Result<void> read_member(KeyGrant& key, std::string_view name, const toml::node& node,
                         const std::string& place) {
  if (name == "requests_per_minute") {
    key.requests_per_minute = TRY(read_rate(node, place));
    return {};
  }
  if (name == "tokens_per_minute") {
    key.tokens_per_minute = TRY(read_rate(node, place));
    return {};
  }
  const auto* text = node.as_string();
  const std::string value = text ? text->get() : "";
  if (name == "name") {
    if (!is_key_name(value))
      return bad_value(place, "a name has 1 to 64 letters, digits, '-', '_', '.' or '@'");
    key.name = value;
  } else if (name == "sha256") {
    const auto hash = base::bits256_from_hex(value);
    if (!hash) return bad_value(place, "64 hexadecimal digits are needed");
    key.hash = *hash;
  } else if (name == "budget") {
    const auto budget = base::parse_nanoton(value);
    if (!budget) return bad_value(place, "an amount such as \"1.5ton\" is needed");
    key.budget = *budget;
  } else {
    return Error(KeyListError::UnknownKey,
                 place +
                     ": unknown; known are name, sha256, budget, requests_per_minute and "
                     "tokens_per_minute");
  }
  return {};
}

Result<KeyGrant> read_key(const toml::table& table, const std::string& file_name) {
  KeyGrant key;
  const auto line = [&](const toml::node& node) {
    return file_name + ":" + std::to_string(node.source().begin.line) + ": ";
  };
  for (const auto& [name, node] : table) {
    TRY(read_member(key, name.str(), node, line(node) + std::string(name.str())));
  }
  if (key.name.empty()) return bad_value(line(table) + "name", "is missing");
  if (!table.contains("sha256")) return bad_value(line(table) + "sha256", "is missing");
  return key;
}

}  // namespace

std::string_view reason_name(KeyListError error) {
  switch (error) {
    case KeyListError::BadSyntax:
      return "bad_syntax";
    case KeyListError::UnknownKey:
      return "unknown_key";
    case KeyListError::BadValue:
      return "bad_value";
    case KeyListError::Duplicate:
      return "duplicate";
    case KeyListError::TooMany:
      return "too_many";
  }
  return "unknown";
}

bool is_key_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.@").find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= kKeyNameBytesMax && std::ranges::all_of(name, allowed);
}

Result<std::vector<KeyGrant>> parse_key_list(std::string_view text, const std::string& file_name) {
  toml::table document;
  try {
    document = toml::parse(text, file_name);
  } catch (const toml::parse_error& fault) {
    return Error(KeyListError::BadSyntax, file_name + ":" +
                                              std::to_string(fault.source().begin.line) + ": " +
                                              std::string(fault.description()));
  }
  std::vector<KeyGrant> keys;
  std::set<std::string> names;
  std::set<base::Bits256> hashes;
  for (const auto& [name, node] : document) {
    const auto* list = node.as_array();
    if (name.str() != "key" || !list || !list->is_array_of_tables()) {
      return Error(KeyListError::UnknownKey,
                   file_name + ": " + std::string(name.str()) + ": only [[key]] is known here");
    }
    if (list->size() > kKeysMax) {
      return Error(KeyListError::TooMany,
                   file_name + ": at most " + std::to_string(kKeysMax) + " keys");
    }
    for (const auto& element : *list) {
      KeyGrant key = TRY(read_key(*element.as_table(), file_name));
      if (!names.insert(key.name).second || !hashes.insert(key.hash).second) {
        return Error(KeyListError::Duplicate, file_name + ": " + key.name + " stands twice");
      }
      keys.push_back(std::move(key));
    }
  }
  return keys;
}

std::string key_list_text(const std::vector<KeyGrant>& keys) {
  std::string text(kHead);
  for (const auto& key : keys) {
    text += "\n[[key]]\nname = \"" + key.name + "\"\nsha256 = \"" + base::to_hex(key.hash) + "\"\n";
    if (key.budget) text += "budget = \"" + std::to_string(key.budget->count()) + "n\"\n";
    if (key.requests_per_minute) {
      text += "requests_per_minute = " + std::to_string(*key.requests_per_minute) + "\n";
    }
    if (key.tokens_per_minute) {
      text += "tokens_per_minute = " + std::to_string(*key.tokens_per_minute) + "\n";
    }
  }
  return text;
}

std::string new_api_key(base::Random& random) {
  return "ck_" + base::to_base64url(random.bits256());
}

}  // namespace cocoon::app
