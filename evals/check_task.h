#ifndef MEVAL_EVALS_CHECK_TASK_H_
#define MEVAL_EVALS_CHECK_TASK_H_

// What every task must pass before a model is asked anything: its own gold answers, written as an
// exemplar writes them and passed through stop strings, extraction and metric, score full marks;
// no answer scores nothing and is counted as invalid; a wrong choice scores nothing.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tasks/task.h"

namespace meval {

struct TaskCheck {
  std::int64_t num_checked = 0;  // documents
  // Gold answers that hold a stop string of their own, before their end: the text is cut there, so
  // a model that gives them cannot be found right.
  std::int64_t num_cut = 0;
  std::vector<std::string> problems;  // "FILE:LINE: what is wrong", in the order of the documents
};

// The answers of the documents under the task's default shots. Rolling tasks have no answers:
// nothing is checked. Where the headline checks answers against something else than right ones
// (IFEval's instructions), only that no answer scores nothing; programs are not run: of their tasks
// only the completions' form is checked. Throws DataError if a pattern of the task cannot be run.
TaskCheck CheckAnswers(const TaskDefinition& task, std::span<const Document* const> documents,
                       int num_threads = 1);

}  // namespace meval

#endif  // MEVAL_EVALS_CHECK_TASK_H_
