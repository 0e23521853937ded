#ifndef MEVAL_EVALS_TASK_SKELETON_H_
#define MEVAL_EVALS_TASK_SKELETON_H_

#include <iosfwd>
#include <string>

namespace meval {

// A task definition to begin with, guessed from the first record of a file of JSON lines: a list of
// texts is taken for choices, a field with a customary name ("question", "answer", "label") for
// what it says. Its comments say what was guessed and what to look at; docs/adding-a-task.md has
// every key. `file` is written into it as the evaluated file. Throws DataError: no record, one that
// is no object, or one without a text.
std::string TaskSkeleton(std::istream& records, const std::string& file);

}  // namespace meval

#endif  // MEVAL_EVALS_TASK_SKELETON_H_
