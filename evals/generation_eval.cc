#include <utility>

#include "evals/count_samples.h"
#include "evals/eval.h"
#include "evals/result_worker.h"
#include "evals/score_completions.h"

namespace meval {
namespace {

class CompletionRun {
 public:
  CompletionRun(const EvalPlan& plan, EncodedTask task, const EvalEnvironment& environment)
      : plan_(plan), task_(std::move(task)), environment_(environment), scorer_(plan.definition()) {
    outcome_.samples = std::move(task_.samples);
    outcome_.num_requests = task_.num_requests;
    outcome_.prompt_digest = PromptsDigest(plan.prompt_digests);
    for (const SampleResult& sample : outcome_.samples) {
      open_samples_.push_back(sample.completions.size());
    }
  }

  EvalOutcome Run() {
    TakeFromJournal();
    ResultWorker worker(environment_.stop, [this] { Flush(); });
    environment_.model.Generate(
        requests_,
        [&](std::size_t request, std::int64_t sample, Generation generation) {
          JournalGeneration line = {
              .text = std::move(generation.text),
              .stop_reason = Name(generation.reason),
              .num_tokens = static_cast<std::int64_t>(generation.tokens.size())};
          const std::int64_t tokens_fed = environment_.model.stats().tokens_fed;
          worker.Push([this, request, sample, line = std::move(line), tokens_fed] {
            Done(request, sample, line, tokens_fed);
          });
        },
        worker.stop_token());
    worker.Finish();
    if (environment_.journal != nullptr) environment_.journal->Sync();
    const bool were_run = RunPrograms();
    outcome_.counters = CountSamples(plan_.definition(), outcome_.samples);
    outcome_.is_complete = outcome_.counters.unscored == 0 && were_run;
    return std::move(outcome_);
  }

 private:
  // False if the user stopped it.
  bool RunPrograms() {
    if (environment_.code == nullptr || !plan_.definition().execution) return true;
    const bool were_run =
        environment_.code->Run(plan_.definition(), outcome_.samples, environment_.stop);
    for (SampleResult& sample : outcome_.samples) {
      if (sample.scored) scorer_.Score(sample);
    }
    return were_run;
  }

  // A request whose samples are all in the journal is not asked again. One that has only some is
  // asked whole: its samples do not depend on each other, so the same ones come out.
  void TakeFromJournal() {
    for (std::size_t slot = 0; slot < task_.generation_requests.size(); ++slot) {
      const std::size_t num_samples = outcome_.samples[slot].completions.size();
      std::vector<const JournalGeneration*> finished;
      for (std::size_t sample = 0; sample < num_samples; ++sample) {
        const auto found = environment_.finished.generations.find(
            JournalSampleKey(task_.keys[slot], static_cast<std::int64_t>(sample)));
        if (found == environment_.finished.generations.end()) break;
        finished.push_back(&found->second);
      }
      if (finished.size() < num_samples) {
        requests_.push_back(std::move(task_.generation_requests[slot]));
        slots_.push_back(slot);
        continue;
      }
      outcome_.requests_from_journal += static_cast<std::int64_t>(num_samples);
      for (std::size_t sample = 0; sample < num_samples; ++sample) {
        SetCompletion(slot, sample, *finished[sample]);
      }
      environment_.progress.Resume(scorer_.HeadlineFraction(outcome_.samples[slot]));
    }
    task_.generation_requests.clear();
  }

  // The functions from here to Flush run on the worker's thread.
  void Done(std::size_t request, std::int64_t sample, const JournalGeneration& line,
            std::int64_t tokens_fed) {
    const std::size_t slot = slots_[request];
    if (environment_.journal != nullptr) {
      environment_.journal->Add(task_.keys[slot], sample, line);
    }
    if (SetCompletion(slot, static_cast<std::size_t>(sample), line)) {
      environment_.progress.Advance(scorer_.HeadlineFraction(outcome_.samples[slot]), tokens_fed);
    } else {
      environment_.progress.Tick(tokens_fed);
    }
  }

  // True if that was the document's last open completion.
  bool SetCompletion(std::size_t slot, std::size_t index, const JournalGeneration& line) {
    SampleResult& sample = outcome_.samples[slot];
    CompletionResult& completion = sample.completions[index];
    completion.text = line.text;
    completion.stop_reason = line.stop_reason;
    completion.num_tokens = line.num_tokens;
    if (--open_samples_[slot] > 0) return false;
    scorer_.Score(sample);
    sample.scored = true;
    return true;
  }

  void Flush() {
    if (environment_.journal != nullptr) environment_.journal->Flush();
  }

  const EvalPlan& plan_;
  EncodedTask task_;
  const EvalEnvironment& environment_;
  CompletionScorer scorer_;
  EvalOutcome outcome_;
  std::vector<std::size_t> open_samples_;    // per selected document
  std::vector<GenerationRequest> requests_;  // unfinished
  std::vector<std::size_t> slots_;           // per request: place among the selected documents
};

}  // namespace

EvalOutcome GenerationEval(const EvalPlan& plan, EncodedTask task,
                           const EvalEnvironment& environment) {
  return CompletionRun(plan, std::move(task), environment).Run();
}

}  // namespace meval
