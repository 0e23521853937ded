#ifndef MEVAL_EVALS_CODE_OPTIONS_H_
#define MEVAL_EVALS_CODE_OPTIONS_H_

#include <optional>

namespace meval {

// Whether and how programs that a model wrote are run: flags of `run` and `score --samples`.
struct CodeOptions {
  bool is_allowed = false;                // --allow-code-execution
  std::optional<double> timeout_seconds;  // of each program; nothing: the task's
};

}  // namespace meval

#endif  // MEVAL_EVALS_CODE_OPTIONS_H_
