// A command of the `cocoon` program as data: its words, flags, examples and what it does. Help,
// parsing, suggestions and shell completion are all made from these.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands/terminal.h"
#include "app/role_shell.h"
#include "app/trust.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::app::commands {

struct Flag {
  std::string name;   // "--dir"
  std::string shape;  // what its value looks like, "DIR"; empty: it takes none
  std::string help;
  std::vector<std::string> choices = {};
};

struct Operand {
  enum class Need { Optional, Required };
  std::string name;  // "PROMPT"
  std::string help;
  Need need = Need::Optional;
  std::vector<std::string> choices = {};
};

// What the user typed behind the command's words, already checked against the table.
class Arguments {
 public:
  void set_flag(const std::string& name, std::vector<std::string> values) {
    flags_[name] = std::move(values);
  }
  void set_operands(std::vector<std::string> operands) { operands_ = std::move(operands); }

  bool has(const std::string& flag) const { return flags_.contains(flag); }
  // The last value given, or `standard`.
  std::string text(const std::string& flag, const std::string& standard = {}) const;
  // Usage if the value is not a whole number from `least` to `most`.
  base::Result<std::int64_t> number(const std::string& flag, std::int64_t standard,
                                    std::int64_t least, std::int64_t most) const;
  const std::vector<std::string>& operands() const { return operands_; }
  Printing printing() const { return has("--json") ? Printing::Json : Printing::ForPeople; }

 private:
  std::map<std::string, std::vector<std::string>> flags_;
  std::vector<std::string> operands_;
};

// Image hashes that simulated evidence shows for the two development programs.
struct DevelopmentImages {
  base::Bits256 proxy{};
  base::Bits256 worker{};
};

// What the program is given by its main.
struct Surroundings {
  const TrustKit& kit;
  DevelopmentImages images;
};

struct Invocation {
  const Surroundings& surroundings;
  Arguments arguments;
  Terminal out;
  Terminal err;
};

struct Command {
  std::string name;     // one or two words: "attest show"
  std::string summary;  // half a line
  std::string details;  // paragraphs for --help
  std::vector<Operand> operands;
  std::vector<Flag> flags;
  std::vector<std::string> examples;
  // The exit status, or why there is none.
  base::Result<int> (*run)(const Invocation&) = nullptr;
};

// All commands, in the order in which help shows them.
const std::vector<Command>& command_table();

}  // namespace cocoon::app::commands
