#include "reports/text_table.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <ostream>
#include <stdexcept>

#include "reports/utf8.h"

namespace meval {
namespace {

constexpr int kGap = 2;  // spaces between columns
constexpr std::string_view kRule = "\u2500";
constexpr std::string_view kEllipsis = "\u2026";

// Cut to `width` columns, the last of them an ellipsis.
std::string Shorten(const std::string& text, int width) {
  if (DisplayWidth(text) <= width) return text;
  std::string_view rest = text;
  std::string out;
  while (!rest.empty()) {
    const std::string_view unit = rest.substr(0, NextUtf8(rest).size);
    if (DisplayWidth(out) + DisplayWidth(unit) > width - 1) break;
    out += unit;
    rest.remove_prefix(unit.size());
  }
  return out + std::string(kEllipsis);
}

struct Layout {
  std::vector<std::size_t> columns;  // indices of those shown
  std::vector<int> widths;           // per table column
};

int TotalWidth(const Layout& layout) {
  int total = -kGap;
  for (const std::size_t c : layout.columns) total += layout.widths[c] + kGap;
  return total;
}

// Takes columns from the widest shrinkable one until the table fits or nothing can shrink.
void Shrink(const TextTable& table, int width, Layout& layout) {
  for (int excess = TotalWidth(layout) - width; excess > 0; --excess) {
    std::size_t widest = table.columns.size();
    for (const std::size_t c : layout.columns) {
      const int min_width = table.columns[c].min_width;
      if (min_width == 0 || layout.widths[c] <= min_width) continue;
      if (widest == table.columns.size() || layout.widths[c] > layout.widths[widest]) widest = c;
    }
    if (widest == table.columns.size()) return;
    --layout.widths[widest];
  }
}

Layout Fit(const TextTable& table, int width, const std::vector<int>& natural) {
  Layout layout{std::vector<std::size_t>(table.columns.size()), natural};
  std::iota(layout.columns.begin(), layout.columns.end(), std::size_t{0});
  while (true) {
    layout.widths = natural;
    Shrink(table, width, layout);
    if (TotalWidth(layout) <= width) return layout;
    auto victim = layout.columns.end();
    for (auto it = layout.columns.begin(); it != layout.columns.end(); ++it) {
      const int order = table.columns[*it].drop_order;
      if (order == 0) continue;
      if (victim == layout.columns.end() || order < table.columns[*victim].drop_order) victim = it;
    }
    if (victim == layout.columns.end()) return layout;
    layout.columns.erase(victim);
  }
}

void WriteRow(const TextTable& table, const Layout& layout, const std::vector<TableCell>& cells,
              bool color, std::ostream& out) {
  std::string line;
  std::size_t pending = 0;  // spaces, written only when something follows them
  for (const std::size_t c : layout.columns) {
    const std::string text = Shorten(PrintableLine(cells[c].text), layout.widths[c]);
    const auto padding = static_cast<std::size_t>(layout.widths[c] - DisplayWidth(text));
    if (table.columns[c].align == Align::kRight) pending += padding;
    if (!text.empty()) {
      line += std::string(pending, ' ') + Styled(text, cells[c].emphasis, color);
      pending = 0;
    }
    if (table.columns[c].align == Align::kLeft) pending += padding;
    pending += kGap;
  }
  out << line << '\n';
}

}  // namespace

std::string Styled(std::string_view text, Emphasis emphasis, bool color) {
  if (!color || emphasis == Emphasis::kPlain) return std::string(text);
  const char* code = emphasis == Emphasis::kStrong  ? "\x1b[1m"
                     : emphasis == Emphasis::kFaint ? "\x1b[2m"
                                                    : "\x1b[1;33m";
  return code + std::string(text) + "\x1b[0m";
}

void WriteTable(const TextTable& table, int width, bool color, std::ostream& out) {
  std::vector<TableCell> header;
  std::vector<int> natural;
  for (const TableColumn& column : table.columns) {
    header.push_back({column.header, Emphasis::kStrong});
    natural.push_back(DisplayWidth(column.header));
  }
  for (const std::vector<TableCell>& row : table.rows) {
    if (!row.empty() && row.size() != table.columns.size()) {
      throw std::invalid_argument("WriteTable: expected " + std::to_string(table.columns.size()) +
                                  " cells in a row, found " + std::to_string(row.size()));
    }
    for (std::size_t c = 0; c < row.size(); ++c) {
      natural[c] = std::max(natural[c], DisplayWidth(PrintableLine(row[c].text)));
    }
  }
  const Layout layout = Fit(table, width, natural);
  WriteRow(table, layout, header, color, out);
  std::string rule;
  for (int i = 0; i < TotalWidth(layout); ++i) rule += kRule;
  out << Styled(rule, Emphasis::kFaint, color) << '\n';
  for (const std::vector<TableCell>& row : table.rows) {
    if (row.empty()) {
      out << '\n';
    } else {
      WriteRow(table, layout, row, color, out);
    }
  }
}

std::vector<std::string> WrapText(std::string_view text, int width) {
  std::vector<std::string> lines(1);
  const std::string printable = PrintableLine(text);
  std::string_view rest = printable;
  while (!rest.empty()) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, space);
    rest.remove_prefix(std::min(space + 1, rest.size()));
    if (word.empty()) continue;
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (DisplayWidth(line) + 1 + DisplayWidth(word) <= width) {
      line += ' ';
      line += word;
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

void WriteParagraph(const std::string& lead, std::string_view text, Emphasis emphasis, int width,
                    bool color, std::ostream& out) {
  const int indent = DisplayWidth(lead);
  const std::vector<std::string> lines = WrapText(text, std::max(width - indent, 1));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string margin = i == 0 ? lead : std::string(static_cast<std::size_t>(indent), ' ');
    out << margin << Styled(lines[i], emphasis, color) << '\n';
  }
}

}  // namespace meval
