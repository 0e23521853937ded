#ifndef MEVAL_KERNELS_DEVICE_OPS_H_
#define MEVAL_KERNELS_DEVICE_OPS_H_

// What a device other than the CPU brings: its memory, and its own way of every op. The ops of
// kernels/*.h check shapes and hand over to it where a context runs on such a device. Private to
// kernels/: users of the ops never see it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/buffer.h"
#include "kernels/context.h"
#include "kernels/gemm.h"
#include "kernels/page_copy.h"
#include "kernels/rope.h"
#include "kernels/sampling.h"
#include "kernels/step_ops.h"
#include "kernels/tensor.h"
#include "kernels/token_logprob.h"

namespace meval {

class DeviceOps {
 public:
  DeviceOps() = default;
  virtual ~DeviceOps() = default;
  DeviceOps(const DeviceOps&) = delete;
  DeviceOps& operator=(const DeviceOps&) = delete;

  virtual DeviceTraits Traits() const = 0;
  // "NVIDIA H200 (compute capability 9.0)".
  virtual std::string Name() const = 0;
  // The card's address, "0000:17:00.0", by which other libraries know it.
  virtual std::string PciBusId() const = 0;
  // As Context::device_arithmetic() and Context::matmul_algorithms().
  virtual std::string Arithmetic() const = 0;
  virtual std::vector<std::string> MatmulAlgorithms() const = 0;
  // As AttentionForms and UseAttentionForm of kernels/attention_forms.h.
  virtual std::vector<std::string> AttentionForms() const = 0;
  virtual std::string UseAttention(const std::string& form) = 0;

  // Memory. Copies are made in the order of the ops; Upload has read `from` when it returns,
  // Download waits. All throw DeviceError.
  virtual Buffer Allocate(std::size_t bytes) = 0;
  virtual void Upload(Context& ctx, const void* from, void* to, std::size_t bytes) = 0;
  virtual void Download(const void* from, void* to, std::size_t bytes) = 0;
  virtual void CopyPages(const PageStore& store, std::span<const PagePair> pairs) = 0;
  // Within the device's memory.
  virtual void Copy(const void* from, void* to, std::size_t bytes) = 0;
  // Reads every byte, a multiple of 16, and forgets it: what bandwidth is measured with.
  virtual void ReadAll(const void* from, std::size_t bytes) = 0;

  // The ops, their arguments checked.
  virtual std::unique_ptr<PackedWeight::Impl> Pack(Context& ctx, std::span<const TensorView> parts,
                                                   std::int64_t n, std::int64_t k) = 0;
  virtual void RmsNorm(TensorView x, TensorView gain, float eps, TensorView out) = 0;
  virtual void SiluMul(TensorView gate, TensorView up, TensorView out) = 0;
  virtual void ResidualAdd(TensorView delta, TensorView x) = 0;
  virtual void TokenLogprobs(TensorView logits, std::span<const LogprobTarget> targets,
                             std::span<TokenLogprob> results) = 0;
  virtual void SampleTokens(TensorView logits, std::span<const SamplingParams> params,
                            std::span<const SamplingKey> keys, std::span<TokenId> results) = 0;
  virtual std::optional<float> FindNotFinite(TensorView logits) = 0;
  virtual std::unique_ptr<StepOps> MakeStepOps(Context& ctx, const StepShape& shape,
                                               const RopeTable& rope) = 0;
};

}  // namespace meval

#endif  // MEVAL_KERNELS_DEVICE_OPS_H_
