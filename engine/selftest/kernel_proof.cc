#include "engine/selftest/kernel_proof.h"

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <tuple>

#include "engine/selftest/gemm_cases.h"
#include "kernels/check.h"

namespace meval::selftest {
namespace {

constexpr const char* kThreads = "kernel.threads";
constexpr const char* kVectorWidths = "kernel.vector_widths";
constexpr const char* kGemmRows = "kernel.gemm_rows";

// One way to run an op.
struct Route {
  CpuPath path;
  GemmProvider gemm;
};

std::string Describe(const Route& route) {
  return route.gemm == GemmProvider::kOneDnn ? "onednn" : Name(route.path);
}

// Contexts by route and threads, made when first asked for.
class Contexts {
 public:
  Context& Get(const Route& route, int num_threads) {
    std::unique_ptr<Context>& context = contexts_[{route.path, route.gemm, num_threads}];
    if (context == nullptr) {
      context = std::make_unique<Context>(ContextOptions{.num_threads = num_threads,
                                                         .choose_path = false,
                                                         .path = route.path,
                                                         .gemm = route.gemm});
    }
    return *context;
  }
  bool CanRun(const Route& route) {
    try {
      Get(route, 1);
      return true;
    } catch (const DeviceError&) {
      return false;
    }
  }

 private:
  std::map<std::tuple<CpuPath, GemmProvider, int>, std::unique_ptr<Context>> contexts_;
};

std::vector<int> ThreadCounts(const SelftestOptions& options) {
  std::vector<int> counts = {1, 2, 4};
  if (options.num_threads > 0 && options.num_threads != 1 && options.num_threads != 2 &&
      options.num_threads != 4) {
    counts.push_back(options.num_threads);
  }
  return counts;
}

std::string Prefixed(const std::string& where, const std::string& failure) {
  return failure.empty() ? "" : where + ": " + failure;
}

class KernelProof {
 public:
  KernelProof(const SelftestOptions& options, const KernelSet& kernels)
      : options_(options),
        kernels_(kernels),
        threads_(ThreadCounts(options)),
        checks_(KernelChecks(options.only)) {
    for (const CpuPath path : AvailableCpuPaths()) {
      if (path != CpuPath::kReference) vector_routes_.push_back({path, GemmProvider::kBuiltin});
    }
    gemm_routes_ = vector_routes_;
    const Route onednn{AvailableCpuPaths().back(), GemmProvider::kOneDnn};
    if (contexts_.CanRun(onednn)) gemm_routes_.push_back(onednn);
  }

  void Run();
  const std::vector<SelftestCheck>& checks() const { return checks_.checks(); }

 private:
  void Try(const KernelCase& test);
  void TryOnThreads(const KernelCase& test, const Route& route, const KernelOutput& on_one);
  void TryRows(Random& random);
  void SayWhatCannotBeTried();

  const SelftestOptions& options_;
  const KernelSet& kernels_;
  std::vector<int> threads_;
  CheckList checks_;
  Contexts contexts_;
  std::vector<Route> vector_routes_;  // ops; products by the built-in kernels
  std::vector<Route> gemm_routes_;
};

void KernelProof::TryOnThreads(const KernelCase& test, const Route& route,
                               const KernelOutput& on_one) {
  if (!checks_.Wants(kThreads)) return;
  for (const int threads : threads_) {
    if (threads == 1) continue;
    const KernelOutput found = test.run(contexts_.Get(route, threads));
    checks_.Add(kThreads,
                Prefixed(std::string(test.check) + " on " + Describe(route) + ", " +
                             std::to_string(threads) + " threads against 1, " + test.shape,
                         DifferentBits(found, on_one)));
  }
}

void KernelProof::Try(const KernelCase& test) {
  const KernelOutput reference =
      test.run(contexts_.Get({CpuPath::kReference, GemmProvider::kBuiltin}, 1));
  std::map<CpuPath, KernelOutput> by_width;
  for (const Route& route : test.multiplies ? gemm_routes_ : vector_routes_) {
    const std::string where = Describe(route) + ", " + test.shape;
    const KernelOutput found = test.run(contexts_.Get(route, 1));
    checks_.Add(
        test.check,
        Prefixed(where, found.damage.empty() ? test.disagreement(found, reference) : found.damage));
    TryOnThreads(test, route, found);
    if (route.gemm == GemmProvider::kBuiltin) by_width[route.path] = found;
  }
  if (by_width.size() == 2) {
    checks_.Add(kVectorWidths,
                Prefixed(std::string(test.check) + ", avx512 against avx2, " + test.shape,
                         DifferentBits(by_width[CpuPath::kAvx512], by_width[CpuPath::kAvx2])));
  }
}

void KernelProof::TryRows(Random& random) {
  for (const Route& route : gemm_routes_) {
    for (const DType dtype : {DType::kF32, DType::kBF16}) {
      std::vector<Context*> contexts;
      for (const int threads : threads_) contexts.push_back(&contexts_.Get(route, threads));
      for (const std::string& failure : GemmRowsInCompany(kernels_, random, dtype, contexts)) {
        checks_.Add(kGemmRows, Prefixed(Describe(route), failure));
      }
    }
  }
}

void KernelProof::SayWhatCannotBeTried() {
  if (vector_routes_.empty()) {
    for (const SelftestCheck& check : checks_.checks()) {
      checks_.Skip(check.name, "this processor or build runs the reference path only");
    }
  } else if (vector_routes_.size() < 2) {
    checks_.Skip(kVectorWidths, "this processor has one of AVX2 and AVX-512");
  }
}

void KernelProof::Run() {
  using Make = std::function<KernelCase(const KernelSet&, Random&)>;
  const std::vector<std::pair<const char*, Make>> ops = {
      {"kernel.embedding", EmbeddingCase},
      {"kernel.rmsnorm", RmsNormCase},
      {"kernel.rope", RopeCase},
      {"kernel.gemm_f32",
       [](const KernelSet& set, Random& random) { return GemmCase(set, random, DType::kF32); }},
      {"kernel.gemm_bf16",
       [](const KernelSet& set, Random& random) { return GemmCase(set, random, DType::kBF16); }},
      {"kernel.attention", AttentionCase},
      {"kernel.silu_mul", SiluMulCase},
      {"kernel.residual_add", ResidualAddCase},
      {"kernel.token_logprob", TokenLogprobCase},
      {"kernel.sampling", SamplingCase},
  };
  const bool needs_all = checks_.Wants(kThreads) || checks_.Wants(kVectorWidths);
  const int rounds = options_.effort == SelftestEffort::kQuick     ? 6
                     : options_.effort == SelftestEffort::kDefault ? 24
                                                                   : 200;
  SayWhatCannotBeTried();
  for (const auto& [name, make] : ops) {
    if (!needs_all && !checks_.Wants(name)) continue;
    if (options_.progress) options_.progress(name);
    Random random(options_.seed, name);
    for (int round = 0; round < rounds; ++round) {
      try {
        Try(make(kernels_, random));
      } catch (const std::exception& error) {
        const char* wanted = checks_.Wants(name)       ? name
                             : checks_.Wants(kThreads) ? kThreads
                                                       : kVectorWidths;
        checks_.Add(wanted, std::string(name) + ", case " + std::to_string(round) +
                                " threw: " + error.what());
      }
    }
  }
  if (!checks_.Wants(kGemmRows)) return;
  if (options_.progress) options_.progress(kGemmRows);
  Random random(options_.seed, kGemmRows);
  for (int round = 0; round < rounds / 3; ++round) {
    try {
      TryRows(random);
    } catch (const std::exception& error) {
      checks_.Add(kGemmRows, std::string("threw: ") + error.what());
    }
  }
}

}  // namespace

CheckList KernelChecks(std::string_view only) {
  return CheckList(
      {
          {"kernel.embedding", "embedding rows equal the reference"},
          {"kernel.rmsnorm", "RMSNorm is within 12 u of the reference"},
          {"kernel.rope", "rotary embedding is within 8 u of the reference"},
          {"kernel.gemm_f32", "f32 matrix products are within (4 + sqrt K) u of the reference"},
          {"kernel.gemm_bf16", "bf16 matrix products are within (4 + sqrt K) u of the reference"},
          {"kernel.attention", "paged attention is within 4e-6 of the reference"},
          {"kernel.silu_mul", "SiLU times gate is within 10 u of the reference"},
          {"kernel.residual_add", "residual sums equal the reference"},
          {"kernel.token_logprob", "log-probabilities are within 1e-6 of the reference"},
          {"kernel.sampling", "the token drawn is the reference's"},
          {kThreads, "every op gives the same bits on any number of threads"},
          {kVectorWidths, "every op gives the same bits on AVX2 and AVX-512"},
          {kGemmRows, "a row of a matrix product has the same bits in any company"},
      },
      only);
}

std::vector<SelftestCheck> ProveKernels(const SelftestOptions& options, const KernelSet& kernels) {
  KernelProof proof(options, kernels);
  proof.Run();
  return proof.checks();
}

}  // namespace meval::selftest
