#include "tests/support/cuda_emulator/cublas_lt.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "tests/support/cuda_emulator/cublas_lt_product.h"

struct CublasLtContext {};
struct CublasLtMatmulPreference {
  std::uint64_t workspace_bytes = 0;
  std::uint32_t reduction_mask = CUBLASLT_REDUCTION_SCHEME_MASK;
  std::array<std::uint32_t, 4> alignments = {256, 256, 256, 256};  // of A, B, C, D
};

namespace {

using Layout = CublasLtMatrixLayout;

using meval::cuda_emulator::IsAligned;
using meval::cuda_emulator::Product;
using meval::cuda_emulator::ProductAlgorithm;

std::vector<ProductAlgorithm>& Algorithms() {
  static std::vector<ProductAlgorithm> algorithms =
      meval::cuda_emulator::DefaultProductAlgorithms();
  return algorithms;
}

// The words of an algorithm: its place in the list, and into how many parts it splits the sum.
enum AlgorithmWord { kPlace, kSplits };

// Null unless one of the list.
const ProductAlgorithm* Find(const cublasLtMatmulAlgo_t& algorithm) {
  const std::uint64_t place = algorithm.data[kPlace];
  return place < Algorithms().size() ? &Algorithms()[place] : nullptr;
}

// Whether an algorithm takes matrices of these layouts, wherever they begin.
bool Takes(const ProductAlgorithm& algorithm, std::initializer_list<const Layout*> layouts,
           const Layout& d) {
  return d.columns >= algorithm.min_columns &&
         std::all_of(layouts.begin(), layouts.end(), [&](const Layout* layout) {
           return IsAligned(0, *layout, algorithm.alignment);
         });
}

// Null, or a place in device memory at a multiple of 256 bytes.
bool IsWorkspace(const void* workspace, std::size_t bytes) {
  return bytes == 0 ||
         (workspace != nullptr && reinterpret_cast<std::uintptr_t>(workspace) % 256 == 0);
}

}  // namespace

namespace meval::cuda_emulator {

std::vector<ProductAlgorithm> DefaultProductAlgorithms() {
  return {
      {.id = 21,
       .splits = kSplitsByColumns,
       .scheme = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE,
       .alignment = 16,
       .workspace_bytes = std::size_t{1} << 20},
      {.id = 11, .alignment = 16, .min_columns = 16},
      {.id = 6, .alignment = 16},
      {.id = 24, .splits = 3, .scheme = CUBLASLT_REDUCTION_SCHEME_INPLACE},
      {.id = 31},
  };
}

void SetProductAlgorithms(std::vector<ProductAlgorithm> algorithms) {
  Algorithms() = std::move(algorithms);
}

}  // namespace meval::cuda_emulator

std::size_t cublasLtGetVersion() { return 130000; }

const char* cublasLtGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
  }
  return "unknown status";
}

const char* cublasLtGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_SUCCESS ? "success" : "the call failed";
}

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  int device = 0;
  *handle = nullptr;
  if (cudaGetDevice(&device) != cudaSuccess) return CUBLAS_STATUS_NOT_INITIALIZED;
  *handle = new CublasLtContext;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* description,
                                        cublasComputeType_t compute_type, cudaDataType scale_type) {
  if (compute_type != CUBLAS_COMPUTE_32F || scale_type != CUDA_R_32F) {
    return CUBLAS_STATUS_NOT_SUPPORTED;
  }
  *description = new CublasLtMatmulDesc;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t description) {
  delete description;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t description,
                                              cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, std::size_t bytes) {
  if (bytes != sizeof(cublasOperation_t)) return CUBLAS_STATUS_INVALID_VALUE;
  const auto operation = *static_cast<const cublasOperation_t*>(value);
  (attribute == CUBLASLT_MATMUL_DESC_TRANSA ? description->transpose_a : description->transpose_b) =
      operation;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType type,
                                          std::uint64_t rows, std::uint64_t columns,
                                          std::int64_t leading_dimension) {
  *layout = new Layout{type, static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns),
                       leading_dimension};
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  delete layout;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  *preference = new CublasLtMatmulPreference;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  delete preference;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, std::size_t bytes) {
  if (attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES &&
      bytes == sizeof(preference->workspace_bytes)) {
    std::memcpy(&preference->workspace_bytes, value, bytes);
  } else if (attribute == CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK &&
             bytes == sizeof(preference->reduction_mask)) {
    std::memcpy(&preference->reduction_mask, value, bytes);
  } else if (attribute >= CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES &&
             attribute <= CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES &&
             bytes == sizeof(std::uint32_t)) {
    const int matrix = attribute - CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES;
    std::memcpy(&preference->alignments[static_cast<std::size_t>(matrix)], value, bytes);
  } else {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoCheck(cublasLtHandle_t /*handle*/,
                                       cublasLtMatmulDesc_t /*description*/,
                                       cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                       cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                       const cublasLtMatmulAlgo_t* algorithm,
                                       cublasLtMatmulHeuristicResult_t* result) {
  *result = {};
  const ProductAlgorithm* found = Find(*algorithm);
  if (found == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  if (b->columns != d->columns || !Takes(*found, {a, b, c, d}, *d)) {
    return CUBLAS_STATUS_NOT_SUPPORTED;
  }
  result->algo = *algorithm;
  result->workspaceSize = found->workspace_bytes;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t /*handle*/,
                                              cublasLtMatmulDesc_t /*description*/,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int requested,
                                              cublasLtMatmulHeuristicResult_t results[],
                                              int* returned) {
  const auto& declared = preference->alignments;
  const std::uint32_t pointers = *std::min_element(declared.begin(), declared.end());
  *returned = 0;
  for (std::size_t place = 0; place < Algorithms().size() && *returned < requested; ++place) {
    const ProductAlgorithm& algorithm = Algorithms()[place];
    if ((algorithm.scheme != 0 && (algorithm.scheme & preference->reduction_mask) == 0) ||
        algorithm.alignment > pointers || !Takes(algorithm, {a, b, c, d}, *d) ||
        algorithm.workspace_bytes > preference->workspace_bytes) {
      continue;
    }
    cublasLtMatmulHeuristicResult_t& result = results[(*returned)++];
    result = {};
    result.workspaceSize = algorithm.workspace_bytes;
    result.algo.data[kPlace] = place;
    result.algo.data[kSplits] = static_cast<std::uint64_t>(
        algorithm.splits != meval::cuda_emulator::kSplitsByColumns ? algorithm.splits
        : d->columns < 64                                          ? 4
                                                                   : 2);
  }
  return *returned == 0 ? CUBLAS_STATUS_NOT_SUPPORTED : CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t* algorithm,
                                                    cublasLtMatmulAlgoConfigAttributes_t attribute,
                                                    void* value, std::size_t bytes,
                                                    std::size_t* written) {
  const ProductAlgorithm* found = Find(*algorithm);
  std::uint32_t number = 0;
  if (found == nullptr || bytes != sizeof(number)) return CUBLAS_STATUS_INVALID_VALUE;
  if (attribute == CUBLASLT_ALGO_CONFIG_ID) {
    number = static_cast<std::uint32_t>(found->id);
  } else if (attribute == CUBLASLT_ALGO_CONFIG_SPLITK_NUM) {
    number = static_cast<std::uint32_t>(algorithm->data[kSplits]);
  } else if (attribute == CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME) {
    number = found->scheme;
  }
  std::memcpy(value, &number, sizeof(number));
  if (written != nullptr) *written = sizeof(number);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t /*handle*/, cublasLtMatmulDesc_t description,
                              const void* alpha, const void* a, cublasLtMatrixLayout_t a_layout,
                              const void* b, cublasLtMatrixLayout_t b_layout, const void* beta,
                              const void* c, cublasLtMatrixLayout_t c_layout, void* d,
                              cublasLtMatrixLayout_t d_layout,
                              const cublasLtMatmulAlgo_t* algorithm, void* workspace,
                              std::size_t workspace_bytes, cudaStream_t stream) {
  const ProductAlgorithm* found = algorithm == nullptr ? nullptr : Find(*algorithm);
  if (found == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  const Product product{
      *description,
      *static_cast<const float*>(alpha),
      *static_cast<const float*>(beta),
      a,
      b,
      c,
      d,
      *a_layout,
      *b_layout,
      *c_layout,
      *d_layout,
      std::max<std::int64_t>(1, static_cast<std::int64_t>(algorithm->data[kSplits]))};
  if (!ShapesAgree(product) || workspace_bytes < found->workspace_bytes ||
      !IsWorkspace(workspace, workspace_bytes)) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  if (!TypesAreSupported(product) ||
      !Takes(*found, {a_layout, b_layout, c_layout, d_layout}, *d_layout) ||
      !PointersAreAligned(product, found->alignment)) {
    return CUBLAS_STATUS_NOT_SUPPORTED;
  }
  const cudaError_t error = meval::cuda_emulator::EnqueueOperation(stream, product);
  return error == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}
