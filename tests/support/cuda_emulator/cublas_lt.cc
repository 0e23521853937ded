#include "tests/support/cuda_emulator/cublas_lt.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "kernels/bfloat16.h"

struct CublasLtContext {};
struct CublasLtMatmulDesc {
  cublasOperation_t transpose_a = CUBLAS_OP_N;
  cublasOperation_t transpose_b = CUBLAS_OP_N;
};
struct CublasLtMatrixLayout {
  cudaDataType type = CUDA_R_32F;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t leading_dimension = 0;
};
struct CublasLtMatmulPreference {
  std::uint64_t workspace_bytes = 0;
  std::uint32_t reduction_mask = CUBLASLT_REDUCTION_SCHEME_MASK;
  std::array<std::uint32_t, 4> alignments = {256, 256, 256, 256};  // of A, B, C, D
};

namespace {

using Layout = CublasLtMatrixLayout;

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

// Where a matrix begins and how far its columns are apart, both in bytes.
bool IsAligned(std::uintptr_t begin, const Layout& layout, std::uint32_t alignment) {
  const std::int64_t element_bytes = layout.type == CUDA_R_32F ? 4 : 2;
  const auto step = static_cast<std::uintptr_t>(layout.leading_dimension * element_bytes);
  return begin % alignment == 0 && step % alignment == 0;
}

float ReadElement(const void* data, cudaDataType type, std::int64_t index) {
  if (type == CUDA_R_32F) return static_cast<const float*>(data)[index];
  const std::uint16_t bits = static_cast<const std::uint16_t*>(data)[index];
  return type == CUDA_R_16BF ? meval::BFloat16ToFloat(bits) : meval::Float16ToFloat(bits);
}

void WriteElement(void* data, cudaDataType type, std::int64_t index, float value) {
  if (type == CUDA_R_32F) {
    static_cast<float*>(data)[index] = value;
  } else {
    static_cast<std::uint16_t*>(data)[index] =
        type == CUDA_R_16BF ? meval::FloatToBFloat16(value) : meval::FloatToFloat16(value);
  }
}

// Rows of op(A), or columns of op(B), as panels of kPanel lines: value k of line l of a panel is at
// kPanel k + l, so that sums of a panel's lines go on side by side. Zeros fill the last panel.
constexpr std::int64_t kPanel = 8;
std::vector<float> Panels(const void* data, const Layout& layout, bool by_column) {
  const std::int64_t lines = by_column ? layout.columns : layout.rows;
  const std::int64_t inner = by_column ? layout.rows : layout.columns;
  const std::int64_t rounded = (lines + kPanel - 1) / kPanel * kPanel;
  std::vector<float> values(static_cast<std::size_t>(rounded * inner));
  for (std::int64_t line = 0; line < lines; ++line) {
    float* to = values.data() + line / kPanel * kPanel * inner + line % kPanel;
    for (std::int64_t k = 0; k < inner; ++k) {
      const std::int64_t row = by_column ? k : line;
      const std::int64_t column = by_column ? line : k;
      to[k * kPanel] = ReadElement(data, layout.type, row + column * layout.leading_dimension);
    }
  }
  return values;
}

struct Product {
  CublasLtMatmulDesc description;
  float alpha;
  float beta;
  const void* a;
  const void* b;
  const void* c;
  void* d;
  Layout a_layout;
  Layout b_layout;
  Layout c_layout;
  Layout d_layout;
  std::int64_t splits;

  std::int64_t inner() const {
    return description.transpose_a == CUBLAS_OP_N ? a_layout.columns : a_layout.rows;
  }

  void operator()() const {
    const std::int64_t K = inner();
    const std::vector<float> left = Panels(a, a_layout, description.transpose_a == CUBLAS_OP_T);
    const std::vector<float> right = Panels(b, b_layout, description.transpose_b == CUBLAS_OP_N);
    for (std::int64_t column = 0; column < d_layout.columns; ++column) {
      const float* y = right.data() + column / kPanel * kPanel * K + column % kPanel;
      for (std::int64_t row = 0; row < d_layout.rows; row += kPanel) {
        float totals[kPanel] = {};
        AddUp(left.data() + row * K, y, totals);
        for (std::int64_t i = row; i < std::min(row + kPanel, d_layout.rows); ++i) {
          Store(i, column, totals[i - row]);
        }
      }
    }
  }

  // Each total is the sum of `splits` parts, each in ascending order of k.
  void AddUp(const float* x, const float* y, float (&totals)[kPanel]) const {
    const std::int64_t K = inner();
    const std::int64_t part = (K + splits - 1) / splits;
    for (std::int64_t begin = 0; begin < K; begin += part) {
      float sums[kPanel] = {};
      for (std::int64_t k = begin; k < std::min(K, begin + part); ++k) {
        for (std::int64_t i = 0; i < kPanel; ++i) sums[i] += x[k * kPanel + i] * y[k * kPanel];
      }
      for (std::int64_t i = 0; i < kPanel; ++i) totals[i] += sums[i];
    }
  }

  void Store(std::int64_t row, std::int64_t column, float total) const {
    float value = alpha * total;
    if (beta != 0) {
      value += beta * ReadElement(c, c_layout.type, row + column * c_layout.leading_dimension);
    }
    WriteElement(d, d_layout.type, row + column * d_layout.leading_dimension, value);
  }
};

bool ShapesAgree(const Product& p) {
  const bool a_is_plain = p.description.transpose_a == CUBLAS_OP_N;
  const bool b_is_plain = p.description.transpose_b == CUBLAS_OP_N;
  const std::int64_t rows = a_is_plain ? p.a_layout.rows : p.a_layout.columns;
  const std::int64_t columns = b_is_plain ? p.b_layout.columns : p.b_layout.rows;
  const std::int64_t b_inner = b_is_plain ? p.b_layout.rows : p.b_layout.columns;
  const auto is_whole = [](const Layout& m) { return m.leading_dimension >= m.rows; };
  return p.inner() == b_inner && p.d_layout.rows == rows && p.d_layout.columns == columns &&
         p.c_layout.rows == rows && p.c_layout.columns == columns && is_whole(p.a_layout) &&
         is_whole(p.b_layout) && is_whole(p.c_layout) && is_whole(p.d_layout);
}

// 16-bit inputs of one format; sums leave as f32 or in that format, C and D alike.
bool TypesAreSupported(const Product& p) {
  const cudaDataType in = p.a_layout.type;
  const cudaDataType out = p.d_layout.type;
  return in != CUDA_R_32F && p.b_layout.type == in && (out == CUDA_R_32F || out == in) &&
         p.c_layout.type == out;
}

// Whether an algorithm takes matrices of these layouts, wherever they begin.
bool Takes(const ProductAlgorithm& algorithm, std::initializer_list<const Layout*> layouts,
           const Layout& d) {
  return d.columns >= algorithm.min_columns &&
         std::all_of(layouts.begin(), layouts.end(), [&](const Layout* layout) {
           return IsAligned(0, *layout, algorithm.alignment);
         });
}

bool PointersAreAligned(const Product& p, std::uint32_t alignment) {
  const auto begin = [](const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); };
  return (begin(p.a) | begin(p.b) | begin(p.c) | begin(p.d)) % alignment == 0;
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
