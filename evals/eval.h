#ifndef MEVAL_EVALS_EVAL_H_
#define MEVAL_EVALS_EVAL_H_

// One task's evaluation: from encoded requests to one SampleResult per document.

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "evals/code_runner.h"
#include "evals/encoded_task.h"
#include "evals/eval_plan.h"
#include "evals/language_model.h"
#include "evals/progress.h"
#include "reports/journal.h"
#include "reports/result.h"

namespace meval {

// What a task is asked of, and where finished requests are kept.
struct EvalEnvironment {
  LanguageModel& model;
  const JournalContents& finished;   // of an earlier attempt
  JournalWriter* journal = nullptr;  // may be null
  Progress& progress;
  std::stop_token stop;
  const CodeRunner* code = nullptr;  // null: programs that completions are part of are not run
};

struct EvalOutcome {
  std::vector<SampleResult> samples;  // one per selected document, in order
  TaskCounters counters;
  std::int64_t num_requests = 0;
  std::int64_t requests_from_journal = 0;
  // What equal requests, which the model is asked once, would have fed besides.
  std::int64_t tokens_of_duplicates = 0;
  std::string prompt_digest;
  bool is_complete = false;  // false: stopped before every request was done
};

// All ask only for what `environment.finished` lacks. While the model computes, results are
// written to the journal and scored on a thread of their own; a result that cannot be written stops
// the model, and the ReportError is thrown from here. Other exceptions are the model's.

// Log-likelihood multiple choice: every choice of every document is scored after the document's
// prompt.
EvalOutcome LoglikelihoodEval(const EvalPlan& plan, EncodedTask task,
                              const EvalEnvironment& environment);
// Generation: every document's prompt is continued, once or several times, and answers are
// extracted and compared, or run where that is allowed: after the last of them, since a model
// that computes beside a program would take its time.
EvalOutcome GenerationEval(const EvalPlan& plan, EncodedTask task,
                           const EvalEnvironment& environment);
// Rolling log-likelihood: every document's whole text is scored, window by window.
EvalOutcome RollingEval(const EvalPlan& plan, EncodedTask task, const EvalEnvironment& environment);

}  // namespace meval

#endif  // MEVAL_EVALS_EVAL_H_
