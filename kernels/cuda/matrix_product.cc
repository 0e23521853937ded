#include "kernels/cuda/matrix_product.h"

#include <array>
#include <bit>
#include <map>
#include <tuple>

#include "kernels/check.h"
#include "kernels/cuda/check_cuda.h"
#include "kernels/cuda/cublas_lt_library.h"
#include "kernels/cuda/gemv.h"
#include "kernels/cuda/handles.h"

namespace meval::cuda {
namespace {

// What NVIDIA advises for Hopper; one workspace, since there is one stream.
constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;
// The size of a scoring step, for which algorithms of the invariant mode are chosen.
constexpr std::int64_t kScoringRows = 4096;
// Proposals asked for: the first ones may all split sums.
constexpr int kMaxProposals = 32;
constexpr std::uint32_t kPointerAlignment = 16;

cudaDataType ToCuda(DType dtype) {
  if (dtype == DType::kF32) return CUDA_R_32F;
  return dtype == DType::kBF16 ? CUDA_R_16BF : CUDA_R_16F;
}

void Check(const CublasLtLibrary& lt, cublasStatus_t status, const std::string& call) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const std::string what = call + ": " + lt.get_status_name(status) + " (" +
                           std::to_string(static_cast<int>(status)) + ")";
  // What the library met in the runtime says more, a lost device for instance.
  CheckCuda(cudaGetLastError(), what);
  throw DeviceError(what);
}

std::string Describe(const MatrixProductArgs& args) {
  return "n " + std::to_string(args.n) + ", k " + std::to_string(args.k) + ", " + Name(args.dtype) +
         " to " + Name(args.y_dtype) + (args.accumulate ? " added" : "");
}

// The description of a product and of its matrices. cuBLASLt counts in columns: y^T = w x^T, where
// w, row-major as in a checkpoint, is the transpose of a column-major [k, n].
class Description {
 public:
  Description(const CublasLtLibrary& lt, const MatrixProductArgs& args, std::int64_t num_rows)
      : lt_(lt) {
    Check(lt_, lt_.desc_create(&product_, CUBLAS_COMPUTE_32F, CUDA_R_32F),
          "cublasLtMatmulDescCreate");
    const cublasOperation_t transposed = CUBLAS_OP_T;
    Check(lt_,
          lt_.desc_set_attribute(product_, CUBLASLT_MATMUL_DESC_TRANSA, &transposed,
                                 sizeof(transposed)),
          "cublasLtMatmulDescSetAttribute");
    Layout(w_, args.dtype, args.k, args.n, args.k);
    Layout(x_, args.dtype, args.k, num_rows, args.x_stride);
    Layout(y_, args.y_dtype, args.n, num_rows, args.y_stride);
  }
  ~Description() {
    for (cublasLtMatrixLayout_t layout : {w_, x_, y_}) {
      if (layout != nullptr) (void)lt_.layout_destroy(layout);
    }
    (void)lt_.desc_destroy(product_);
  }
  Description(const Description&) = delete;
  Description& operator=(const Description&) = delete;

  cublasLtMatmulDesc_t product() const { return product_; }
  cublasLtMatrixLayout_t w() const { return w_; }
  cublasLtMatrixLayout_t x() const { return x_; }
  cublasLtMatrixLayout_t y() const { return y_; }

 private:
  void Layout(cublasLtMatrixLayout_t& layout, DType dtype, std::int64_t rows, std::int64_t columns,
              std::int64_t stride) {
    Check(lt_,
          lt_.layout_create(&layout, ToCuda(dtype), static_cast<std::uint64_t>(rows),
                            static_cast<std::uint64_t>(columns), stride),
          "cublasLtMatrixLayoutCreate");
  }

  const CublasLtLibrary& lt_;
  cublasLtMatmulDesc_t product_ = nullptr;
  cublasLtMatrixLayout_t w_ = nullptr;
  cublasLtMatrixLayout_t x_ = nullptr;
  cublasLtMatrixLayout_t y_ = nullptr;
};

class Preference {
 public:
  Preference(const CublasLtLibrary& lt, bool invariant) : lt_(lt) {
    Check(lt_, lt_.preference_create(&preference_), "cublasLtMatmulPreferenceCreate");
    Set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{kWorkspaceBytes});
    for (const auto attribute :
         {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
          CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES}) {
      Set(attribute, kPointerAlignment);
    }
    if (invariant) {
      Set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
          static_cast<std::uint32_t>(CUBLASLT_REDUCTION_SCHEME_NONE));
    }
  }
  ~Preference() { (void)lt_.preference_destroy(preference_); }
  Preference(const Preference&) = delete;
  Preference& operator=(const Preference&) = delete;

  cublasLtMatmulPreference_t get() const { return preference_; }

 private:
  template <typename T>
  void Set(cublasLtMatmulPreferenceAttributes_t attribute, const T& value) {
    Check(lt_, lt_.preference_set_attribute(preference_, attribute, &value, sizeof(value)),
          "cublasLtMatmulPreferenceSetAttribute");
  }

  const CublasLtLibrary& lt_;
  cublasLtMatmulPreference_t preference_ = nullptr;
};

}  // namespace

struct MatrixProducts::Impl {
  // n, k, dtypes, accumulate, strides of x and y, and the rows the algorithm was chosen for.
  using Key = std::tuple<std::int64_t, std::int64_t, DType, DType, bool, std::int64_t, std::int64_t,
                         std::int64_t>;
  struct Choice {
    cublasLtMatmulAlgo_t algorithm{};
    std::string text;
  };

  Impl(StreamHandle stream_handle, bool is_invariant)
      : lt(LoadCublasLt()),
        stream(stream_handle),
        invariant(is_invariant),
        workspace(kWorkspaceBytes) {
    Check(lt, lt.create(&handle), "cublasLtCreate");
  }
  ~Impl() { (void)lt.destroy(handle); }

  // In the invariant mode the strides are no part of the key: an algorithm may not depend on them.
  Key KeyOf(const MatrixProductArgs& args) const {
    if (invariant) {
      return {args.n, args.k, args.dtype, args.y_dtype, args.accumulate, 0, 0, kScoringRows};
    }
    const auto rows =
        static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(args.num_rows)));
    return {args.n,          args.k,        args.dtype,    args.y_dtype,
            args.accumulate, args.x_stride, args.y_stride, rows};
  }

  const Choice& ChoiceFor(const MatrixProductArgs& args) {
    const Key key = KeyOf(args);
    const auto found = choices.find(key);
    if (found != choices.end()) return found->second;
    return choices.emplace(key, Choose(args, std::get<7>(key))).first->second;
  }

  std::int32_t Attribute(const cublasLtMatmulAlgo_t& algorithm,
                         cublasLtMatmulAlgoConfigAttributes_t attribute) const {
    std::int32_t value = 0;
    std::size_t written = 0;
    Check(lt, lt.algo_config_get_attribute(&algorithm, attribute, &value, sizeof(value), &written),
          "cublasLtMatmulAlgoConfigGetAttribute");
    return value;
  }

  bool IsInvariant(const cublasLtMatmulAlgo_t& algorithm) const {
    return Attribute(algorithm, CUBLASLT_ALGO_CONFIG_SPLITK_NUM) <= 1 &&
           Attribute(algorithm, CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME) ==
               CUBLASLT_REDUCTION_SCHEME_NONE;
  }

  bool Accepts(const MatrixProductArgs& args, std::int64_t num_rows,
               const cublasLtMatmulAlgo_t& algorithm) const {
    const Description description(lt, args, num_rows);
    cublasLtMatmulHeuristicResult_t result{};
    return lt.algo_check(handle, description.product(), description.w(), description.x(),
                         description.y(), description.y(), &algorithm,
                         &result) == CUBLAS_STATUS_SUCCESS &&
           result.workspaceSize <= kWorkspaceBytes;
  }

  // The first proposal that keeps the rules: the same one each time, where timing candidates
  // against each other might choose another one in another run.
  Choice Choose(const MatrixProductArgs& args, std::int64_t num_rows) const {
    const Description description(lt, args, num_rows);
    const Preference preference(lt, invariant);
    std::array<cublasLtMatmulHeuristicResult_t, kMaxProposals> proposals{};
    int count = 0;
    Check(lt,
          lt.algo_get_heuristic(handle, description.product(), description.w(), description.x(),
                                description.y(), description.y(), preference.get(), kMaxProposals,
                                proposals.data(), &count),
          "cublasLtMatmulAlgoGetHeuristic for " + Describe(args));
    for (int i = 0; i < count; ++i) {
      const cublasLtMatmulHeuristicResult_t& proposal = proposals[static_cast<std::size_t>(i)];
      if (proposal.state != CUBLAS_STATUS_SUCCESS) continue;
      if (invariant && !(IsInvariant(proposal.algo) && Accepts(args, 1, proposal.algo) &&
                         Accepts(args, kScoringRows, proposal.algo))) {
        continue;
      }
      return {proposal.algo, Describe(args) + ", " + std::to_string(num_rows) +
                                 " rows: " + AlgorithmText(proposal.algo)};
    }
    throw DeviceError("cublasLtMatmulAlgoGetHeuristic for " + Describe(args) + ": none of " +
                      std::to_string(count) +
                      " algorithms sums in one piece for any number of rows; try "
                      "MEVAL_CUDA_MODE=fast, where results may depend on the batch");
  }

  std::string AlgorithmText(const cublasLtMatmulAlgo_t& algorithm) const {
    const auto text = [&](const char* name, cublasLtMatmulAlgoConfigAttributes_t attribute) {
      return std::string(name) + " " + std::to_string(Attribute(algorithm, attribute));
    };
    return text("algorithm", CUBLASLT_ALGO_CONFIG_ID) +
           text(", tile", CUBLASLT_ALGO_CONFIG_TILE_ID) +
           text(", stages", CUBLASLT_ALGO_CONFIG_STAGES_ID) +
           text(", splits", CUBLASLT_ALGO_CONFIG_SPLITK_NUM) +
           text(", reduction", CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME);
  }

  const CublasLtLibrary& lt;
  StreamHandle stream;
  bool invariant;
  DeviceMemory workspace;
  cublasLtHandle_t handle = nullptr;
  std::map<Key, Choice> choices;
};

MatrixProducts::MatrixProducts(StreamHandle stream, bool invariant)
    : impl_(std::make_unique<Impl>(stream, invariant)) {}

MatrixProducts::~MatrixProducts() = default;

void MatrixProducts::Multiply(const MatrixProductArgs& args) {
  if (args.num_rows == 0) return;
  if (!impl_->invariant && args.num_rows <= kGemvRows) {
    LaunchGemv(impl_->stream, {.x = args.x,
                               .x_stride = args.x_stride,
                               .w = args.w,
                               .dtype = args.dtype,
                               .y = args.y,
                               .y_stride = args.y_stride,
                               .y_dtype = args.y_dtype,
                               .accumulate = args.accumulate,
                               .num_rows = args.num_rows,
                               .n = args.n,
                               .k = args.k});
    return;
  }
  const CublasLtLibrary& lt = impl_->lt;
  const Impl::Choice& choice = impl_->ChoiceFor(args);
  const Description description(lt, args, args.num_rows);
  const float alpha = 1;
  const float beta = args.accumulate ? 1 : 0;
  Check(lt,
        lt.matmul(impl_->handle, description.product(), &alpha, args.w, description.w(), args.x,
                  description.x(), &beta, args.y, description.y(), args.y, description.y(),
                  &choice.algorithm, impl_->workspace.data(), kWorkspaceBytes, impl_->stream),
        "cublasLtMatmul of " + std::to_string(args.num_rows) + " rows, " + choice.text);
}

std::vector<std::string> MatrixProducts::Algorithms() const {
  std::vector<std::string> texts;
  for (const auto& [key, choice] : impl_->choices) texts.push_back(choice.text);
  return texts;
}

std::string MatrixProducts::version() const {
  const std::size_t version = impl_->lt.get_version();  // 130100 is 13.1.0
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

}  // namespace meval::cuda
