#include "engine/selftest.h"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

#include "engine/selftest/device_proof.h"
#include "engine/selftest/engine_proof.h"
#include "engine/selftest/kernel_proof.h"
#include "engine/selftest/random_model.h"
#include "engine/selftest/random_requests.h"
#include "kernels/check.h"

namespace meval {
namespace {

using selftest::CheckList;
using selftest::EngineSubject;
using selftest::ProofOptions;
using selftest::Random;
using selftest::RandomModel;
using selftest::RequestLimits;

// Above this a model is loaded three times rather than twenty, and gets fewer tokens.
constexpr std::int64_t kLargeModelParameters = 20'000'000;

std::int64_t NumRounds(SelftestEffort effort) {
  return effort == SelftestEffort::kQuick ? 1 : effort == SelftestEffort::kDefault ? 2 : 4;
}

std::int64_t NumRandomModels(SelftestEffort effort) {
  return effort == SelftestEffort::kQuick ? 2 : effort == SelftestEffort::kDefault ? 6 : 40;
}

void RequireName(const std::string& only) {
  for (const std::string& name : SelftestNames()) {
    if (name.starts_with(only)) return;
  }
  throw std::invalid_argument("no check's name begins with \"" + only + "\"");
}

void Prove(EngineSubject& subject, const ProofOptions& options, const RequestLimits& limits,
           CheckList& checks) {
  Random random(options.seed, "requests");
  selftest::ScoreWorkload scores(RandomScoreRequests(random, limits));
  selftest::GenerateWorkload generations(RandomGenerationRequests(random, limits));
  ProveEngine(subject, scores, generations, options, checks);
}

// 1, 2, 4 and what a run would take.
std::vector<int> ThreadCounts(int num_threads) {
  std::vector<int> counts = {1, 2, 4};
  if (std::find(counts.begin(), counts.end(), num_threads) == counts.end()) {
    counts.push_back(num_threads);
  }
  return counts;
}

void ProveRandomModel(const SelftestOptions& options, const RandomModel& model, int num_threads,
                      CheckList& checks) {
  const std::int64_t page_bytes = selftest::KvPageBytes(model.config, model.dtype);
  EngineSubject subject(MakeFactory(model, options.tokenizer), {}, page_bytes, options.device);
  ProofOptions proof;
  proof.model = "random model of " + Describe(model);
  proof.seed = model.seed;
  proof.rounds = NumRounds(options.effort);
  proof.thread_counts = ThreadCounts(num_threads);
  // Ample: room for the longest twenty times over.
  proof.base = {
      .share_prefixes = true, .batch_tokens = 256, .kv_pages = 100, .num_threads = num_threads};
  proof.stop = options.stop;
  Prove(subject, proof, {.vocab_size = model.config.vocab_size}, checks);
}

void ProveRandomModels(const SelftestOptions& options, int num_threads, CheckList& checks) {
  const std::int64_t pieces = Tokenizer::Load(options.tokenizer).vocab_size();
  for (std::int64_t i = 0; i < NumRandomModels(options.effort); ++i) {
    if (options.stop.stop_requested()) return;
    const DType other = options.device == Device::kCpu ? DType::kF32 : DType::kF16;
    DType dtype = i % 2 == 0 ? other : DType::kBF16;
    if (options.dtype != WeightDType::kAuto) {
      dtype = ResolveDType(options.dtype, dtype, options.device);
    }
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(i);
    const RandomModel model = selftest::MakeRandomModel(seed, dtype, pieces);
    if (options.progress) options.progress("model " + Describe(model));
    try {
      ProveRandomModel(options, model, num_threads, checks);
    } catch (const std::exception& error) {
      // Whichever check is the first that is wanted: a failure that belongs to none is not lost.
      checks.Add(checks.checks().front().name,
                 "random model of " + Describe(model) + ": threw: " + error.what());
    }
  }
}

void ProveModel(const SelftestOptions& options, int num_threads, CheckList& checks) {
  EngineSubject subject(Engine::Load, *options.model, 0, options.device);
  ProofOptions proof;
  proof.model = "model " + options.model->model;
  proof.seed = options.seed;
  proof.rounds = NumRounds(options.effort);
  proof.base.num_threads = num_threads;
  proof.thread_counts = ThreadCounts(num_threads);
  proof.stop = options.stop;
  if (options.progress) options.progress(proof.model);
  const Engine& engine = subject.Under(proof.base);
  RequestLimits limits = {.vocab_size = engine.config().vocab_size,
                          .max_tokens = std::min<std::int64_t>(200, engine.max_length())};
  if (engine.config().num_parameters() > kLargeModelParameters) {
    proof.one_by_one = options.effort == SelftestEffort::kFull;
    proof.most_tokenwise_rows = 24;
    proof.rounds = 1;
    limits.max_tokens = std::min<std::int64_t>(80, limits.max_tokens);
    limits.num_requests = 6;
    limits.max_new_tokens = 6;
    limits.max_samples = 2;
  }
  Prove(subject, proof, limits, checks);
}

}  // namespace

std::vector<std::string> SelftestNames() {
  std::vector<std::string> names;
  for (const CheckList& list : {selftest::KernelChecks(""), selftest::EngineChecks("")}) {
    for (const SelftestCheck& check : list.checks()) names.push_back(check.name);
  }
  return names;
}

std::vector<SelftestCheck> CheckKernels(const SelftestOptions& options) {
  RequireName(options.only);
  return selftest::ProveKernels(options, {});
}

std::vector<SelftestCheck> CheckEngine(const SelftestOptions& options) {
  RequireName(options.only);
  CheckList checks = selftest::EngineChecks(options.only);
  if (!checks.Wants("")) return {};
  const int num_threads = Context({.num_threads = options.num_threads}).num_threads();
  if (options.model) {
    ProveModel(options, num_threads, checks);
  } else {
    ProveRandomModels(options, num_threads, checks);
  }
  if (options.stop.stop_requested()) checks.SkipUntried("time was up");
  return checks.checks();
}

std::vector<SelftestCheck> CheckDevice(const SelftestOptions& options) {
  MEVAL_REQUIRE(options.device == Device::kCuda, "a device beside the cpu");
  return selftest::ProveDevice(options);
}

}  // namespace meval
