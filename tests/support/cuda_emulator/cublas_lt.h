#ifndef MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_CUBLAS_LT_H_
#define MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_CUBLAS_LT_H_

// What tests can ask of the stand-in for cuBLASLt: which algorithms it has.

#include <cstdint>
#include <vector>

#include <cublasLt.h>

namespace meval::cuda_emulator {

// An algorithm, and what it takes. Like the real ones it says by its attributes how it sums.
struct ProductAlgorithm {
  std::int32_t id = 0;
  std::int32_t splits = 1;  // parts of the sum over k; kSplitsByColumns
  cublasLtReductionScheme_t scheme = CUBLASLT_REDUCTION_SCHEME_NONE;
  std::uint32_t alignment = 2;   // bytes, of every pointer and leading dimension
  std::int64_t min_columns = 0;  // of the result
  std::size_t workspace_bytes = 0;
};
// As many as the number of columns suggests, so that a result depends on the batch.
inline constexpr std::int32_t kSplitsByColumns = 0;

// In the order in which the heuristic proposes them. It is no friend: what splits the sum comes
// first, then what does not take every shape; what takes any comes last.
std::vector<ProductAlgorithm> DefaultProductAlgorithms();
void SetProductAlgorithms(std::vector<ProductAlgorithm> algorithms);

}  // namespace meval::cuda_emulator

#endif  // MEVAL_TESTS_SUPPORT_CUDA_EMULATOR_CUBLAS_LT_H_
