#include <optional>
#include <utility>
#include <vector>

#include "evals/count_samples.h"
#include "evals/eval.h"
#include "evals/score_requests.h"
#include "evals/score_rolling.h"
#include "tasks/digest.h"

namespace meval {
namespace {

// The state of one task's windows: which are done, and what they belong to.
class RollingRun {
 public:
  RollingRun(const EvalPlan& plan, EncodedTask task, const EvalEnvironment& environment)
      : plan_(plan), task_(std::move(task)), environment_(environment) {
    outcome_.samples = std::move(task_.samples);
    outcome_.num_requests = task_.num_requests;
    outcome_.prompt_digest = PromptsDigest(plan.prompt_digests);
    // Texts are few and long: what is counted is their windows.
    environment_.progress.Begin(plan_.definition().name, outcome_.num_requests, "");
    for (std::size_t slot = 0; slot < outcome_.samples.size(); ++slot) {
      open_windows_.push_back(outcome_.samples[slot].rolling->windows.size());
      if (open_windows_.back() == 0) Finish(slot);
    }
  }

  EvalOutcome Run() {
    ScoreRequests(task_, environment_, outcome_,
                  [this](const EncodedTask::Place& place, const JournalScore& score,
                         std::optional<std::int64_t> tokens_fed) {
                    SetWindow(place, score.logprob);
                    if (tokens_fed) {
                      environment_.progress.Advance(0, *tokens_fed);
                    } else {
                      environment_.progress.Resume(0);
                    }
                  });
    outcome_.counters = CountSamples(plan_.definition(), outcome_.samples);
    outcome_.is_complete = outcome_.counters.unscored == 0;
    return std::move(outcome_);
  }

 private:
  void SetWindow(const EncodedTask::Place& place, double logprob) {
    outcome_.samples[place.sample].rolling->windows[place.choice].logprob = logprob;
    if (--open_windows_[place.sample] == 0) Finish(place.sample);
  }

  void Finish(std::size_t slot) {
    SampleResult& sample = outcome_.samples[slot];
    ScoreRolling(plan_.definition(), sample);
    sample.scored = true;
  }

  const EvalPlan& plan_;
  EncodedTask task_;
  const EvalEnvironment& environment_;
  EvalOutcome outcome_;
  std::vector<std::size_t> open_windows_;  // per selected document
};

}  // namespace

EvalOutcome RollingEval(const EvalPlan& plan, EncodedTask task,
                        const EvalEnvironment& environment) {
  return RollingRun(plan, std::move(task), environment).Run();
}

}  // namespace meval
