#include <unordered_map>
#include <utility>

#include "evals/eval.h"
#include "evals/score_choices.h"
#include "tasks/digest.h"

namespace meval {
namespace {

// The state of one task's requests: which are done, and what they belong to.
class ChoiceRun {
 public:
  ChoiceRun(const EvalPlan& plan, const EvalEnvironment& environment)
      : plan_(plan), environment_(environment) {
    outcome_.samples.reserve(plan.selected.size());
    for (const std::size_t index : plan.selected)
      outcome_.samples.push_back(DescribeSample(plan, index));
    encoded_.resize(plan.selected.size());
    open_choices_.resize(plan.selected.size());
  }

  EvalOutcome Run() {
    Encode();
    TakeFromJournal();
    environment_.model.Score(
        requests_,
        [this](std::size_t request, ContinuationScore score) { Done(request, std::move(score)); },
        environment_.stop);
    if (environment_.journal != nullptr) environment_.journal->Sync();
    Count();
    return std::move(outcome_);
  }

 private:
  // Where a request's result goes. Requests that are equal token for token share one entry of
  // requests_.
  struct Place {
    std::size_t sample;
    std::size_t choice;
  };

  void Encode() {
    std::vector<std::string> digests(plan_.selected.size());
    environment_.model.ParallelFor(
        static_cast<std::int64_t>(plan_.selected.size()), [&](std::int64_t i) {
          const auto slot = static_cast<std::size_t>(i);
          const std::size_t index = plan_.selected[slot];
          const Document& document = plan_.data->documents[index];
          std::vector<std::string> continuations;
          for (const std::string& choice : document.choices) {
            continuations.push_back(plan_.definition().target_delimiter + choice);
          }
          encoded_[slot] = EncodeChoices(environment_.model, document, plan_.prompts[index],
                                         continuations, plan_.encode);
          digests[slot] = PromptDigest(plan_.prompts[index], continuations);
        });
    DigestBuilder all;
    for (std::size_t slot = 0; slot < encoded_.size(); ++slot) {
      SampleResult& sample = outcome_.samples[slot];
      sample.prompt_digest = digests[slot];
      sample.truncated = encoded_[slot].truncated;
      for (const bool merge : encoded_[slot].boundary_merges)
        sample.boundary_merge = sample.boundary_merge || merge;
      const Document& document = plan_.data->documents[plan_.selected[slot]];
      for (std::size_t choice = 0; choice < document.choices.size(); ++choice) {
        const auto num_tokens =
            static_cast<std::int64_t>(encoded_[slot].requests[choice].continuation.size());
        sample.choices.push_back({.text = document.choices[choice], .num_tokens = num_tokens});
      }
      open_choices_[slot] = document.choices.size();
      outcome_.num_requests += static_cast<std::int64_t>(document.choices.size());
      all.Add(digests[slot]);
    }
    outcome_.prompt_digest = all.Finish();
  }

  // Requests finished in an earlier attempt are not asked again; the others are listed, equal ones
  // once.
  void TakeFromJournal() {
    std::unordered_map<std::string, std::size_t> request_of_key;
    for (std::size_t slot = 0; slot < encoded_.size(); ++slot) {
      for (std::size_t choice = 0; choice < encoded_[slot].requests.size(); ++choice) {
        ScoreRequest& request = encoded_[slot].requests[choice];
        std::string key = JournalKey(request);
        const auto finished = environment_.finished.scores.find(key);
        if (finished != environment_.finished.scores.end()) {
          ++outcome_.requests_from_journal;
          SetChoice({slot, choice}, finished->second.logprob, finished->second.is_greedy, true);
          continue;
        }
        const auto [entry, is_new] = request_of_key.emplace(std::move(key), requests_.size());
        if (is_new) {
          requests_.push_back(std::move(request));
          keys_.push_back(entry->first);
          places_.emplace_back();
        }
        places_[entry->second].push_back({slot, choice});
      }
      encoded_[slot].requests.clear();
    }
  }

  void Done(std::size_t request, const ContinuationScore& score) {
    if (environment_.journal != nullptr) {
      environment_.journal->Add(
          keys_[request], {.logprob = score.logprob,
                           .is_greedy = score.is_greedy,
                           .num_tokens = static_cast<std::int64_t>(score.token_logprobs.size())});
    }
    for (const Place& place : places_[request])
      SetChoice(place, score.logprob, score.is_greedy, false);
  }

  void SetChoice(const Place& place, double logprob, bool is_greedy, bool from_journal) {
    SampleResult& sample = outcome_.samples[place.sample];
    sample.choices[place.choice].logprob = logprob;
    sample.choices[place.choice].is_greedy = is_greedy;
    if (--open_choices_[place.sample] > 0) return;
    ScoreChoices(plan_.definition(), sample);
    sample.scored = true;
    const double headline = sample.metrics.at(plan_.definition().headline().name);
    if (from_journal) {
      environment_.progress.Resume(headline);
    } else {
      environment_.progress.Advance(headline, environment_.model.stats().tokens_fed);
    }
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
  const EvalEnvironment& environment_;
  EvalOutcome outcome_;
  std::vector<EncodedChoices> encoded_;     // per selected document
  std::vector<std::size_t> open_choices_;   // per selected document
  std::vector<ScoreRequest> requests_;      // distinct and unfinished
  std::vector<std::string> keys_;           // per request
  std::vector<std::vector<Place>> places_;  // per request
};

}  // namespace

EvalOutcome LoglikelihoodEval(const EvalPlan& plan, const EvalEnvironment& environment) {
  return ChoiceRun(plan, environment).Run();
}

}  // namespace meval
