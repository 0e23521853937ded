#ifndef MEVAL_KERNELS_CUDA_CUDA_DEVICE_H_
#define MEVAL_KERNELS_CUDA_CUDA_DEVICE_H_

// The ops of kernels/device_ops.h on one CUDA device, all on one stream.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernels/cuda/attention.h"
#include "kernels/cuda/handles.h"
#include "kernels/cuda/matrix_product.h"
#include "kernels/cuda/staging.h"
#include "kernels/device_ops.h"

namespace meval::cuda {

// How attention over many rows multiplies: by the warps' instructions, which every device has, or
// by those of the warpgroups of compute capability 9.0. kAuto: the latter there, as long as the
// invariant mode does not lose by it (kernels/cuda/attention_probe.h).
enum class AttentionProducts { kAuto, kMma, kWgmma };

struct CudaDeviceOptions {
  bool invariant = true;
  bool graphs = true;
  AttentionProducts attention = AttentionProducts::kAuto;
};

class CudaDevice : public DeviceOps {
 public:
  CudaDevice(int index, const CudaDeviceOptions& options);
  ~CudaDevice() override;

  DeviceTraits Traits() const override;
  std::string Name() const override;
  std::string PciBusId() const override;
  std::string Arithmetic() const override;
  std::vector<std::string> MatmulAlgorithms() const override { return products_.Algorithms(); }
  std::vector<std::string> AttentionForms() const override;
  std::string UseAttention(const std::string& form) override;

  Buffer Allocate(std::size_t bytes) override;
  void Upload(Context& ctx, const void* from, void* to, std::size_t bytes) override;
  void Download(const void* from, void* to, std::size_t bytes) override;
  void CopyPages(const PageStore& store, std::span<const PagePair> pairs) override;
  void Copy(const void* from, void* to, std::size_t bytes) override;
  void ReadAll(const void* from, std::size_t bytes) override;

  std::unique_ptr<PackedWeight::Impl> Pack(Context& ctx, std::span<const TensorView> parts,
                                           std::int64_t n, std::int64_t k) override;
  void RmsNorm(TensorView x, TensorView gain, float eps, TensorView out) override;
  void SiluMul(TensorView gate, TensorView up, TensorView out) override;
  void ResidualAdd(TensorView delta, TensorView x) override;
  void TokenLogprobs(TensorView logits, std::span<const LogprobTarget> targets,
                     std::span<TokenLogprob> results) override;
  void SampleTokens(TensorView logits, std::span<const SamplingParams> params,
                    std::span<const SamplingKey> keys, std::span<TokenId> results) override;
  std::optional<float> FindNotFinite(TensorView logits) override;
  std::unique_ptr<StepOps> MakeStepOps(Context& ctx, const StepShape& shape,
                                       const RopeTable& rope) override;

  // For StepOps and the packed weights.
  StreamHandle stream() const { return stream_.get(); }
  Staging& staging() { return staging_; }
  MatrixProducts& products() { return products_; }
  int num_multiprocessors() const { return properties_.multiProcessorCount; }
  bool uses_graphs() const { return options_.graphs; }
  // The kernel that takes attention over many rows.
  AttentionKernel attention_tiles() const { return attention_tiles_; }

 private:
  bool has_warpgroups() const { return properties_.major == 9 && properties_.minor == 0; }
  AttentionKernel ChooseAttention();
  // Fills rows_of_logits_ with one LogitRow a row.
  void ReduceLogits(const TensorView& logits);
  template <typename T>
  T* Send(DeviceArray<std::byte>& array, std::span<const T> values);

  CudaDeviceOptions options_;
  cudaDeviceProp properties_{};
  StreamOwner stream_;
  Staging staging_;
  MatrixProducts products_;
  AttentionKernel attention_tiles_ = AttentionKernel::kTiles;
  // Arguments and results of the op at hand.
  DeviceArray<std::byte> rows_of_logits_;
  DeviceArray<std::byte> arguments_;
  DeviceArray<std::byte> more_arguments_;
  DeviceArray<std::byte> results_;
};

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_CUDA_DEVICE_H_
