#ifndef MEVAL_REPORTS_HTML_REPORT_H_
#define MEVAL_REPORTS_HTML_REPORT_H_

// report.html: a run as one page that opens from disk. Its style, its scripts (ours and Chart.js,
// from Debian's package) and its data are inside; a policy in its head forbids it to load anything.
//
// Scores, notes, speed, identity and the numbers behind each chart are plain HTML and readable
// without scripts. The samples are JSON (html_records.h) that a script shows, filters and sorts.
// Everything that comes from data, models or files is escaped: no text of theirs becomes markup.

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "reports/figure.h"
#include "reports/result.h"

namespace meval {

// What a page shows of one task besides its result.
struct HtmlTask {
  std::vector<Figure> figures;
  std::string records;  // as RecordsJson makes it
  std::int64_t num_records = 0;
  std::string flips = {};  // as FlipsJson makes it; "" where nothing was compared
};

// `tasks` belong to run.tasks, one each, in order; `figures` are of the run as a whole. Throws
// std::invalid_argument for another number of tasks, std::logic_error for a number that is not
// finite, naming its field.
void WriteHtmlReport(const RunReport& run, std::span<const Figure> figures,
                     std::span<const HtmlTask> tasks, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_HTML_REPORT_H_
