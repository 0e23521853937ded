#ifndef MEVAL_REPORTS_CSV_TEXT_H_
#define MEVAL_REPORTS_CSV_TEXT_H_

// Rows of CSV (RFC 4180, but lines end with "\n").

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

// The shortest decimal form that reads back to the same double; "" for nothing. A number that is
// not finite is a std::logic_error that names `field`.
std::string CsvNumber(const std::string& field, std::optional<double> value);

// A text from data, a model or a path as a field: one that a spreadsheet would compute, since it
// begins with "=", "+", "-", "@", a tab or a carriage return, gets an apostrophe in front
// (https://owasp.org/www-community/attacks/CSV_Injection); control characters other than line ends
// and tabs become U+FFFD. Numbers are no such texts.
std::string CsvText(std::string_view text);

// One row; fields are quoted where they must be, text that is not UTF-8 is repaired.
void WriteCsvRow(const std::vector<std::string>& fields, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_CSV_TEXT_H_
