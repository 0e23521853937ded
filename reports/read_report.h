#ifndef MEVAL_REPORTS_READ_REPORT_H_
#define MEVAL_REPORTS_READ_REPORT_H_

// The files of a run directory, read back into the values they were written from
// (docs/report-schema.md). Doubles come back to the same bits. Keys that are not known, of a later
// version, are passed over; those that earlier versions did not write stay empty.
//
// `name` is the file's, for messages. All throw ReportError, with file, line and field: not JSON,
// a key missing or of another type, another schema_version.

#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reports/result.h"

namespace meval {

RunIdentity ReadRunIdentity(std::istream& in, const std::string& name);

// What a recomputation needs of a run.json.
struct RunRecord {
  RunIdentity identity;
  std::map<std::string, std::string>
      definitions;  // by task: its JSON text; empty where an older build wrote it
};
RunRecord ReadRunJson(std::istream& in, const std::string& name);

// All but the paths of folders, which "host" holds: an input file has its plain name.
RunReport ReadResultsJson(std::istream& in, const std::string& name);

// The lines of a samples_<task>.jsonl, given as its whole text: every line ends with '\n', and none
// is blank. A text without lines gives no samples.
std::vector<SampleResult> ReadSamplesJsonl(std::string_view text, const std::string& name);

}  // namespace meval

#endif  // MEVAL_REPORTS_READ_REPORT_H_
