// The manual page: every command and option is there, and nothing in it is a request of roff that
// was meant as text.
#include <gtest/gtest.h>

#include "app/commands/command.h"
#include "app/commands/parse.h"

namespace cocoon::app::commands {
namespace {

std::string shown(std::string text) {
  for (auto at = text.find('-'); at != std::string::npos; at = text.find('-', at + 2)) {
    text.insert(at, "\\");
  }
  return text;
}

TEST(ManualPage, HasEveryCommandAndOption) {
  const std::string page = manual_page();
  for (const auto& command : command_table()) {
    EXPECT_NE(page.find(".SS \"cocoon " + shown(command.name)), std::string::npos) << command.name;
    for (const auto& flag : command.flags) {
      EXPECT_NE(page.find(".BR " + shown(flag.name)), std::string::npos)
          << command.name << " " << flag.name;
    }
  }
}

TEST(ManualPage, HasNoRequestsButItsOwn) {
  std::string line;
  for (const char c : manual_page() + "\n") {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (line.starts_with('.')) {
      const std::string request = line.substr(1, line.find(' ') - 1);
      const bool known = request == "TH" || request == "SH" || request == "SS" || request == "TP" ||
                         request == "B" || request == "I" || request == "BR" || request == "PP" ||
                         request == "nf" || request == "fi" || request == "RS" || request == "RE";
      EXPECT_TRUE(known) << line;
    }
    EXPECT_FALSE(line.starts_with('\'')) << line;
    line.clear();
  }
}

}  // namespace
}  // namespace cocoon::app::commands
