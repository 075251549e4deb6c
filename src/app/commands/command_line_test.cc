// Commands, arguments, help and completion, all from the one table.
#include <gtest/gtest.h>

#include <set>

#include "app/commands/completion.h"
#include "app/commands/fault.h"
#include "app/commands/parse.h"
#include "app/role_main.h"

namespace cocoon::app::commands {
namespace {

const Terminal kNoTerminal(stdout, {});

const Command& command(const std::string& name) {
  for (const auto& one : command_table()) {
    if (one.name == name) return one;
  }
  ADD_FAILURE() << "no command " << name;
  return command_table().front();
}

std::string failure(const base::Result<Arguments>& arguments) {
  if (arguments) return "accepted";
  EXPECT_EQ(exit_status(arguments.error()), kExitUsage);
  return arguments.error().message();
}

TEST(CommandTable, EveryCommandCanBeFoundAndExplained) {
  std::set<std::string> names;
  for (const auto& one : command_table()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_FALSE(one.summary.empty()) << one.name;
    EXPECT_FALSE(one.examples.empty()) << one.name;
    EXPECT_NE(overview(kNoTerminal).find(one.summary), std::string::npos);
    for (const auto& flag : one.flags) {
      EXPECT_TRUE(flag.name.starts_with("--"));
      EXPECT_NE(help_of(one, kNoTerminal).find(flag.name), std::string::npos);
    }
    for (const auto& example : one.examples)
      EXPECT_NE(help_of(one, kNoTerminal).find(example), std::string::npos);
  }
}

TEST(ChooseCommand, OneAndTwoWords) {
  const auto chosen = choose_command({"attest", "show", "--json"});
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->command->name, "attest show");
  EXPECT_EQ(chosen->rest, std::vector<std::string>{"--json"});
}

TEST(ChooseCommand, MisspeltOnesGetTheNearest) {
  const auto next = [](const std::vector<std::string>& words) {
    const auto chosen = choose_command(words);
    return chosen ? "found" : chosen.error().message();
  };
  EXPECT_EQ(next({"stauts"}), "there is no command \"stauts\"\ncocoon status");
  EXPECT_EQ(next({"caht"}), "there is no command \"caht\"\ncocoon chat");
  EXPECT_EQ(next({"model"}), "there is no command \"model\"\ncocoon models");
  EXPECT_EQ(next({"xyzzy"}), "there is no command \"xyzzy\"\ncocoon --help");
  EXPECT_EQ(next({"attest"}), "cocoon attest needs one more word\ncocoon attest show");
  EXPECT_EQ(next({"attest", "shw"}), "cocoon attest needs one more word\ncocoon attest show");
}

TEST(ParseArguments, FlagsAndOperandsInAnyOrder) {
  const auto arguments =
      parse_arguments(command("chat"), {"--json", "m", "--url=http://x", "hello there"});
  ASSERT_TRUE(arguments) << arguments.error().message();
  EXPECT_EQ(arguments->printing(), Printing::Json);
  EXPECT_EQ(arguments->text("--url"), "http://x");
  EXPECT_EQ(arguments->operands(), (std::vector<std::string>{"m", "hello there"}));
  EXPECT_FALSE(arguments->has("--dir"));
  EXPECT_EQ(arguments->text("--dir", "d"), "d");
}

TEST(ParseArguments, RefusesWithTheNextThingToTry) {
  EXPECT_EQ(failure(parse_arguments(command("up"), {"--worker", "2"})),
            "cocoon up has no option --worker\n--workers");
  EXPECT_EQ(failure(parse_arguments(command("up"), {"--zzzzzz"})),
            "cocoon up has no option --zzzzzz\ncocoon up --help");
  EXPECT_NE(failure(parse_arguments(command("up"), {"--workers"})).find("--workers"),
            std::string::npos);
  EXPECT_NE(failure(parse_arguments(command("up"), {"extra"})).find("one word too many"),
            std::string::npos);
  EXPECT_EQ(failure(parse_arguments(command("completion"), {})),
            "SHELL is missing\none of: bash, zsh, fish");
  EXPECT_EQ(failure(parse_arguments(command("completion"), {"csh"})),
            "\"csh\" is no SHELL\none of: bash, zsh, fish");
  EXPECT_EQ(failure(parse_arguments(command("completion"), {"--help"})), "accepted");
}

TEST(ParseArguments, NumbersHaveBounds) {
  const auto number = [](const std::string& text) {
    return parse_arguments(command("up"), {"--workers", text})->number("--workers", 1, 1, 64);
  };
  EXPECT_EQ(*number("64"), 64);
  for (const char* text : {"0", "65", "", "1x", "1.5", "99999999999999999999"}) {
    ASSERT_FALSE(number(text)) << text;
    EXPECT_EQ(number(text).error().reason(), "usage");
  }
  EXPECT_EQ(*parse_arguments(command("up"), {})->number("--workers", 3, 1, 64), 3);
}

TEST(Faults, HaveExitStatuses) {
  EXPECT_EQ(exit_status(fault(CommandFault::Usage, "x")), 2);
  EXPECT_EQ(exit_status(fault(CommandFault::NotReachable, "x")), 3);
  EXPECT_EQ(exit_status(fault(CommandFault::NotReady, "x")), 3);
  EXPECT_EQ(exit_status(fault(CommandFault::Refused, "x")), 1);
  EXPECT_EQ(exit_status(fault(CommandFault::Interrupted, "x")), 130);
  EXPECT_EQ(exit_status(base::Error(io::IoFault::Refused, "x")), 1);
}

TEST(Completion, EveryShellKnowsEveryWord) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell, command_table());
    for (const auto& one : command_table()) {
      EXPECT_NE(script.find(one.name.substr(0, one.name.find(' '))), std::string::npos)
          << shell << " " << one.name;
      for (const auto& flag : one.flags) {
        EXPECT_NE(script.find(flag.name.substr(2)), std::string::npos)
            << shell << " " << one.name << " " << flag.name;
      }
    }
  }
}

TEST(Completion, QuotesHelpTexts) {
  const std::vector<Command> commands{{.name = "x",
                                       .summary = "it's [odd]: very",
                                       .details = {},
                                       .operands = {},
                                       .flags = {{"--f", "", "don't"}},
                                       .examples = {}}};
  EXPECT_NE(completion_script("fish", commands).find(R"('it'\''s [odd]: very')"),
            std::string::npos);
  EXPECT_NE(completion_script("zsh", commands).find(R"('x:it'\''s \[odd\]\: very')"),
            std::string::npos);
  EXPECT_NE(completion_script("fish", commands).find(R"('don'\''t')"), std::string::npos);
}

}  // namespace
}  // namespace cocoon::app::commands
