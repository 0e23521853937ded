#ifndef MEVAL_ENGINE_ERROR_H_
#define MEVAL_ENGINE_ERROR_H_

#include <stdexcept>

namespace meval {

// A checkpoint, configuration or tokenizer that cannot be used: which file, which tensor or key,
// what was expected, what was found, what to do. Ends the run with exit code 4.
class ModelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_ERROR_H_
