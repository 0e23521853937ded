#include <utility>

#include "evals/eval.h"
#include "evals/result_worker.h"
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
    TakeFromJournal();
    ResultWorker worker(environment_.stop, [this] { Flush(); });
    environment_.model.Score(
        requests_,
        [&](std::size_t request, const ContinuationScore& score) {
          const JournalScore line = {
              .logprob = score.logprob,
              .is_greedy = score.is_greedy,
              .num_tokens = static_cast<std::int64_t>(score.token_logprobs.size())};
          const std::int64_t tokens_fed = environment_.model.stats().tokens_fed;
          worker.Push([this, request, line, tokens_fed] { Done(request, line, tokens_fed); });
        },
        worker.stop_token());
    worker.Finish();
    if (environment_.journal != nullptr) environment_.journal->Sync();
    for (const SampleResult& sample : outcome_.samples) {
      outcome_.counters.unscored += sample.scored ? 0 : 1;
    }
    outcome_.is_complete = outcome_.counters.unscored == 0;
    return std::move(outcome_);
  }

 private:
  // Windows finished in an earlier attempt are not asked again.
  void TakeFromJournal() {
    for (std::size_t i = 0; i < task_.score_requests.size(); ++i) {
      const auto finished = environment_.finished.scores.find(task_.keys[i]);
      if (finished == environment_.finished.scores.end()) {
        requests_.push_back(std::move(task_.score_requests[i]));
        origin_.push_back(i);
        continue;
      }
      for (const EncodedTask::Place& place : task_.places[i]) {
        ++outcome_.requests_from_journal;
        environment_.progress.Resume(0);
        SetWindow(place, finished->second.logprob);
      }
    }
    task_.score_requests.clear();
  }

  // The functions from here to Flush run on the worker's thread.
  void Done(std::size_t request, const JournalScore& line, std::int64_t tokens_fed) {
    const std::size_t origin = origin_[request];
    if (environment_.journal != nullptr) environment_.journal->Add(task_.keys[origin], line);
    for (const EncodedTask::Place& place : task_.places[origin]) {
      SetWindow(place, line.logprob);
      environment_.progress.Advance(0, tokens_fed);
    }
  }

  void SetWindow(const EncodedTask::Place& place, double logprob) {
    outcome_.samples[place.sample].rolling->windows[place.choice].logprob = logprob;
    if (--open_windows_[place.sample] == 0) Finish(place.sample);
  }

  // The sum runs over the windows in their order, whatever order they were finished in.
  void Finish(std::size_t slot) {
    SampleResult& sample = outcome_.samples[slot];
    for (const WindowResult& window : sample.rolling->windows) {
      sample.rolling->logprob += window.logprob;
    }
    ScoreRolling(plan_.definition(), sample);
    sample.scored = true;
  }

  void Flush() {
    if (environment_.journal != nullptr) environment_.journal->Flush();
  }

  const EvalPlan& plan_;
  EncodedTask task_;
  const EvalEnvironment& environment_;
  EvalOutcome outcome_;
  std::vector<std::size_t> open_windows_;  // per selected document
  std::vector<ScoreRequest> requests_;     // unfinished
  std::vector<std::size_t> origin_;        // per unfinished request: its place in the task
};

}  // namespace

EvalOutcome RollingEval(const EvalPlan& plan, EncodedTask task,
                        const EvalEnvironment& environment) {
  return RollingRun(plan, std::move(task), environment).Run();
}

}  // namespace meval
