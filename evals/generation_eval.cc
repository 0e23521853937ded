#include <utility>

#include "evals/eval.h"
#include "evals/score_completions.h"
#include "tasks/digest.h"

namespace meval {
namespace {

class CompletionRun {
 public:
  CompletionRun(const EvalPlan& plan, const EvalEnvironment& environment)
      : plan_(plan), environment_(environment), scorer_(plan.definition()) {
    for (const std::size_t index : plan.selected)
      outcome_.samples.push_back(DescribeSample(plan, index));
    open_samples_.resize(plan.selected.size());
  }

  EvalOutcome Run() {
    std::vector<GenerationRequest> all = Encode();
    TakeFromJournal(std::move(all));
    environment_.model.Generate(
        requests_,
        [this](std::size_t request, std::int64_t sample, Generation generation) {
          Done(request, sample, std::move(generation));
        },
        environment_.stop);
    if (environment_.journal != nullptr) environment_.journal->Sync();
    Count();
    return std::move(outcome_);
  }

 private:
  std::vector<GenerationRequest> Encode() {
    const GenerationDefinition& settings = plan_.generation;
    std::vector<GenerationRequest> requests(plan_.selected.size());
    std::vector<std::string> digests(plan_.selected.size());
    environment_.model.ParallelFor(
        static_cast<std::int64_t>(plan_.selected.size()), [&](std::int64_t i) {
          const auto slot = static_cast<std::size_t>(i);
          const std::size_t index = plan_.selected[slot];
          const Document& document = plan_.data->documents[index];
          EncodedPrompt encoded =
              EncodeGenerationPrompt(environment_.model, document, plan_.prompts[index],
                                     settings.max_new_tokens, plan_.encode);
          requests[slot] = {.prompt = std::move(encoded.tokens),
                            .stop = plan_.until(),
                            .max_new_tokens = settings.max_new_tokens,
                            .num_samples = settings.num_samples,
                            .sampling = {.temperature = settings.temperature,
                                         .top_k = settings.top_k,
                                         .top_p = settings.top_p},
                            .seed = static_cast<std::uint64_t>(plan_.seed),
                            .key = StreamKey({plan_.definition().name, document.id})};
          outcome_.samples[slot].truncated = encoded.truncated;
          digests[slot] = PromptDigest(plan_.prompts[index], {});
        });
    DigestBuilder all;
    for (std::size_t slot = 0; slot < digests.size(); ++slot) {
      SampleResult& sample = outcome_.samples[slot];
      sample.prompt_digest = digests[slot];
      sample.completions.resize(static_cast<std::size_t>(settings.num_samples));
      open_samples_[slot] = settings.num_samples;
      all.Add(digests[slot]);
    }
    outcome_.num_requests = static_cast<std::int64_t>(digests.size()) * settings.num_samples;
    outcome_.prompt_digest = all.Finish();
    return requests;
  }

  // A request whose samples are all in the journal is not asked again. One that has only some is
  // asked whole: its samples do not depend on each other, so the same ones come out.
  void TakeFromJournal(std::vector<GenerationRequest> all) {
    for (std::size_t slot = 0; slot < all.size(); ++slot) {
      const std::string key = JournalKey(all[slot]);
      std::vector<const JournalGeneration*> finished;
      for (std::int64_t sample = 0; sample < all[slot].num_samples; ++sample) {
        const auto found = environment_.finished.generations.find(JournalSampleKey(key, sample));
        if (found == environment_.finished.generations.end()) break;
        finished.push_back(&found->second);
      }
      if (static_cast<std::int64_t>(finished.size()) == all[slot].num_samples) {
        outcome_.requests_from_journal += all[slot].num_samples;
        for (std::size_t sample = 0; sample < finished.size(); ++sample) {
          SetCompletion(slot, sample, *finished[sample], true);
        }
        continue;
      }
      requests_.push_back(std::move(all[slot]));
      keys_.push_back(key);
      slots_.push_back(slot);
    }
  }

  void Done(std::size_t request, std::int64_t sample, Generation generation) {
    const JournalGeneration line = {
        .text = std::move(generation.text),
        .stop_reason = Name(generation.reason),
        .num_tokens = static_cast<std::int64_t>(generation.tokens.size())};
    if (environment_.journal != nullptr) environment_.journal->Add(keys_[request], sample, line);
    SetCompletion(slots_[request], static_cast<std::size_t>(sample), line, false);
  }

  void SetCompletion(std::size_t slot, std::size_t index, const JournalGeneration& line,
                     bool from_journal) {
    SampleResult& sample = outcome_.samples[slot];
    CompletionResult& completion = sample.completions[index];
    completion.text = line.text;
    completion.stop_reason = line.stop_reason;
    completion.num_tokens = line.num_tokens;
    const std::int64_t tokens = environment_.model.stats().tokens_fed;
    if (--open_samples_[slot] > 0) {
      if (!from_journal) environment_.progress.Tick(tokens);
      return;
    }
    scorer_.Score(plan_.data->documents[plan_.selected[slot]], sample);
    sample.scored = true;
    const double headline = scorer_.HeadlineFraction(sample);
    if (from_journal) {
      environment_.progress.Resume(headline);
    } else {
      environment_.progress.Advance(headline, tokens);
    }
  }

  void Count() {
    TaskCounters& counters = outcome_.counters;
    for (const SampleResult& sample : outcome_.samples) {
      counters.truncated_prompts += sample.truncated ? 1 : 0;
      counters.unscored += sample.scored ? 0 : 1;
      if (!sample.scored) continue;
      for (const CompletionResult& completion : sample.completions) {
        counters.length_stops += completion.stop_reason == Name(StopReason::kLength) ? 1 : 0;
        counters.empty_completions += completion.text.empty() ? 1 : 0;
        counters.invalid_answers += scorer_.IsInvalid(completion) ? 1 : 0;
      }
    }
    outcome_.is_complete = counters.unscored == 0;
  }

  const EvalPlan& plan_;
  const EvalEnvironment& environment_;
  CompletionScorer scorer_;
  EvalOutcome outcome_;
  std::vector<std::int64_t> open_samples_;   // per selected document
  std::vector<GenerationRequest> requests_;  // unfinished
  std::vector<std::string> keys_;            // per request
  std::vector<std::size_t> slots_;           // per request: place among the selected documents
};

}  // namespace

EvalOutcome GenerationEval(const EvalPlan& plan, const EvalEnvironment& environment) {
  return CompletionRun(plan, environment).Run();
}

}  // namespace meval
