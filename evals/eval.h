#ifndef MEVAL_EVALS_EVAL_H_
#define MEVAL_EVALS_EVAL_H_

// One task's evaluation: from prompts to one SampleResult per document.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "evals/language_model.h"
#include "evals/progress.h"
#include "evals/prompt_encoder.h"
#include "reports/journal.h"
#include "reports/result.h"
#include "tasks/task.h"

namespace meval {

// What is asked: a task with its records, prompts and resolved settings.
struct EvalPlan {
  const Task* task = nullptr;
  const TaskData* data = nullptr;
  std::vector<Prompt> prompts;        // of all documents, by document index
  std::vector<std::size_t> selected;  // documents to evaluate, ascending
  std::int64_t shots = 0;
  FewShotMode fewshot = FewShotMode::kTask;
  GenerationDefinition generation;  // the task's, with the command line's overrides
  EncodeOptions encode;
  std::int64_t seed = 1234;
  bool is_demonstration = false;  // the data are the shipped samples

  const TaskDefinition& definition() const { return task->definition(); }
  // Stop strings in force: they differ without shots for some tasks.
  const std::vector<std::string>& until() const {
    return shots == 0 ? generation.until_zero_shot : generation.until;
  }
};

// What it is asked of, and where finished requests are kept.
struct EvalEnvironment {
  LanguageModel& model;
  const JournalContents& finished;   // of an earlier attempt
  JournalWriter* journal = nullptr;  // may be null
  Progress& progress;
  std::stop_token stop;
};

struct EvalOutcome {
  std::vector<SampleResult> samples;  // one per selected document, in order
  TaskCounters counters;
  std::int64_t num_requests = 0;
  std::int64_t requests_from_journal = 0;
  std::string prompt_digest;
  bool is_complete = false;  // false: stopped before every request was done
};

// Log-likelihood multiple choice: every choice of every document is scored after the document's
// prompt.
EvalOutcome LoglikelihoodEval(const EvalPlan& plan, const EvalEnvironment& environment);
// Generation: every document's prompt is continued, once or several times, and answers are
// extracted and compared.
EvalOutcome GenerationEval(const EvalPlan& plan, const EvalEnvironment& environment);
// Rolling log-likelihood: every document's whole text is scored, window by window. Throws what
// EncodeTexts throws.
EvalOutcome RollingEval(const EvalPlan& plan, const EvalEnvironment& environment);

// One document of a rolling task as requests: evals/rolling_windows.h cuts the windows.
struct EncodedText {
  std::int64_t num_tokens = 0;  // of the whole text, without BOS
  std::vector<ScoreRequest> windows;
  std::string prompt_digest;
};
// Every selected document, in order. Throws UsageError if windows are longer than the model allows,
// DataError if no document gives a window.
std::vector<EncodedText> EncodeTexts(const EvalPlan& plan, LanguageModel& model);
// Tokens of a window: the task's, or the model's length where the task says none. Throws
// UsageError likewise.
std::int64_t RollingLength(const EvalPlan& plan, const LanguageModel& model);

// Identity of a token request in the journal: a digest of everything its result depends on besides
// the model.
std::string JournalKey(const ScoreRequest& request);
std::string JournalKey(const GenerationRequest& request);
std::string JournalSampleKey(const std::string& key, std::int64_t sample);

// SamplingKey::request from what identifies a request to its user (task and document id, or the
// prompt): the same stream wherever the request stands.
std::uint64_t StreamKey(std::initializer_list<std::string_view> identity);

// SHA-256 of one document's whole prompt and, for log-likelihood, its choices.
std::string PromptDigest(const Prompt& prompt, const std::vector<std::string>& continuations);

// The headline metric's name; for majority votes it says how many samples voted.
std::string HeadlineName(const EvalPlan& plan);

// The part of a SampleResult that is known before the model is asked.
SampleResult DescribeSample(const EvalPlan& plan, std::size_t document_index);

}  // namespace meval

#endif  // MEVAL_EVALS_EVAL_H_
