#ifndef MEVAL_REPORTS_UTF8_H_
#define MEVAL_REPORTS_UTF8_H_

// What a report needs to know of UTF-8: whether text is well-formed, how to repair it for a format
// that insists, and how many terminal columns it takes.

#include <cstddef>
#include <string>
#include <string_view>

namespace meval {

// One step through text: a code point, or the longest run of bytes that begins like a sequence but
// is not one (Unicode 15, section 3.9, "maximal subpart"), which stands for one U+FFFD.
struct Utf8Step {
  char32_t code_point = 0;  // U+FFFD where the bytes are ill-formed
  std::size_t size = 0;     // bytes taken, at least 1
  bool is_valid = true;
};
Utf8Step NextUtf8(std::string_view text);  // text must not be empty

bool IsUtf8(std::string_view text);
// Each ill-formed sequence becomes one U+FFFD.
std::string RepairUtf8(std::string_view text);

// All of a text that is no longer than so many bytes; of a longer one the code points that begin
// within them, and an ellipsis.
std::string Beginning(std::string_view text, std::size_t most_bytes);

// Safe to print on one line of a terminal: ill-formed sequences, control characters (escape among
// them) and those that change the direction of text become U+FFFD, tabs and line ends a space.
std::string PrintableLine(std::string_view text);

// Safe to stand in a page, once escaped: ill-formed sequences and control characters other than
// line ends and tabs become U+FFFD.
std::string PresentableText(std::string_view text);

// Terminal columns of printable text: 0 for combining marks and zero-width characters, 2 for East
// Asian wide characters and emoji (Unicode annex 11), else 1.
int DisplayWidth(std::string_view text);

}  // namespace meval

#endif  // MEVAL_REPORTS_UTF8_H_
