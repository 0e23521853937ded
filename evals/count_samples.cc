#include "evals/count_samples.h"

#include <optional>

#include "engine/engine.h"
#include "evals/score_completions.h"

namespace meval {
namespace {

void CountCompletions(const SampleResult& sample, const CompletionScorer& scorer,
                      TaskCounters& counters) {
  for (const CompletionResult& completion : sample.completions) {
    counters.length_stops += completion.stop_reason == Name(StopReason::kLength) ? 1 : 0;
    counters.empty_completions += completion.text.empty() ? 1 : 0;
    counters.invalid_answers += scorer.IsInvalid(completion) ? 1 : 0;
  }
}

}  // namespace

TaskCounters CountSamples(const TaskDefinition& task, std::span<const SampleResult> samples) {
  std::optional<CompletionScorer> scorer;
  if (task.request == RequestKind::kGeneration) scorer.emplace(task);
  TaskCounters counters;
  for (const SampleResult& sample : samples) {
    counters.truncated_prompts += sample.truncated ? 1 : 0;
    counters.boundary_merges += sample.boundary_merge ? 1 : 0;
    counters.unscored += sample.scored ? 0 : 1;
    if (scorer && sample.scored) CountCompletions(sample, *scorer, counters);
  }
  return counters;
}

}  // namespace meval
