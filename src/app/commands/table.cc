#include "app/commands/table.h"

#include <algorithm>

#include "base/check.h"

namespace cocoon::app::commands {
namespace {

// One line of a table: what would start another one is replaced as well.
std::string one_line(std::string_view text) {
  std::string clean = printable(text);
  std::ranges::replace_if(clean, [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return clean;
}

void append_padded(std::string& out, const Terminal& terminal, const Cell& cell, std::size_t width,
                   Align align) {
  const std::string text = one_line(cell.text);
  const std::string gap(width - std::min(width, columns(text)), ' ');
  if (align == Align::Right) out += gap;
  out += terminal.paint(cell.ink, text);
  if (align == Align::Left) out += gap;
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

void Table::add(std::vector<Cell> cells) {
  CHECK(cells.size() == headings_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text(const Terminal& terminal) const {
  return terminal.live() ? aligned(terminal) : tabbed();
}

std::string Table::aligned(const Terminal& terminal) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    widths.push_back(columns(headings_[i].heading));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], columns(one_line(row[i].text)));
  }
  const auto line = [&](const auto& cell_at) {
    std::string out;
    for (std::size_t i = 0; i < headings_.size(); ++i) {
      if (i > 0) out += "  ";
      append_padded(out, terminal, cell_at(i), widths[i], headings_[i].align);
    }
    return without_trailing_spaces(std::move(out)) + "\n";
  };
  std::string out = line([&](std::size_t i) { return Cell{headings_[i].heading, Ink::Dim}; });
  for (const auto& row : rows_) out += line([&](std::size_t i) { return row[i]; });
  return out;
}

std::string Table::tabbed() const {
  std::string out;
  for (std::size_t i = 0; i < headings_.size(); ++i) out += (i ? "\t" : "") + headings_[i].heading;
  out += "\n";
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i ? "\t" : "") + one_line(row[i].text);
    out += "\n";
  }
  return out;
}

std::string fact_lines(const std::vector<Fact>& facts, const Terminal& terminal) {
  std::size_t width = 0;
  for (const auto& fact : facts) width = std::max(width, columns(fact.name));
  std::string out;
  for (const auto& fact : facts) {
    out += "  " + terminal.paint(Ink::Dim, fact.name) +
           std::string(width - columns(fact.name) + 2, ' ') + printable(fact.value) + "\n";
  }
  return out;
}

}  // namespace cocoon::app::commands
