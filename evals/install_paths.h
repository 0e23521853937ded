#ifndef MEVAL_EVALS_INSTALL_PATHS_H_
#define MEVAL_EVALS_INSTALL_PATHS_H_

// Where what is shipped with the program lies: next to an installed binary (../share/mistral-eval),
// or in the source tree it was built from. $MISTRAL_EVAL_HOME is looked in first.

#include <filesystem>

namespace meval {

// The demonstration records (tasks/samples). Throws DataError if they are nowhere.
std::filesystem::path SamplesDir();
// The directory of the shipped `tiny` model. Throws ModelError if it is nowhere.
std::filesystem::path TinyModelDir();
// The lengths of real evaluations (evals/gpu_check/workload_shape.h). Throws DataError if they are
// nowhere.
std::filesystem::path WorkloadLengthsFile();
// What the shipped model answers (evals/gpu_check/model_answers.h). Throws DataError if it is
// nowhere.
std::filesystem::path TinyGoldensFile();

}  // namespace meval

#endif  // MEVAL_EVALS_INSTALL_PATHS_H_
