#ifndef MEVAL_METRICS_TEXT_PYTHON_NUMBER_H_
#define MEVAL_METRICS_TEXT_PYTHON_NUMBER_H_

// What Python's int() and float() accept as a number: surrounding whitespace, a sign, decimal
// digits of any script, single underscores between digits. Whitespace is str.isspace() without
// U+001C-001F, which these two do not strip.
//
// Preconditions: valid UTF-8.

#include <string_view>

namespace meval::text {

// Whether int(text) has a value. CPython refuses more than 4300 digits (as many as int() reads
// before its quadratic time would be felt), and so does this.
bool IsPythonInt(std::string_view text);

// Whether int(text) has a value whose str() is `text` again: no plus sign, no leading zero, no
// whitespace, ASCII digits, not "-0".
bool IsCanonicalPythonInt(std::string_view text);

}  // namespace meval::text

#endif  // MEVAL_METRICS_TEXT_PYTHON_NUMBER_H_
