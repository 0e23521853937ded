#include "kernels/cuda/matrix_product.h"

#include <array>
#include <bit>
#include <compare>
#include <map>

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
// No step has more rows: 64 for each multiprocessor (cuda_device.cc).
constexpr std::int64_t kMostRows = 16384;
// Proposals asked for: the first ones may all split sums.
constexpr int kMaxProposals = 32;
// No algorithm asks for more, and device memory begins at multiples of 256 bytes.
constexpr std::uint32_t kMaxAlignment = 16;

cudaDataType ToCuda(DType dtype) {
  if (dtype == DType::kF32) return CUDA_R_32F;
  return dtype == DType::kBF16 ? CUDA_R_16BF : CUDA_R_16F;
}

void Check(const CublasLtLibrary& lt, cublasStatus_t status, const std::string& call) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const std::string reason = std::string(lt.get_status_name(status)) + " (" +
                             std::to_string(static_cast<int>(status)) + ")";
  // What the library met in the runtime says more, a lost device for instance.
  CheckCuda(cudaGetLastError(), call + ", " + reason + ",");
  throw DeviceError(call + OnThisDevice() + ": " + reason);
}

std::string Describe(const MatrixProductArgs& args) {
  return "n " + std::to_string(args.n) + ", k " + std::to_string(args.k) + ", " + Name(args.dtype) +
         " to " + Name(args.y_dtype) + (args.accumulate ? " added" : "");
}

// The largest power of two, up to kMaxAlignment, at whose multiples every row of a matrix begins.
std::uint32_t RowAlignment(const void* data, std::int64_t stride, DType dtype) {
  const auto bits = reinterpret_cast<std::uintptr_t>(data) |
                    static_cast<std::uintptr_t>(stride * SizeOf(dtype)) | kMaxAlignment;
  return std::uint32_t{1} << std::countr_zero(bits);
}

struct Alignments {
  explicit Alignments(const MatrixProductArgs& args)
      : w(RowAlignment(args.w, args.k, args.dtype)),
        x(RowAlignment(args.x, args.x_stride, args.dtype)),
        y(RowAlignment(args.y, args.y_stride, args.y_dtype)) {}
  auto operator<=>(const Alignments&) const = default;

  std::uint32_t w;
  std::uint32_t x;
  std::uint32_t y;
};

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
  Preference(const CublasLtLibrary& lt, const Alignments& alignments, bool invariant) : lt_(lt) {
    Check(lt_, lt_.preference_create(&preference_), "cublasLtMatmulPreferenceCreate");
    Set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{kWorkspaceBytes});
    Set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignments.w);
    Set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignments.x);
    Set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignments.y);
    Set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignments.y);
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
  // What an algorithm is chosen by.
  struct Key {
    std::int64_t n;
    std::int64_t k;
    DType dtype;
    DType y_dtype;
    bool accumulate;
    Alignments alignments;
    std::int64_t num_rows;
    auto operator<=>(const Key&) const = default;
  };
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

  Key KeyOf(const MatrixProductArgs& args) const {
    const auto magnitude = std::bit_ceil(static_cast<std::uint64_t>(args.num_rows));
    return {.n = args.n,
            .k = args.k,
            .dtype = args.dtype,
            .y_dtype = args.y_dtype,
            .accumulate = args.accumulate,
            .alignments = Alignments(args),
            .num_rows = invariant ? kScoringRows : static_cast<std::int64_t>(magnitude)};
  }

  const Choice& ChoiceFor(const MatrixProductArgs& args) {
    const Key key = KeyOf(args);
    const auto found = choices.find(key);
    if (found != choices.end()) return found->second;
    return choices.emplace(key, Choose(args, key.num_rows)).first->second;
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
  // against each other might choose another one in another run. It is to take every number of rows
  // it is chosen for, of which the fewest and the most are tried.
  Choice Choose(const MatrixProductArgs& args, std::int64_t num_rows) const {
    const std::string call = "cublasLtMatmulAlgoGetHeuristic for " + Describe(args);
    const Description description(lt, args, num_rows);
    const Preference preference(lt, Alignments(args), invariant);
    std::array<cublasLtMatmulHeuristicResult_t, kMaxProposals> proposals{};
    int count = 0;
    Check(lt,
          lt.algo_get_heuristic(handle, description.product(), description.w(), description.x(),
                                description.y(), description.y(), preference.get(), kMaxProposals,
                                proposals.data(), &count),
          call);
    const std::int64_t fewest_rows = invariant ? 1 : num_rows / 2 + 1;
    for (int i = 0; i < count; ++i) {
      const cublasLtMatmulHeuristicResult_t& proposal = proposals[static_cast<std::size_t>(i)];
      if (proposal.state == CUBLAS_STATUS_SUCCESS && (!invariant || IsInvariant(proposal.algo)) &&
          Accepts(args, fewest_rows, proposal.algo) && Accepts(args, num_rows, proposal.algo) &&
          (!invariant || Accepts(args, kMostRows, proposal.algo))) {
        return {proposal.algo, Describe(args) + ", " + std::to_string(num_rows) +
                                   " rows: " + AlgorithmText(proposal.algo)};
      }
    }
    const std::string none = call + OnThisDevice() + ": none of " + std::to_string(count) +
                             " algorithms takes " + std::to_string(fewest_rows) + " to " +
                             std::to_string(num_rows) + " rows";
    if (!invariant) throw DeviceError(none);
    throw DeviceError(none +
                      " and sums in one piece; try MEVAL_CUDA_MODE=fast, where results may "
                      "depend on the batch");
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
