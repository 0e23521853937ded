#ifndef MEVAL_REPORTS_JSON_STRICT_JSON_H_
#define MEVAL_REPORTS_JSON_STRICT_JSON_H_

// The one way a report becomes JSON text. Private to reports/: it shows nlohmann's type.

#include <iosfwd>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace meval {

using OrderedJson = nlohmann::ordered_json;  // keys in the order they are set

// `object` as strict JSON in UTF-8, indented by `indent` spaces a level, or on one line if it is
// negative; no final line end. Doubles read back to the same bits.
//
// A number that is not finite is a std::logic_error that names `file` and the field
// ("results.json: tasks[0].metrics[1].value"). A string or key that is not UTF-8 (JSON cannot hold
// it) gets U+FFFD for each ill-formed sequence, a key more of them until no other is like it, and
// the object's own last key, "invalid_utf8", lists the fields where that happened.
std::string DumpStrict(OrderedJson object, std::string_view file, int indent);

// What is left of `in`. Throws ReportError that names `file` if it cannot be read, as a directory
// cannot.
std::string ReadText(std::istream& in, const std::string& file);

}  // namespace meval

#endif  // MEVAL_REPORTS_JSON_STRICT_JSON_H_
