#include <utility>

#include "engine/score_plan.h"
#include "evals/eval.h"
#include "evals/result_worker.h"
#include "evals/score_choices.h"

namespace meval {
namespace {

// The state of one task's requests: which are done, and what they belong to.
class ChoiceRun {
 public:
  ChoiceRun(const EvalPlan& plan, EncodedTask task, const EvalEnvironment& environment)
      : plan_(plan), task_(std::move(task)), environment_(environment) {
    outcome_.samples = std::move(task_.samples);
    outcome_.num_requests = task_.num_requests;
    outcome_.prompt_digest = PromptsDigest(plan.prompt_digests);
    for (const SampleResult& sample : outcome_.samples) {
      open_choices_.push_back(sample.choices.size());
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
    Count();
    return std::move(outcome_);
  }

 private:
  // Requests finished in an earlier attempt are not asked again.
  void TakeFromJournal() {
    for (std::size_t i = 0; i < task_.score_requests.size(); ++i) {
      const auto finished = environment_.finished.scores.find(task_.keys[i]);
      if (finished == environment_.finished.scores.end()) {
        outcome_.tokens_of_duplicates += FedTokens(task_.score_requests[i]).size() *
                                         static_cast<std::int64_t>(task_.places[i].size() - 1);
        requests_.push_back(std::move(task_.score_requests[i]));
        origin_.push_back(i);
        continue;
      }
      for (const EncodedTask::Place& place : task_.places[i]) {
        ++outcome_.requests_from_journal;
        if (SetChoice(place, finished->second)) environment_.progress.Resume(Headline(place));
      }
    }
    task_.score_requests.clear();
  }

  // The functions from here to Flush run on the worker's thread.
  void Done(std::size_t request, const JournalScore& line, std::int64_t tokens_fed) {
    const std::size_t origin = origin_[request];
    if (environment_.journal != nullptr) environment_.journal->Add(task_.keys[origin], line);
    for (const EncodedTask::Place& place : task_.places[origin]) {
      if (SetChoice(place, line)) environment_.progress.Advance(Headline(place), tokens_fed);
    }
  }

  // True if that was the document's last open choice.
  bool SetChoice(const EncodedTask::Place& place, const JournalScore& line) {
    SampleResult& sample = outcome_.samples[place.sample];
    sample.choices[place.choice].logprob = line.logprob;
    sample.choices[place.choice].is_greedy = line.is_greedy;
    if (--open_choices_[place.sample] > 0) return false;
    ScoreChoices(plan_.definition(), sample);
    sample.scored = true;
    return true;
  }

  double Headline(const EncodedTask::Place& place) const {
    return outcome_.samples[place.sample].metrics.at(plan_.definition().headline().name);
  }

  void Flush() {
    if (environment_.journal != nullptr) environment_.journal->Flush();
  }

  void Count() {
    for (const SampleResult& sample : outcome_.samples) {
      outcome_.counters.truncated_prompts += sample.truncated ? 1 : 0;
      outcome_.counters.boundary_merges += sample.boundary_merge ? 1 : 0;
      outcome_.counters.unscored += sample.scored ? 0 : 1;
    }
    outcome_.is_complete = outcome_.counters.unscored == 0;
  }

  const EvalPlan& plan_;
  EncodedTask task_;
  const EvalEnvironment& environment_;
  EvalOutcome outcome_;
  std::vector<std::size_t> open_choices_;  // per selected document
  std::vector<ScoreRequest> requests_;     // unfinished
  std::vector<std::size_t> origin_;        // per unfinished request: its place in the task
};

}  // namespace

EvalOutcome LoglikelihoodEval(const EvalPlan& plan, EncodedTask task,
                              const EvalEnvironment& environment) {
  return ChoiceRun(plan, std::move(task), environment).Run();
}

}  // namespace meval
