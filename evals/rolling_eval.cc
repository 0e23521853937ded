#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "evals/eval.h"
#include "evals/flags.h"
#include "evals/rolling_windows.h"
#include "evals/score_rolling.h"
#include "tasks/digest.h"
#include "tasks/error.h"

namespace meval {
namespace {

// A set of which nothing can be scored has no perplexity: better said before the model works.
void RequireWindows(const EvalPlan& plan, const std::vector<EncodedText>& texts,
                    std::int64_t length) {
  std::int64_t longest = 0;
  for (const EncodedText& text : texts) {
    if (!text.windows.empty()) return;
    longest = std::max(longest, text.num_tokens);
  }
  const std::string& where = plan.data->files.front().path.string();
  if (longest == 0) throw DataError(where + ": expected some text to score, found no token");
  // A chunk holds the BOS too.
  throw DataError(fmt::format(
      "{}: the protocol {} cuts chunks of {} tokens; expected a text of at least {}, found {}. "
      "Choose a shorter length or the protocol rolling",
      where, Name(plan.definition().rolling.protocol), length, length - 1, longest));
}

// The state of one task's windows: which are done, and what they belong to.
class RollingRun {
 public:
  RollingRun(const EvalPlan& plan, const EvalEnvironment& environment)
      : plan_(plan), environment_(environment) {}

  EvalOutcome Run() {
    Describe(EncodeTexts(plan_, environment_.model));
    TakeFromJournal();
    environment_.model.Score(
        requests_,
        [this](std::size_t request, const ContinuationScore& score) { Done(request, score); },
        environment_.stop);
    if (environment_.journal != nullptr) environment_.journal->Sync();
    for (const SampleResult& sample : outcome_.samples) {
      outcome_.counters.unscored += sample.scored ? 0 : 1;
    }
    outcome_.is_complete = outcome_.counters.unscored == 0;
    return std::move(outcome_);
  }

 private:
  // Where a window's result goes. Windows that are equal token for token share one request.
  struct Place {
    std::size_t sample;
    std::size_t window;
  };

  void Describe(std::vector<EncodedText> texts) {
    DigestBuilder all;
    for (std::size_t slot = 0; slot < texts.size(); ++slot) {
      const Document& document = plan_.data->documents[plan_.selected[slot]];
      SampleResult sample = DescribeSample(plan_, plan_.selected[slot]);
      sample.prompt_digest = texts[slot].prompt_digest;
      all.Add(sample.prompt_digest);
      sample.rolling = RollingResult{.logprob = 0,
                                     .num_words = document.num_words,
                                     .num_bytes = document.num_bytes,
                                     .num_tokens = texts[slot].num_tokens,
                                     .windows = {}};
      for (const ScoreRequest& window : texts[slot].windows) {
        sample.rolling->windows.push_back(
            {.num_tokens = static_cast<std::int64_t>(window.continuation.size())});
      }
      outcome_.num_requests += static_cast<std::int64_t>(texts[slot].windows.size());
      open_windows_.push_back(texts[slot].windows.size());
      outcome_.samples.push_back(std::move(sample));
      windows_.push_back(std::move(texts[slot].windows));
    }
    outcome_.prompt_digest = all.Finish();
    // Texts are few and long: what is counted is their windows.
    environment_.progress.Begin(plan_.definition().name, outcome_.num_requests, "");
  }

  // Windows finished in an earlier attempt are not asked again; the others are listed, equal ones
  // once.
  void TakeFromJournal() {
    std::unordered_map<std::string, std::size_t> request_of_key;
    for (std::size_t slot = 0; slot < windows_.size(); ++slot) {
      if (windows_[slot].empty()) Finish(slot);
      for (std::size_t window = 0; window < windows_[slot].size(); ++window) {
        ScoreRequest& request = windows_[slot][window];
        std::string key = JournalKey(request);
        const auto finished = environment_.finished.scores.find(key);
        if (finished != environment_.finished.scores.end()) {
          ++outcome_.requests_from_journal;
          environment_.progress.Resume(0);
          SetWindow({slot, window}, finished->second.logprob);
          continue;
        }
        const auto [entry, is_new] = request_of_key.emplace(std::move(key), requests_.size());
        if (is_new) {
          requests_.push_back(std::move(request));
          keys_.push_back(entry->first);
          places_.emplace_back();
        }
        places_[entry->second].push_back({slot, window});
      }
    }
    windows_.clear();
  }

  void Done(std::size_t request, const ContinuationScore& score) {
    if (environment_.journal != nullptr) {
      environment_.journal->Add(
          keys_[request], {.logprob = score.logprob,
                           .is_greedy = score.is_greedy,
                           .num_tokens = static_cast<std::int64_t>(score.token_logprobs.size())});
    }
    for (const Place& place : places_[request]) {
      SetWindow(place, score.logprob);
      environment_.progress.Advance(0, environment_.model.stats().tokens_fed);
    }
  }

  void SetWindow(const Place& place, double logprob) {
    outcome_.samples[place.sample].rolling->windows[place.window].logprob = logprob;
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

  const EvalPlan& plan_;
  const EvalEnvironment& environment_;
  EvalOutcome outcome_;
  std::vector<std::vector<ScoreRequest>> windows_;  // per selected document
  std::vector<std::size_t> open_windows_;           // per selected document
  std::vector<ScoreRequest> requests_;              // distinct and unfinished
  std::vector<std::string> keys_;                   // per request
  std::vector<std::vector<Place>> places_;          // per request
};

}  // namespace

std::int64_t RollingLength(const EvalPlan& plan, const LanguageModel& model) {
  const std::int64_t length = plan.definition().rolling.length;
  if (length > model.max_length()) {
    throw UsageError(fmt::format(
        "task \"{}\" cuts windows of {} tokens: expected at most the model's length, {}. Use a "
        "longer --max-length or a shorter window",
        plan.definition().name, length, model.max_length()));
  }
  return length == 0 ? model.max_length() : length;
}

std::vector<EncodedText> EncodeTexts(const EvalPlan& plan, LanguageModel& model) {
  const std::int64_t length = RollingLength(plan, model);
  std::vector<EncodedText> texts(plan.selected.size());
  model.ParallelFor(static_cast<std::int64_t>(texts.size()), [&](std::int64_t i) {
    EncodedText& text = texts[static_cast<std::size_t>(i)];
    const Prompt& prompt = plan.prompts[plan.selected[static_cast<std::size_t>(i)]];
    const std::vector<TokenId> tokens = model.Encode(prompt.question);
    text.num_tokens = static_cast<std::int64_t>(tokens.size());
    text.windows =
        RollingWindows(tokens, model.bos_id(), plan.definition().rolling.protocol, length);
    text.prompt_digest = PromptDigest(prompt, {});
  });
  RequireWindows(plan, texts, length);
  return texts;
}

EvalOutcome RollingEval(const EvalPlan& plan, const EvalEnvironment& environment) {
  return RollingRun(plan, environment).Run();
}

}  // namespace meval
