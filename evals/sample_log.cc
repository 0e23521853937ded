#include "evals/sample_log.h"

#include <ostream>
#include <sstream>
#include <string>

#include "reports/json_report.h"
#include "tasks/digest.h"

namespace meval {

void WriteSampleLog(const RunDirectory& directory, std::span<const SampleResult> samples,
                    TaskResult& task) {
  std::ostringstream lines;
  WriteSamplesJsonl(samples, lines);
  const std::string text = std::move(lines).str();
  task.samples_digest = Sha256(text);
  directory.Write(SamplesFileName(task.task), [&](std::ostream& out) { out << text; });
}

}  // namespace meval
