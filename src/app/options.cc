#include "app/options.h"

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include "openai/nearest.h"

namespace cocoon::app {
namespace {

using base::Error;
using base::Result;

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : std::string(between)) + word;
  return text;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A TOML value as the text that the option's setter takes; nothing for tables and dates.
std::optional<std::string> value_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* real = node.as_floating_point()) {
    std::ostringstream text;
    text << real->get();
    return text.str();
  }
  return std::nullopt;
}

std::string place_of(const std::string& file_name, const toml::node& node) {
  return file_name + ":" + std::to_string(node.source().begin.line);
}

Result<void> apply_value(const Option& option, std::string_view text, const std::string& place) {
  const std::string fault = option.set(text);
  if (fault.empty()) return {};
  return Error(OptionError::BadValue, place + ": " + option.name + " = \"" + std::string(text) +
                                          "\": " + fault + " (" + option.help + ")");
}

Result<void> apply_node(const Option& option, const toml::node& node, const std::string& place) {
  if (option.clear) option.clear();
  if (const auto* array = node.as_array(); array && option.kind == Option::Kind::List) {
    for (const auto& element : *array) {
      const auto text = value_text(element);
      if (!text)
        return Error(OptionError::BadValue, place + ": " + option.name + " takes a list of texts");
      TRY(apply_value(option, *text, place));
    }
    return {};
  }
  const auto text = value_text(node);
  if (!text) {
    return Error(OptionError::BadValue, place + ": " + option.name + " takes " + option.shape);
  }
  return apply_value(option, *text, place);
}

}  // namespace

std::string_view reason_name(OptionError error) {
  switch (error) {
    case OptionError::UnreadableFile:
      return "unreadable_file";
    case OptionError::BadSyntax:
      return "bad_syntax";
    case OptionError::UnknownKey:
      return "unknown_key";
    case OptionError::BadValue:
      return "bad_value";
  }
  return "unknown";
}

Option& OptionTable::add(std::string name, Option::Kind kind, std::string shape, std::string help,
                         std::string standard) {
  CHECK(find(name) == nullptr);
  options_.push_back(Option{.name = std::move(name),
                            .shape = std::move(shape),
                            .help = std::move(help),
                            .standard = std::move(standard),
                            .kind = kind,
                            .set = {},
                            .clear = {}});
  return options_.back();
}

const Option* OptionTable::find(std::string_view name) const {
  const auto found = std::ranges::find(options_, name, &Option::name);
  return found == options_.end() ? nullptr : &*found;
}

void OptionTable::text(std::string name, std::string& target, std::string shape, std::string help) {
  add(std::move(name), Option::Kind::Text, std::move(shape), std::move(help), target).set =
      [&target](std::string_view value) {
        target = value;
        return std::string();
      };
}

void OptionTable::path(std::string name, std::string& target, std::string help) {
  text(std::move(name), target, "PATH", std::move(help));
}

void OptionTable::number(std::string name, std::int64_t& target, std::int64_t least,
                         std::int64_t most, std::string help) {
  add(std::move(name), Option::Kind::Number, "NUMBER", std::move(help), std::to_string(target))
      .set = [&target, least, most](std::string_view value) -> std::string {
    const auto number = parse_number(value);
    if (!number || *number < least || *number > most) {
      return "a whole number from " + std::to_string(least) + " to " + std::to_string(most) +
             " is needed";
    }
    target = *number;
    return {};
  };
}

void OptionTable::flag(std::string name, bool& target, std::string help) {
  add(std::move(name), Option::Kind::Flag, "true|false", std::move(help), target ? "true" : "false")
      .set = [&target](std::string_view value) -> std::string {
    if (value != "true" && value != "false") return "true or false is needed";
    target = value == "true";
    return {};
  };
}

void OptionTable::list(std::string name, std::vector<std::string>& target, std::string shape,
                       std::string help) {
  Option& option = add(std::move(name), Option::Kind::List, std::move(shape), std::move(help),
                       join(target, ","));
  option.set = [&target](std::string_view value) {
    target.emplace_back(value);
    return std::string();
  };
  option.clear = [&target] { target.clear(); };
}

void OptionTable::amount(std::string name, base::Nanoton& target, std::string help) {
  add(std::move(name), Option::Kind::Text, "TON", std::move(help), base::to_string(target)).set =
      [&target](std::string_view value) -> std::string {
    const auto amount = base::parse_nanoton(value);
    if (!amount) return "an amount such as 1.5, 1.5ton or 1500000000n is needed";
    target = *amount;
    return {};
  };
}

void OptionTable::choice(std::string name, std::string& target, std::vector<std::string> values,
                         std::string help) {
  const std::string shape = join(values, "|");
  add(std::move(name), Option::Kind::Text, shape, std::move(help), target).set =
      [&target, shape, values = std::move(values)](std::string_view value) -> std::string {
    const auto fits = [value](const std::string& known) {
      return known.front() == '*' ? value.ends_with(known.substr(1)) : value == known;
    };
    if (std::ranges::none_of(values, fits)) return "one of " + shape + " is needed";
    target = value;
    return {};
  };
}

Error OptionTable::unknown_key(std::string_view key, const std::string& place) const {
  std::vector<std::string> names;
  for (const auto& option : options_) names.push_back(option.name);
  std::string message = place + ": unknown key \"" + std::string(key) + "\"";
  const auto near = openai::nearest_models(key, names);
  if (!near.empty()) message += "; did you mean \"" + near.front() + "\"?";
  return Error(OptionError::UnknownKey, message);
}

Result<void> OptionTable::apply_file(std::string_view toml_text, const std::string& file_name) {
  toml::table document;
  try {
    document = toml::parse(toml_text, file_name);
  } catch (const toml::parse_error& fault) {
    return Error(OptionError::BadSyntax, file_name + ":" +
                                             std::to_string(fault.source().begin.line) + ": " +
                                             std::string(fault.description()));
  }
  return apply_members(document, file_name);
}

Result<void> OptionTable::apply_members(const toml::table& members, const std::string& file_name) {
  for (const auto& [key, node] : members) {
    const std::string place = place_of(file_name, node);
    const Option* option = find(key.str());
    if (!option) return unknown_key(key.str(), place);
    const auto* rows = node.as_array();
    if (!option->add_row || !rows || !rows->is_array_of_tables()) {
      TRY(apply_node(*option, node, place));
      continue;
    }
    for (const auto& row : *rows) {
      TRY(option->add_row().apply_members(*row.as_table(), file_name));
    }
  }
  return {};
}

void OptionTable::rows(std::string_view name, std::function<OptionTable()> add_row) {
  const auto found = std::ranges::find(options_, name, &Option::name);
  CHECK(found != options_.end());
  found->add_row = std::move(add_row);
}

std::string OptionTable::variable(const Option& option) const {
  std::string name = "COCOON_" + role_ + "_" + option.name;
  for (char& c : name)
    c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

Result<void> OptionTable::apply_environment(
    const std::function<const char*(const std::string&)>& lookup) {
  for (const auto& option : options_) {
    const std::string name = variable(option);
    const char* value = lookup(name);
    if (!value) continue;
    if (option.clear) option.clear();
    std::string_view rest = value;
    if (option.kind != Option::Kind::List) {
      TRY(apply_value(option, rest, name));
      continue;
    }
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      TRY(apply_value(option, rest.substr(0, comma), name));
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
  }
  return {};
}

Result<void> OptionTable::apply_flag(std::string_view name,
                                     const std::vector<std::string>& values) {
  const Option* option = find(name);
  if (!option) return unknown_key(name, "--" + std::string(name));
  if (option->clear) option->clear();
  for (const auto& value : values) TRY(apply_value(*option, value, "--" + option->name));
  return {};
}

std::string OptionTable::example() const {
  std::string text =
      "# Configuration of cocoon " + role_ +
      ". Every key with its default; each can also be given as a flag or a variable.\n";
  for (const auto& option : options_) {
    text += "\n# " + option.help + "\n# " + option.shape + "; --" + option.name + "; " +
            variable(option) + "\n# " + option.name + " = ";
    switch (option.kind) {
      case Option::Kind::Number:
      case Option::Kind::Flag:
        text += option.standard;
        break;
      case Option::Kind::Text:
        text += "\"" + option.standard + "\"";
        break;
      case Option::Kind::List:
        text += option.standard.empty() ? "[]" : "[\"" + option.standard + "\"]";
        break;
    }
    text += "\n";
  }
  return text;
}

}  // namespace cocoon::app
