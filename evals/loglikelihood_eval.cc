#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "evals/count_samples.h"
#include "evals/eval.h"
#include "evals/score_choices.h"
#include "evals/score_requests.h"

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
      const auto num_unconditional =
          std::count_if(sample.choices.begin(), sample.choices.end(),
                        [](const ChoiceResult& c) { return c.unconditional_logprob.has_value(); });
      open_scores_.push_back(sample.choices.size() + static_cast<std::size_t>(num_unconditional));
    }
  }

  EvalOutcome Run() {
    ScoreRequests(task_, environment_, outcome_,
                  [this](const EncodedTask::Place& place, const JournalScore& score,
                         std::optional<std::int64_t> tokens_fed) {
                    if (!SetChoice(place, score)) return;
                    if (tokens_fed) {
                      environment_.progress.Advance(Headline(place), *tokens_fed);
                    } else {
                      environment_.progress.Resume(Headline(place));
                    }
                  });
    outcome_.counters = CountSamples(plan_.definition(), outcome_.samples);
    outcome_.is_complete = outcome_.counters.unscored == 0;
    return std::move(outcome_);
  }

 private:
  // True if that was the document's last open score.
  bool SetChoice(const EncodedTask::Place& place, const JournalScore& line) {
    SampleResult& sample = outcome_.samples[place.sample];
    ChoiceResult& choice = sample.choices[place.choice];
    if (place.is_unconditional) {
      choice.unconditional_logprob = line.logprob;
    } else {
      choice.logprob = line.logprob;
      choice.is_greedy = line.is_greedy;
    }
    if (--open_scores_[place.sample] > 0) return false;
    ScoreChoices(plan_.definition(), sample);
    sample.scored = true;
    return true;
  }

  double Headline(const EncodedTask::Place& place) const {
    return outcome_.samples[place.sample].metrics.at(plan_.definition().headline().name);
  }

  const EvalPlan& plan_;
  EncodedTask task_;
  const EvalEnvironment& environment_;
  EvalOutcome outcome_;
  std::vector<std::size_t> open_scores_;  // per selected document
};

}  // namespace

EvalOutcome LoglikelihoodEval(const EvalPlan& plan, EncodedTask task,
                              const EvalEnvironment& environment) {
  return ChoiceRun(plan, std::move(task), environment).Run();
}

}  // namespace meval
