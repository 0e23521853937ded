#ifndef MEVAL_METRICS_TEXT_PYTHON_NUMBER_H_
#define MEVAL_METRICS_TEXT_PYTHON_NUMBER_H_

// What Python's int() and float() accept as a number: surrounding whitespace, a sign, decimal
// digits of any script, single underscores between digits. Whitespace is str.isspace() without
// U+001C-001F, which these two do not strip.
//
// Preconditions: valid UTF-8.

#include <optional>
#include <string>
#include <string_view>

namespace meval::text {

// Whether int(text) has a value. CPython refuses more than 4300 digits (as many as int() reads
// before its quadratic time would be felt), and so does this.
bool IsPythonInt(std::string_view text);

// Whether int(text) has a value whose str() is `text` again: no plus sign, no leading zero, no
// whitespace, ASCII digits, not "-0".
bool IsCanonicalPythonInt(std::string_view text);

// float(text), or nothing where it raises ValueError: a point and an exponent are optional, and
// "inf", "infinity" and "nan" in any case are numbers. Rounded correctly, however many digits; what
// is too large is infinite, what is too small zero.
std::optional<double> ParsePythonFloat(std::string_view text);

// str(value): the shortest digits that give the value back, in positions from 1e-4 up to below
// 1e16: "5.0", "0.0001", "1e-05", "1e+16", "inf", "nan".
std::string PythonFloatText(double value);

}  // namespace meval::text

#endif  // MEVAL_METRICS_TEXT_PYTHON_NUMBER_H_
