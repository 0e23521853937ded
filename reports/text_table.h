#ifndef MEVAL_REPORTS_TEXT_TABLE_H_
#define MEVAL_REPORTS_TEXT_TABLE_H_

// Aligned columns for a terminal: widths are display columns, so accents, Chinese and emoji stay in
// line, and a table never grows wider than asked while it can shrink or drop a column.

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

enum class Emphasis { kPlain, kStrong, kFaint, kAlert };

// `text` in the ANSI style of `emphasis`; unchanged without colour.
std::string Styled(std::string_view text, Emphasis emphasis, bool color);

enum class Align { kLeft, kRight };

struct TableColumn {
  std::string header;
  Align align = Align::kLeft;
  int min_width = 0;   // columns it may shrink to, cells ending in "…"; 0: it keeps its width
  int drop_order = 0;  // the lowest goes first where shrinking is not enough; 0: it always stays
};

struct TableCell {
  std::string text;
  Emphasis emphasis = Emphasis::kPlain;
};

struct TextTable {
  std::vector<TableColumn> columns;
  std::vector<std::vector<TableCell>> rows;  // one cell per column, or none for an empty line
};

// The header, a rule, the rows. Cells are made printable first. Throws std::invalid_argument if a
// row has another number of cells than there are columns.
void WriteTable(const TextTable& table, int width, bool color, std::ostream& out);

// Lines of at most `width` display columns, broken at spaces; a longer word keeps a line of its
// own. Never empty.
std::vector<std::string> WrapText(std::string_view text, int width);

// A sentence wrapped behind `lead`, its further lines indented by as much.
void WriteParagraph(const std::string& lead, std::string_view text, Emphasis emphasis, int width,
                    bool color, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_TEXT_TABLE_H_
