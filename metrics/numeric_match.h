#ifndef MEVAL_METRICS_NUMERIC_MATCH_H_
#define MEVAL_METRICS_NUMERIC_MATCH_H_

// Equality of numbers as written by people: `numeric`, an own metric of this project. Where text
// equality (exact_match) calls "$29.00" wrong for "29", this one does not.
//
// A number is, with whitespace around it ignored:
//
//   [+-] [$] [+-] digits [. digits] [.,]        one sign at most; ".5" is a number too
//
// where the digits before the point are either plain or grouped by commas in threes ("1,450,000";
// not "12,00"), and one trailing full stop or comma is the sentence's. Digits are ASCII. Values are
// compared as exact decimals of any length, never as floating point.

#include <optional>
#include <string>
#include <string_view>

namespace meval {

// The canonical form: no plus sign, no grouping, no superfluous zeros, no "-0": "-1200.5", "0".
// Nothing if the text is not a number. Two texts are the same number exactly if their canonical
// forms are equal, which makes it the key for votes.
std::optional<std::string> CanonicalDecimal(std::string_view text);

// Both are numbers, and equal. A prediction or reference that is no number matches nothing.
bool NumericMatch(std::string_view prediction, std::string_view reference);

}  // namespace meval

#endif  // MEVAL_METRICS_NUMERIC_MATCH_H_
