#ifndef MEVAL_REPORTS_LM_EVAL_REPORT_H_
#define MEVAL_REPORTS_LM_EVAL_REPORT_H_

// A run in the files of lm-evaluation-harness (0.4.x), for dashboards and scripts that read those:
//
//   <model>/results_<time>.json          results, groups, versions, n-shot, higher_is_better, ...
//   <model>/samples_<task>_<time>.jsonl  one line per document and filter
//
// A metric "exact_match,strict" becomes "exact_match,strict", one without a filter "acc,none", and
// its standard error "acc_stderr,none" ("N/A" without one). Values keep our units: fractions 0..1,
// percents 0..100. MMLU's subjects are tasks of their own, "mmlu_anatomy", and its categories are
// groups, "mmlu_stem". Hashes are ours: "doc_hash" and "target_hash" are the digest of the
// document, "prompt_hash" that of the prompt. Where a choice changes what stands before it
// (Winogrande), "arguments" show the question with its blank.

#include <iosfwd>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "reports/prompt_parts.h"
#include "reports/result.h"

namespace meval {

// What a task's definition and samples say beside its result.
struct LmEvalTask {
  struct Category {
    std::string name;
    std::vector<std::string> groups;
  };
  std::string delimiter = " ";         // in front of each choice
  std::vector<Category> categories;    // none: its groups stand right below the task
  std::set<std::string> metrics = {};  // the scores that its samples have
};

// The scores that records of a task have.
std::set<std::string> MetricsOfSamples(std::span<const SampleResult> samples);

// The samples of a task, or of one of its groups, which the reference counts from 0 in each.
struct LmEvalLog {
  std::string name;  // "gsm8k", "mmlu_anatomy"
  bool is_group = false;
  std::vector<const SampleResult*> samples;
};
// In the order in which groups first occur; points into `samples`.
std::vector<LmEvalLog> LmEvalLogs(const std::string& task, std::span<const SampleResult> samples);

// "models__mistral-7b/results_2026-01-31T10-00-00.json"
std::string LmEvalResultsPath(const RunReport& run);
// "models__mistral-7b/samples_mmlu_anatomy_2026-01-31T10-00-00.jsonl"
std::string LmEvalSamplesPath(const RunReport& run, const std::string& log);

// Throw std::logic_error for a number that is not finite, naming its field. `tasks` are in the
// order of run.tasks; std::invalid_argument for another number of them.
void WriteLmEvalResults(const RunReport& run, std::span<const LmEvalTask> tasks, std::ostream& out);
void WriteLmEvalSamples(const TaskResult& task, const LmEvalTask& about, const LmEvalLog& log,
                        const PromptParts& parts, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_LM_EVAL_REPORT_H_
