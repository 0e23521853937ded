#ifndef MEVAL_KERNELS_CONTEXT_H_
#define MEVAL_KERNELS_CONTEXT_H_

// Where ops run: the device, the threads, and which of the equivalent code paths is used.
//
//   Context ctx({.num_threads = 2});
//   RmsNorm(ctx, x, gain, 1e-5f, out);

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernels/buffer.h"
#include "kernels/tensor.h"

namespace meval {

class DeviceOps;

// The CPU code paths. kReference is the specification (plain loops in the equation's order, sums in
// double); the others give the same bits as each other, and agree with kReference within
// kernels/tolerance.h.
enum class CpuPath { kReference, kAvx2, kAvx512 };
// Who multiplies matrices on the CPU. kBuiltin follows CpuPath.
enum class GemmProvider { kBuiltin, kOneDnn };

const char* Name(CpuPath path);
const char* Name(GemmProvider provider);

// What cpuid says of this machine.
struct CpuFeatures {
  bool avx2_fma = false;     // AVX2, FMA and F16C
  bool avx512 = false;       // F, BW, DQ, VL
  bool avx512_bf16 = false;  // vdpbf16ps
  bool amx_bf16 = false;
  std::string brand;  // "AMD EPYC ..."
};
const CpuFeatures& DetectCpuFeatures();

// The paths this machine can run, slowest first; kReference is always there.
std::vector<CpuPath> AvailableCpuPaths();
bool HasOneDnn();             // compiled in
std::string OneDnnVersion();  // "2.6.3", or "" without it
// The instructions oneDNN allows itself on this machine: "avx512_core_bf16", ...; "" without it.
std::string OneDnnIsa();

// What planning must know of a device before anything lies on it.
struct DeviceTraits {
  Device device = Device::kCpu;
  std::int64_t available_bytes = 0;  // cuda: memory that is free now; cpu: 0, ask the system
  std::int64_t batch_tokens = 512;   // rows of a step at which matrix products run at full speed
  // Logits of a step are computed in chunks of at most this many bytes: enough rows for full speed,
  // few enough to stay small beside the weights.
  std::int64_t logit_bytes = std::int64_t{64} << 20;
};

// How a CUDA device chooses who multiplies (docs/cuda.md, "The backend"). kAsSet: what
// MEVAL_CUDA_MODE says.
enum class CudaMode { kAsSet, kInvariant, kFast };

struct ContextOptions {
  // kCuda: ops run on the first CUDA device; threads are for loading.
  Device device = Device::kCpu;
  CudaMode cuda_mode = CudaMode::kAsSet;
  int num_threads = 0;  // 0: one per available core
  // Defaults: the fastest path cpuid allows; oneDNN where it is compiled in and the chip has bf16
  // instructions. The environment variables MEVAL_CPU_PATH (reference|avx2|avx512) and MEVAL_GEMM
  // (builtin|onednn) override.
  bool choose_path = true;
  CpuPath path = CpuPath::kReference;          // used when choose_path is false
  GemmProvider gemm = GemmProvider::kBuiltin;  // used when choose_path is false
};

// What activations are kept in beside the f32 residual stream: f32 on the cpu, the weights' dtype
// on cuda.
constexpr DType ActivationDType(Device device, DType weights) {
  return device == Device::kCpu ? DType::kF32 : weights;
}

// A context runs one op at a time: ops of two threads need two contexts.
class Context {
 public:
  // Throws DeviceError if a path or device is asked for that this machine cannot run.
  explicit Context(const ContextOptions& options = {});
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Device device() const { return device_; }
  DeviceTraits traits() const;
  DType ActivationDType(DType weights) const { return meval::ActivationDType(device_, weights); }
  // cuda: the device's name and what decides the bits of its results; both empty on the cpu, whose
  // path() and gemm() say it.
  std::string device_name() const;
  std::string device_arithmetic() const;
  // cuda: the algorithms cuBLASLt multiplies with so far, one line a shape, for the report.
  std::vector<std::string> matmul_algorithms() const;

  // Memory of the device, 64-byte aligned at least, uninitialised. Throws DeviceError naming the
  // bytes.
  Buffer Allocate(std::size_t bytes);
  // Copies from the host to the device's memory, and back. On the cpu both are plain copies.
  void Upload(const void* from, void* to, std::size_t bytes);
  void Download(const void* from, void* to, std::size_t bytes);

  int num_threads() const;
  CpuPath path() const { return path_; }
  GemmProvider gemm() const { return gemm_; }

  // Calls task(i) for every i in [0, count), each exactly once, on any thread; returns when all are
  // done. The first exception a task throws is rethrown here. Tasks must not call ParallelFor on
  // the same context.
  void ParallelFor(std::int64_t count, const std::function<void(std::int64_t)>& task);

  // Working memory of the op that runs now, at least `bytes`, 64-byte aligned; the next op
  // overwrites it. It grows to the largest request and is then reused: a decode step allocates
  // nothing.
  std::byte* Scratch(std::size_t bytes);

  // For the ops: null on the cpu (kernels/device_ops.h).
  DeviceOps* device_ops() const { return device_ops_.get(); }

 private:
  class Pool;
  Device device_;
  CpuPath path_;
  GemmProvider gemm_;
  std::unique_ptr<Pool> pool_;
  Buffer scratch_;
  std::unique_ptr<DeviceOps> device_ops_;
};

}  // namespace meval

#endif  // MEVAL_KERNELS_CONTEXT_H_
