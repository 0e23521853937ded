#include "engine/selftest/device_proof.h"

#include <exception>
#include <optional>

#include "engine/selftest/check_list.h"
#include "engine/selftest/device_cases.h"
#include "kernels/attention_forms.h"

namespace meval::selftest {
namespace {

CheckList DeviceChecks(const std::string& only) {
  return CheckList(
      {{"device.rmsnorm", "RMSNorm is that of the cpu, rounded once"},
       {"device.silu_mul", "SwiGLU is that of the cpu, rounded once"},
       {"device.residual_add", "sums with the residual stream are those of the cpu, bit by bit"},
       {"device.embedding", "rows of the table are copied exactly"},
       {"device.gather", "selected rows are copied exactly"},
       {"device.gemm", "matrix products are within (4 + sqrt K) u of sums in double"},
       {"device.gemv", "so are those of few rows in the fast mode"},
       {"device.attention",
        "RoPE, the store of keys and values and attention are those of the cpu"},
       {"device.cascade", "attention over pages that sequences share is that of the cpu"},
       {"device.forms", "each form of attention is within roundings of the others"},
       {"device.logprob", "log-probabilities and most likely tokens are those of the cpu"},
       {"device.sampling", "tokens are drawn as on the cpu"},
       {"device.pages", "copies of pages are exact"},
       {"device.logits", "logits of small models are those of the cpu"},
       {"device.guards", "no op writes outside of its output"}},
      only);
}

class DeviceProof {
 public:
  DeviceProof(const SelftestOptions& options, CheckList& checks)
      : options_(options),
        checks_(checks),
        device_({.device = options.device, .num_threads = options.num_threads}),
        cpu_({.num_threads = options.num_threads}) {}

  void Run() {
    if (AttentionForms(device_).size() < 2) {
      checks_.Skip("device.forms", "attention has one form on this device");
    }
    const std::int64_t rounds = options_.effort == SelftestEffort::kQuick  ? 4
                                : options_.effort == SelftestEffort::kFull ? 60
                                                                           : 16;
    for (std::int64_t i = 0; i < rounds; ++i) {
      const DType dtype = i % 2 == 0 ? DType::kBF16 : DType::kF16;
      const std::uint64_t seed = options_.seed + static_cast<std::uint64_t>(i);
      Random random(seed, "device");
      const DeviceSubject subject = {device_, cpu_, checks_};
      Try("device.rmsnorm", [&] { CheckRmsNorm(subject, random, dtype); });
      Try("device.silu_mul", [&] { CheckSiluMul(subject, random, dtype); });
      Try("device.residual_add", [&] { CheckResidualAdd(subject, random); });
      Try("device.embedding", [&] { CheckEmbedding(subject, random, dtype); });
      Try("device.gather", [&] { CheckGather(subject, random, dtype); });
      Try("device.gemm", [&] { CheckGemm(subject, random, dtype); });
      Try("device.gemv", [&] { CheckGemv({FastDevice(), cpu_, checks_}, random, dtype); });
      Try("device.attention", [&] { CheckAttention(subject, random, dtype); });
      Try("device.logprob", [&] { CheckLogprobs(subject, random); });
      Try("device.sampling", [&] { CheckSampling(subject, random); });
      Try("device.pages", [&] { CheckPages(subject, random); });
      if (i >= rounds / 4) continue;
      Try("device.cascade", [&] { CheckCascade(subject, random, dtype); });
      Try("device.logits", [&] { CheckLogits(subject, options_, seed, dtype); });
    }
    if (options_.stop.stop_requested()) checks_.SkipUntried("time was up");
    checks_.SkipUntried(is_lost_ ? "the device was lost" : "the ops that it looks at threw");
    if (options_.when_done) options_.when_done(device_);
  }

 private:
  // What one op throws says nothing of the others, unless the device is lost: then all would.
  template <typename Check>
  void Try(const char* name, const Check& check) {
    if (is_lost_ || options_.stop.stop_requested() || !checks_.Wants(name)) return;
    try {
      check();
    } catch (const std::exception& error) {
      checks_.Add(name, std::string("threw: ") + error.what());
      is_lost_ = !Answers();
    }
  }

  bool Answers() {
    try {
      DeviceTensor(device_, DType::kF32, 1, 1).Read();
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  // The device in the mode that has a kernel for few rows.
  Context& FastDevice() {
    if (!fast_) {
      fast_.emplace(ContextOptions{.device = options_.device,
                                   .cuda_mode = CudaMode::kFast,
                                   .num_threads = options_.num_threads});
    }
    return *fast_;
  }

  const SelftestOptions& options_;
  CheckList& checks_;
  Context device_;
  Context cpu_;
  std::optional<Context> fast_;  // once it is needed
  bool is_lost_ = false;
};

}  // namespace

std::vector<SelftestCheck> ProveDevice(const SelftestOptions& options) {
  CheckList checks = DeviceChecks(options.only);
  DeviceProof(options, checks).Run();
  return checks.checks();
}

}  // namespace meval::selftest
