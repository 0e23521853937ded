#include "kernels/context.h"

#ifdef __linux__
#include <sched.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "kernels/check.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/cuda/open_device.h"
#include "kernels/device_ops.h"
#include "kernels/setting_error.h"

namespace meval {
namespace {

int AvailableCores() {
#ifdef __linux__
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

bool IsAvailable(CpuPath path) {
  const std::vector<CpuPath> paths = AvailableCpuPaths();
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

bool HasBf16Instructions() {
  return DetectCpuFeatures().avx512_bf16 || DetectCpuFeatures().amx_bf16;
}

CpuPath ChoosePath() {
  const std::string wanted = Environment("MEVAL_CPU_PATH");
  if (wanted.empty()) return AvailableCpuPaths().back();
  for (const CpuPath path : {CpuPath::kReference, CpuPath::kAvx2, CpuPath::kAvx512}) {
    if (wanted == Name(path)) return path;
  }
  throw SettingError("MEVAL_CPU_PATH: expected reference, avx2 or avx512, found \"" + wanted +
                     "\"");
}

GemmProvider ChooseGemm(CpuPath path) {
  const std::string wanted = Environment("MEVAL_GEMM");
  if (wanted == Name(GemmProvider::kBuiltin)) return GemmProvider::kBuiltin;
  if (wanted == Name(GemmProvider::kOneDnn)) return GemmProvider::kOneDnn;
  if (!wanted.empty()) {
    throw SettingError("MEVAL_GEMM: expected builtin or onednn, found \"" + wanted + "\"");
  }
  // Whoever asks for a slower path asks for its arithmetic in matrix products too.
  const bool fastest_path = path == AvailableCpuPaths().back();
  return fastest_path && HasOneDnn() && HasBf16Instructions() ? GemmProvider::kOneDnn
                                                              : GemmProvider::kBuiltin;
}

void CheckAvailable(CpuPath path, GemmProvider gemm) {
  if (!IsAvailable(path)) {
    throw DeviceError(std::string("cpu: the ") + Name(path) + " path needs instructions that \"" +
                      DetectCpuFeatures().brand + "\" or this build lacks; available: up to " +
                      Name(AvailableCpuPaths().back()));
  }
  if (gemm == GemmProvider::kOneDnn && !HasOneDnn()) {
    throw DeviceError(
        "cpu: this build has no oneDNN; install it (Debian: libdnnl-dev) and build "
        "again, or use MEVAL_GEMM=builtin");
  }
  if (gemm == GemmProvider::kOneDnn && !HasBf16Instructions()) {
    throw DeviceError("cpu: oneDNN only emulates bf16 on \"" + DetectCpuFeatures().brand +
                      "\", which has no bf16 instructions; use MEVAL_GEMM=builtin");
  }
}

}  // namespace

const char* Name(CpuPath path) {
  switch (path) {
    case CpuPath::kReference:
      return "reference";
    case CpuPath::kAvx2:
      return "avx2";
    case CpuPath::kAvx512:
      return "avx512";
  }
  throw std::logic_error("Name: unknown CpuPath");
}

const char* Name(GemmProvider provider) {
  switch (provider) {
    case GemmProvider::kBuiltin:
      return "builtin";
    case GemmProvider::kOneDnn:
      return "onednn";
  }
  throw std::logic_error("Name: unknown GemmProvider");
}

class Context::Pool : public cpu::ThreadPool {
 public:
  using ThreadPool::ThreadPool;
};

Context::Context(const ContextOptions& options)
    : device_(options.device),
      path_(options.choose_path ? ChoosePath() : options.path),
      gemm_(options.choose_path ? ChooseGemm(path_) : options.gemm) {
  MEVAL_REQUIRE(options.num_threads >= 0,
                "num_threads: expected >= 0, found " + std::to_string(options.num_threads));
  CheckAvailable(path_, gemm_);
  pool_ = std::make_unique<Pool>(options.num_threads == 0 ? AvailableCores() : options.num_threads);
  if (device_ == Device::kCuda) device_ops_ = cuda::OpenDevice(options.cuda_mode);
}

Context::~Context() = default;

DeviceTraits Context::traits() const {
  return device_ops_ == nullptr ? DeviceTraits{} : device_ops_->Traits();
}

std::string Context::device_name() const {
  return device_ops_ == nullptr ? std::string() : device_ops_->Name();
}

std::string Context::device_arithmetic() const {
  return device_ops_ == nullptr ? std::string() : device_ops_->Arithmetic();
}

std::vector<std::string> Context::matmul_algorithms() const {
  return device_ops_ == nullptr ? std::vector<std::string>() : device_ops_->MatmulAlgorithms();
}

Buffer Context::Allocate(std::size_t bytes) {
  return device_ops_ == nullptr ? Buffer(bytes) : device_ops_->Allocate(bytes);
}

void Context::Upload(const void* from, void* to, std::size_t bytes) {
  if (bytes == 0) return;
  if (device_ops_ != nullptr) return device_ops_->Upload(*this, from, to, bytes);
  std::memcpy(to, from, bytes);
}

void Context::Download(const void* from, void* to, std::size_t bytes) {
  if (bytes == 0) return;
  if (device_ops_ != nullptr) return device_ops_->Download(from, to, bytes);
  std::memcpy(to, from, bytes);
}

int Context::num_threads() const { return pool_->num_threads(); }

void Context::ParallelFor(std::int64_t count, const std::function<void(std::int64_t)>& task) {
  pool_->Run(count, task);
}

std::byte* Context::Scratch(std::size_t bytes) {
  if (scratch_.bytes() < bytes) {
    scratch_ = Buffer();  // the old one goes before the larger one comes
    scratch_ = Buffer(bytes);
  }
  return scratch_.As<std::byte>();
}

}  // namespace meval
