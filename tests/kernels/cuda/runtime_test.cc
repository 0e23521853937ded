// The stand-ins for the CUDA runtime and for cuBLASLt: what they promise to those who test with
// them.

#include "tests/support/cuda_emulator/runtime.h"

#include <cstdint>
#include <vector>

#include <cublasLt.h>
#include <cuda_runtime.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/check.h"
#include "kernels/cuda/launch.cuh"
#include "tests/kernels/cuda/device_array.h"

namespace meval::testing {
namespace {

using cuda_emulator::Faults;
using cuda_emulator::SetDeviceModel;
using cuda_emulator::SetFaults;

void Increment(int* counter) { ++*counter; }

class Runtime : public ::testing::Test {
 protected:
  ~Runtime() override {
    SetFaults({});
    SetDeviceModel({});
  }
  void LaunchIncrement(cudaStream_t stream, int* counter) {
    cuda::Launch("Increment", Increment, dim3(1), dim3(1), 0, stream, counter);
  }
};

TEST_F(Runtime, PoisonsNewMemory) {
  const DeviceArray<std::uint32_t> array(5);
  EXPECT_EQ(array.Read(), std::vector<std::uint32_t>(5, 0xffffffff));
}

TEST_F(Runtime, RefusesCopiesThatLeaveTheirBlock) {
  const DeviceArray<int> array(4);
  int host[8] = {};
  EXPECT_EQ(cudaMemcpy(array.data(), host, 17, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(host, array.data() + 3, 5, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(host, host + 4, 4, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(array.data(), array.data() + 1, 4, cudaMemcpyDeviceToHost),
            cudaErrorInvalidValue);
  EXPECT_EQ(cudaFree(array.data() + 1), cudaErrorInvalidValue);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidValue);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

TEST_F(Runtime, ClosesDeviceMemoryToTheHost) {
  const DeviceArray<int> array(std::vector<int>{1, 2, 3});
  EXPECT_DEATH(*array.data() = 4, "");
  EXPECT_DEATH(array.data()[64] = 4, "") << "the first byte behind the block's last 256";
}

TEST_F(Runtime, RunsAStreamWhenItIsWaitedFor) {
  const TestStream stream;
  const DeviceArray<int> counter(std::vector<int>{0});
  LaunchIncrement(stream.get(), counter.data());
  EXPECT_EQ(cudaStreamQuery(stream.get()), cudaErrorNotReady);
  const std::int64_t before = cuda_emulator::Counts().launches;
  stream.Wait();
  EXPECT_EQ(cuda_emulator::Counts().launches, before + 1);
  EXPECT_EQ(cudaStreamQuery(stream.get()), cudaSuccess);
  EXPECT_EQ(counter.Read()[0], 1);
}

TEST_F(Runtime, ShowsPinnedMemoryThatIsReadTooEarly) {
  const TestStream stream;
  const DeviceArray<int> array(std::vector<int>{7});
  void* pinned = nullptr;
  MustSucceed(cudaMallocHost(&pinned, sizeof(int)));
  auto* value = static_cast<int*>(pinned);
  *value = 3;
  MustSucceed(cudaMemcpyAsync(value, array.data(), 4, cudaMemcpyDeviceToHost, stream.get()));
  EXPECT_EQ(*value, -1) << "not there yet, and not the old value either";
  stream.Wait();
  EXPECT_EQ(*value, 7);
  // The source of a copy to the device is read when the copy is made.
  MustSucceed(cudaMemcpyAsync(array.data(), value, 4, cudaMemcpyHostToDevice, stream.get()));
  *value = 9;
  stream.Wait();
  EXPECT_EQ(array.Read()[0], 9);
  MustSucceed(cudaFreeHost(pinned));
}

TEST_F(Runtime, ReadsPageableMemoryAtOnce) {
  const TestStream stream;
  const DeviceArray<int> array(1);
  int value = 5;
  MustSucceed(cudaMemcpyAsync(array.data(), &value, 4, cudaMemcpyHostToDevice, stream.get()));
  value = 6;
  int back = 0;
  MustSucceed(cudaMemcpyAsync(&back, array.data(), 4, cudaMemcpyDeviceToHost, stream.get()));
  EXPECT_EQ(back, 5) << "a copy to pageable memory waits";
}

TEST_F(Runtime, OrdersStreamsByEvents) {
  const TestStream first;
  const TestStream second;
  const DeviceArray<int> counter(std::vector<int>{0});
  cudaEvent_t event = nullptr;
  MustSucceed(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  LaunchIncrement(first.get(), counter.data());
  MustSucceed(cudaEventRecord(event, first.get()));
  EXPECT_EQ(cudaEventQuery(event), cudaErrorNotReady);
  MustSucceed(cudaStreamWaitEvent(second.get(), event));
  LaunchIncrement(second.get(), counter.data());
  second.Wait();
  EXPECT_EQ(cudaEventQuery(event), cudaSuccess);
  EXPECT_EQ(cudaStreamQuery(first.get()), cudaSuccess);
  EXPECT_EQ(counter.Read()[0], 2);
  MustSucceed(cudaEventDestroy(event));
}

TEST_F(Runtime, ReplaysACapturedGraph) {
  const TestStream stream;
  const DeviceArray<int> counter(std::vector<int>{0});
  MustSucceed(cudaStreamBeginCapture(stream.get(), cudaStreamCaptureModeThreadLocal));
  LaunchIncrement(stream.get(), counter.data());
  LaunchIncrement(stream.get(), counter.data());
  EXPECT_EQ(cudaStreamSynchronize(stream.get()), cudaErrorStreamCaptureUnsupported);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  MustSucceed(cudaStreamEndCapture(stream.get(), &graph));
  MustSucceed(cudaGraphInstantiate(&executable, graph));
  MustSucceed(cudaGraphDestroy(graph));
  EXPECT_EQ(counter.Read()[0], 0);
  for (int i = 0; i < 3; ++i) MustSucceed(cudaGraphLaunch(executable, stream.get()));
  stream.Wait();
  EXPECT_EQ(counter.Read()[0], 6);
  MustSucceed(cudaGraphExecDestroy(executable));
}

TEST_F(Runtime, HasOnlySoMuchMemory) {
  SetDeviceModel({.memory_bytes = 1000});
  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;
  const std::size_t before = static_cast<std::size_t>(cuda_emulator::Counts().allocated_bytes);
  ASSERT_EQ(before, 0U);
  const DeviceArray<std::byte> array(600);
  MustSucceed(cudaMemGetInfo(&free_bytes, &total_bytes));
  EXPECT_EQ(free_bytes, 400U);
  EXPECT_EQ(total_bytes, 1000U);
  void* pointer = nullptr;
  EXPECT_EQ(cudaMalloc(&pointer, 401), cudaErrorMemoryAllocation);
  EXPECT_EQ(pointer, nullptr);
}

TEST_F(Runtime, FailsWhenAskedTo) {
  SetFaults({.allocation_bytes = 100});
  void* pointer = nullptr;
  EXPECT_EQ(cudaMalloc(&pointer, 101), cudaErrorMemoryAllocation);
  SetFaults({.allocations = 1});
  EXPECT_EQ(cudaMalloc(&pointer, 101), cudaSuccess);
  EXPECT_EQ(cudaFree(pointer), cudaSuccess);
  EXPECT_EQ(cudaMalloc(&pointer, 1), cudaErrorMemoryAllocation) << "whatever has been freed";
  SetFaults({.launches = 1});
  const TestStream stream;
  const DeviceArray<int> counter(std::vector<int>{0});
  LaunchIncrement(stream.get(), counter.data());
  EXPECT_THROW(LaunchIncrement(stream.get(), counter.data()), DeviceError);
  SetFaults({.launch_memory = 1});
  EXPECT_EQ(cudaSetDevice(0), cudaSuccess);
  EXPECT_THROW(LaunchIncrement(stream.get(), counter.data()), DeviceError);
  SetFaults({.calls = 1});
  EXPECT_EQ(cudaSetDevice(0), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream.get()), cudaErrorLaunchFailure);
  EXPECT_EQ(cudaSetDevice(0), cudaErrorLaunchFailure) << "a lost device stays lost";
  SetFaults({.busy = true});
  EXPECT_EQ(cudaSetDevice(0), cudaErrorDevicesUnavailable);
  int count = -1;
  EXPECT_EQ(cudaGetDeviceCount(&count), cudaSuccess) << "a busy device can be counted";
  EXPECT_EQ(count, 1);
  SetFaults({});
  for (const int version : {0, 12080, CUDART_VERSION - 10}) {
    SetDeviceModel({.driver_version = version});
    EXPECT_EQ(cudaGetDeviceCount(&count), cudaErrorInsufficientDriver) << version;
  }
  SetDeviceModel({.driver_version = CUDART_VERSION + 1000});
  EXPECT_EQ(cudaGetDeviceCount(&count), cudaSuccess) << "a newer driver runs older programs";
  SetDeviceModel({.num_devices = 0});
  EXPECT_EQ(cudaGetDeviceCount(&count), cudaErrorNoDevice);
}

TEST_F(Runtime, NamesKernelAndErrorOfARefusedLaunch) {
  try {
    cuda::Launch("Increment", Increment, dim3(1), dim3(2048), 0, nullptr, nullptr);
    FAIL() << "2048 threads in a block";
  } catch (const DeviceError& error) {
    EXPECT_STREQ(error.what(),
                 "Increment on CUDA device 0: cudaErrorInvalidConfiguration (9): invalid "
                 "configuration argument");
  }
  EXPECT_THROW(cuda::Launch("Increment", Increment, dim3(1), dim3(1), 400 << 10, nullptr, nullptr),
               DeviceError);
}

// y = x W^T as the backend asks for it: column-major, W transposed.
class CublasLt : public ::testing::Test {
 protected:
  static constexpr std::int64_t kM = 3;
  static constexpr std::int64_t kN = 8;
  static constexpr std::int64_t kK = 520;
  static constexpr std::uint64_t kWorkspaceBytes = std::uint64_t{1} << 20;

  CublasLt() {
    const cublasOperation_t transpose = CUBLAS_OP_T;
    EXPECT_EQ(cublasLtCreate(&handle_), CUBLAS_STATUS_SUCCESS);
    cublasLtMatmulDescCreate(&description_, CUBLAS_COMPUTE_32F, CUDA_R_32F);
    cublasLtMatmulDescSetAttribute(description_, CUBLASLT_MATMUL_DESC_TRANSA, &transpose,
                                   sizeof(transpose));
    cublasLtMatrixLayoutCreate(&w_layout_, CUDA_R_16BF, kK, kN, kK);
    cublasLtMatrixLayoutCreate(&x_layout_, CUDA_R_16BF, kK, kM, kK);
    cublasLtMatrixLayoutCreate(&y_layout_, CUDA_R_32F, kN, kM, kN);
    cublasLtMatmulPreferenceCreate(&preference_);
    cublasLtMatmulPreferenceSetAttribute(preference_, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                         &kWorkspaceBytes, sizeof(kWorkspaceBytes));
  }
  ~CublasLt() override {
    cublasLtMatmulPreferenceDestroy(preference_);
    for (cublasLtMatrixLayout_t layout : {w_layout_, x_layout_, y_layout_}) {
      cublasLtMatrixLayoutDestroy(layout);
    }
    cublasLtMatmulDescDestroy(description_);
    cublasLtDestroy(handle_);
  }
  std::vector<cublasLtMatmulAlgo_t> Algorithms() {
    cublasLtMatmulHeuristicResult_t results[8];
    int count = 0;
    EXPECT_EQ(cublasLtMatmulAlgoGetHeuristic(handle_, description_, w_layout_, x_layout_, y_layout_,
                                             y_layout_, preference_, 8, results, &count),
              CUBLAS_STATUS_SUCCESS);
    std::vector<cublasLtMatmulAlgo_t> algorithms;
    for (int i = 0; i < count; ++i) algorithms.push_back(results[i].algo);
    return algorithms;
  }
  static std::uint32_t Splits(const cublasLtMatmulAlgo_t& algorithm) {
    std::uint32_t splits = 0;
    cublasLtMatmulAlgoConfigGetAttribute(&algorithm, CUBLASLT_ALGO_CONFIG_SPLITK_NUM, &splits,
                                         sizeof(splits), nullptr);
    return splits;
  }
  std::vector<float> Run(const cublasLtMatmulAlgo_t& algorithm, float beta) {
    const DeviceArray<std::byte> workspace(kWorkspaceBytes);
    const DeviceArray<std::uint16_t> w(ToElements(DType::kBF16, w_));
    const DeviceArray<std::uint16_t> x(ToElements(DType::kBF16, x_));
    const DeviceArray<float> y(std::vector<float>(kM * kN, 2.0F));
    const float alpha = 1;
    const TestStream stream;
    EXPECT_EQ(cublasLtMatmul(handle_, description_, &alpha, w.data(), w_layout_, x.data(),
                             x_layout_, &beta, y.data(), y_layout_, y.data(), y_layout_, &algorithm,
                             workspace.data(), kWorkspaceBytes, stream.get()),
              CUBLAS_STATUS_SUCCESS);
    stream.Wait();
    return y.Read();
  }

  cublasLtHandle_t handle_ = nullptr;
  cublasLtMatmulDesc_t description_ = nullptr;
  cublasLtMatrixLayout_t w_layout_ = nullptr;
  cublasLtMatrixLayout_t x_layout_ = nullptr;
  cublasLtMatrixLayout_t y_layout_ = nullptr;
  cublasLtMatmulPreference_t preference_ = nullptr;
  std::vector<float> w_ = Rounded(DType::kBF16, RandomVector(kN* kK, 61));
  std::vector<float> x_ = Rounded(DType::kBF16, RandomVector(kM* kK, 62));
};

TEST_F(CublasLt, MultipliesAndAdds) {
  for (const cublasLtMatmulAlgo_t& algorithm : Algorithms()) {
    for (const float beta : {0.0F, 1.0F}) {
      const std::vector<float> y = Run(algorithm, beta);
      for (std::size_t m = 0; m < kM; ++m) {
        for (std::size_t n = 0; n < kN; ++n) {
          double sum = 2 * beta;
          for (std::size_t k = 0; k < kK; ++k) sum += double{x_[m * kK + k]} * w_[n * kK + k];
          ASSERT_NEAR(y[m * kN + n], sum, 1e-4);
        }
      }
    }
  }
}

TEST_F(CublasLt, OffersSplitsFirstAndSaysSo) {
  const std::vector<cublasLtMatmulAlgo_t> all = Algorithms();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_GT(Splits(all[0]), 1U);
  EXPECT_EQ(Splits(all[1]), 1U);
  EXPECT_FALSE(SameBits(Run(all[0], 0), Run(all[1], 0))) << "a split is another order of the sum";
  const std::uint32_t none = CUBLASLT_REDUCTION_SCHEME_NONE;
  cublasLtMatmulPreferenceSetAttribute(preference_, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                                       &none, sizeof(none));
  for (const cublasLtMatmulAlgo_t& algorithm : Algorithms()) EXPECT_EQ(Splits(algorithm), 1U);
}

// What the documentation asks of pointers and leading dimensions.
TEST_F(CublasLt, ProposesByTheAlignmentThatIsDeclared) {
  const std::uint32_t bytes = 2;
  cublasLtMatmulPreferenceSetAttribute(preference_, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
                                       &bytes, sizeof(bytes));
  EXPECT_EQ(Algorithms().size(), 2U);
  cublasLtMatrixLayoutDestroy(x_layout_);
  cublasLtMatrixLayoutCreate(&x_layout_, CUDA_R_16BF, kK, kM, kK + 1);
  EXPECT_EQ(Algorithms().size(), 2U) << "rows that no pointer can align";
}

}  // namespace
}  // namespace meval::testing
