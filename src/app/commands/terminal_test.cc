// Tables, facts and foreign text, on a terminal and into a pipe.
#include "app/commands/terminal.h"

#include <gtest/gtest.h>

#include "app/commands/table.h"

namespace cocoon::app::commands {
namespace {

const Terminal kPipe(stdout, {});
const Terminal kScreen(stdout, {.live = true, .colour = false, .unicode = true, .width = 80});
const Terminal kColour(stdout, {.live = true, .colour = true, .unicode = true, .width = 80});

Table example() {
  Table table({{"NAME"}, {"COUNT", Align::Right}, {"NOTE"}});
  table.add({{"a"}, {"7"}, {"x"}});
  table.add({{"größer"}, {"1234"}, {""}});
  return table;
}

TEST(Table, IsAlignedOnATerminal) {
  EXPECT_EQ(example().text(kScreen),
            "NAME    COUNT  NOTE\n"
            "a           7  x\n"
            "größer   1234\n");
}

TEST(Table, IsTabSeparatedInAPipe) {
  EXPECT_EQ(example().text(kPipe), "NAME\tCOUNT\tNOTE\na\t7\tx\ngrößer\t1234\t\n");
}

TEST(Table, CellsCannotLeaveTheirPlace) {
  Table table({{"A"}, {"B"}});
  table.add({{"x\ty\nz\x1b[2J"}, {"b"}});
  EXPECT_EQ(table.text(kPipe), "A\tB\nx y z?[2J\tb\n");
}

TEST(Table, ColourDoesNotCountAsWidth) {
  Table table({{"A"}, {"B"}});
  table.add({{"long", Ink::Good}, {"b"}});
  EXPECT_EQ(table.text(kColour), "\x1b[2mA\x1b[0m     \x1b[2mB\x1b[0m\n\x1b[32mlong\x1b[0m  b\n");
}

TEST(Table, Facts) {
  EXPECT_EQ(fact_lines({{"a", "1"}, {"long", "2"}}, kScreen), "  a     1\n  long  2\n");
}

TEST(Terminal, ForeignTextCannotDriveIt) {
  EXPECT_EQ(printable("a\nb\tc"), "a\nb\tc");
  EXPECT_EQ(printable("\x1b]0;title\x07 \r \x7f"), "?]0;title? ? ?");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m \xc2\xa0 \xc3\xbc"),
            "?31m \xc2\xa0 \xc3\xbc");
  EXPECT_EQ(printable("\xc2"), "\xc2") << "a character cut in two is left alone";
}

TEST(Terminal, PaintsOnlyWhereColoursAre) {
  EXPECT_EQ(kScreen.paint(Ink::Bad, "x"), "x");
  EXPECT_EQ(kColour.paint(Ink::Bad, "x"), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(kColour.paint(Ink::Plain, "x"), "x");
  EXPECT_EQ(kPipe.sign(Sign::Done), "ok");
}

}  // namespace
}  // namespace cocoon::app::commands
