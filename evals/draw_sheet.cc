#include "evals/draw_sheet.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "evals/answer_text.h"
#include "evals/replace_file.h"
#include "evals/stored_run.h"
#include "metrics/numpy_random.h"
#include "reports/run_directory.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

// Completions as they are, not what a score extracts from them: that is what people rate.
std::string Answer(const SampleResult& sample, const TaskDefinition& task) {
  return sample.completions.empty() ? ChosenText(sample, task) : sample.completions.front().text;
}

bool HasAnswer(const SampleResult& sample, const TaskDefinition& task) {
  return sample.scored && (!sample.completions.empty() ||
                           (!sample.choices.empty() && !task.scores_one_continuation));
}

SheetRow MakeRow(const TaskDefinition& task, const SampleResult& sample, const PromptParts& parts) {
  const auto description = parts.descriptions.find(sample.group);
  return {.task = task.name,
          .record = sample.id,
          .digest = sample.digest,
          .context = description == parts.descriptions.end() ? "" : description->second,
          .question = sample.question,
          .answer = Answer(sample, task),
          .reference = JoinTexts(RightTexts(sample, task), "\n")};
}

}  // namespace

std::vector<SheetRow> DrawSheet(const TaskDefinition& task, std::span<const SampleResult> samples,
                                const PromptParts& parts, std::int64_t num_rows,
                                std::int64_t seed) {
  std::vector<const SampleResult*> answered;
  for (const SampleResult& sample : samples) {
    if (HasAnswer(sample, task)) answered.push_back(&sample);
  }
  const std::size_t most =
      std::min(answered.size(), static_cast<std::size_t>(std::max<std::int64_t>(num_rows, 0)));
  NumpyRandom random(static_cast<std::uint64_t>(seed));
  std::vector<SheetRow> rows;
  for (std::size_t i = 0; i < most; ++i) {  // Fisher and Yates, as far as rows are drawn
    const std::size_t other = i + random.Below(static_cast<std::uint32_t>(answered.size() - i));
    std::swap(answered[i], answered[other]);
    rows.push_back(MakeRow(task, *answered[i], parts));
  }
  return rows;
}

std::vector<fs::path> WriteSheets(const fs::path& run, const RunReport& report,
                                  std::int64_t num_rows, const fs::path& folder) {
  const RunRecord record = ReadRunRecord(run);
  std::vector<fs::path> written;
  for (const TaskResult& task : report.tasks) {
    const Task definition = DefinitionOf(task, record, run);
    const std::vector<SheetRow> rows =
        DrawSheet(definition.definition(), ReadSampleLog(run, task.task).samples,
                  ReadStoredParts(run, task.task), num_rows, report.identity.seed);
    if (rows.empty()) continue;
    MakeFolder(folder, "--out");
    written.push_back(folder / TaskFileName("sheet", task.task, ".csv"));
    ReplaceFile(written.back(), "--out", [&](std::ostream& out) { WriteSheetCsv(rows, out); });
    written.push_back(folder / TaskFileName("sheet", task.task, ".html"));
    ReplaceFile(written.back(), "--out", [&](std::ostream& out) { WriteSheetHtml(rows, out); });
  }
  return written;
}

}  // namespace meval
