#ifndef MEVAL_EVALS_LM_EVAL_SAMPLES_H_
#define MEVAL_EVALS_LM_EVAL_SAMPLES_H_

// Sample logs of lm-evaluation-harness (`--log_samples`: samples_<task>_<time>.jsonl) as one side
// of a comparison. A line holds the whole text a model was shown, so its prompt has a digest like
// one of ours (tasks/task.h: PromptDigest), and records align by it: that they were asked the same
// is not assumed but known.
//
// Read of a line: "doc_id", "arguments" (a list, or an object of "gen_args_<i>", each with context
// and continuation), "resps", "filtered_resps", "target", "filter", and the metrics it names in
// "metrics", or, in logs that lack that list, every other number.

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "reports/outcomes.h"

namespace meval {

// What was answered: a text, or a choice, which acc_norm takes per character.
struct LmEvalAnswer {
  std::string text;
  std::string per_character;  // "" where no choices were scored
};

// One document, under all filters of its task.
struct LmEvalRecord {
  std::string id;             // "hellaswag:17"
  std::string prompt_digest;  // kShortDigest digits
  std::string expected;
  std::string completion;                       // "" where choices were scored
  std::map<std::string, LmEvalAnswer> answers;  // by filter
  // filter -> metric -> score
  std::map<std::string, std::map<std::string, double>> scores;
};

// The log files below a directory, the newest of each task; none if there are none.
std::vector<std::filesystem::path> FindLmEvalSamples(const std::filesystem::path& directory);

// Documents in the order of the files. Throws DataError with file, line and field.
std::vector<LmEvalRecord> ReadLmEvalSamples(std::span<const std::filesystem::path> files);

// The documents that `run` was asked too, under its tasks' names, with those metrics of the tasks
// that the log has under the same name: "exact_match,strict" is exact_match of the filter
// "strict-match", a name without a comma that of "none" or of the only filter. `name` is the log's.
// Throws UsageError where no prompt is the same, and names digests of both.
RunOutcomes OutcomesLike(const RunOutcomes& run, std::span<const LmEvalRecord> records,
                         const std::string& name);

}  // namespace meval

#endif  // MEVAL_EVALS_LM_EVAL_SAMPLES_H_
