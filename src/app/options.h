// The options of one role, declared once: from this table come the TOML file's keys, the
// command-line flags, the COCOON_… environment variables, the commented example file and the shell
// completion.
//
// Order of precedence: flag, environment, file, default. Unknown keys and bad values are refused
// with the place where they stand and, for a misspelt key, the nearest known one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/nanoton.h"
#include "base/result.h"

namespace toml::inline v3 {
class table;
}

namespace cocoon::app {

enum class OptionError { UnreadableFile, BadSyntax, UnknownKey, BadValue };
std::string_view reason_name(OptionError error);

struct Option {
  std::string name;      // "listen"; as a flag --listen, as a variable COCOON_CLIENT_LISTEN
  std::string shape;     // what the value looks like, for help: "HOST:PORT"
  std::string help;      // one line
  std::string standard;  // the default as text, for the example file
  enum class Kind { Text, Number, Flag, List } kind = Kind::Text;
  // Takes one value as text (lists: called once for each, after clear); answers what is wrong with
  // it, or nothing.
  std::function<std::string(std::string_view)> set;
  std::function<void()> clear;
  // Where the file may give [[name]] tables instead: a fresh row, bound to a new element.
  std::function<class OptionTable()> add_row = {};
};

class OptionTable {
 public:
  // `role` names the table of the file ("client") and the prefix of the variables (COCOON_CLIENT_).
  explicit OptionTable(std::string role) : role_(std::move(role)) {}

  // Each binds a name to a variable that holds the default now and the value after load().
  void text(std::string name, std::string& target, std::string shape, std::string help);
  void path(std::string name, std::string& target, std::string help);
  void number(std::string name, std::int64_t& target, std::int64_t least, std::int64_t most,
              std::string help);
  void flag(std::string name, bool& target, std::string help);
  void list(std::string name, std::vector<std::string>& target, std::string shape,
            std::string help);
  void amount(std::string name, base::Nanoton& target, std::string help);
  // Lets the file write `name`, which is declared already, as [[name]] tables, too.
  void rows(std::string_view name, std::function<OptionTable()> add_row);
  // A value such as "*.toml" stands for all that end so.
  void choice(std::string name, std::string& target, std::vector<std::string> values,
              std::string help);

  const std::string& role() const { return role_; }
  const std::vector<Option>& options() const { return options_; }
  const Option* find(std::string_view name) const;

  // Applies a TOML document; `file_name` is for messages only. Paths in it are relative to
  // `directory`.
  base::Result<void> apply_file(std::string_view toml, const std::string& file_name);
  // Applies COCOON_<ROLE>_<NAME> for every option, asked for through `lookup` (null when unset).
  base::Result<void> apply_environment(
      const std::function<const char*(const std::string&)>& lookup);
  // Applies one flag's value.
  base::Result<void> apply_flag(std::string_view name, const std::vector<std::string>& values);

  // A file with every key, its default and its help, all commented out.
  std::string example() const;
  std::string variable(const Option& option) const;

 private:
  Option& add(std::string name, Option::Kind kind, std::string shape, std::string help,
              std::string standard);
  base::Result<void> apply_members(const toml::v3::table& members, const std::string& file_name);
  base::Error unknown_key(std::string_view key, const std::string& place) const;

  std::string role_;
  std::vector<Option> options_;
};

}  // namespace cocoon::app
