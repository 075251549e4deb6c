// Table: rows under headings. On a terminal the columns are aligned; elsewhere fields are separated
// by tabs, for cut and awk.
#pragma once

#include <string>
#include <vector>

#include "app/commands/terminal.h"

namespace cocoon::app::commands {

struct Cell {
  std::string text;  // may come from a peer: control characters are replaced
  Ink ink = Ink::Plain;
};

enum class Align { Left, Right };

struct Column {
  std::string heading;
  Align align = Align::Left;
};

class Table {
 public:
  explicit Table(std::vector<Column> headings) : headings_(std::move(headings)) {}

  // As many cells as there are columns.
  void add(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }
  std::string text(const Terminal& terminal) const;

 private:
  std::string aligned(const Terminal& terminal) const;
  std::string tabbed() const;

  std::vector<Column> headings_;
  std::vector<std::vector<Cell>> rows_;
};

// "name   value" lines, the names as wide as the widest.
struct Fact {
  std::string name;
  std::string value;
};
std::string fact_lines(const std::vector<Fact>& facts, const Terminal& terminal);

}  // namespace cocoon::app::commands
