#include "evals/gpu_check/speed.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "engine/bare_model.h"
#include "engine/source_weights.h"
#include "engine/tokenizer.h"
#include "evals/gpu_check/deadline.h"
#include "evals/install_paths.h"
#include "evals/model_loader.h"
#include "kernels/check.h"

namespace meval::gpu_check {
namespace {

class StopWatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

struct PlannedWorkload {
  ShapedRequests requests;
  double seconds = 0;  // at least
};

// As many documents as a workload's share of the time allows, or as many as are asked for.
PlannedWorkload PlanWorkload(const Engine& engine, const WorkloadShape& shape,
                             const Ceiling& ceiling, const WorkloadBudget& budget, double seconds) {
  const auto plan = [&](std::int64_t limit) {
    PlannedWorkload planned = {MakeRequests(shape, limit, engine.config().vocab_size, budget.seed),
                               0};
    planned.seconds = PredictSeconds(engine, planned.requests, ceiling);
    return planned;
  };
  PlannedWorkload planned = plan(budget.limit);
  const double needed = kSlack * planned.seconds;
  if (budget.limit > 0 || needed <= seconds) return planned;
  const double share = std::max(0.0, seconds) / needed;
  return plan(std::max<std::int64_t>(
      1, static_cast<std::int64_t>(static_cast<double>(planned.requests.documents) * share)));
}

}  // namespace

std::string LargestShape(const DeviceTraits& traits) {
  constexpr std::int64_t kLeastPositions = 16384;
  for (const std::int64_t layers : {32, 16, 8, 4, 2, 1}) {
    ModelOptions model;
    model.model = "random:mistral-7b-v0.1";
    if (layers < 32) model.model += fmt::format(",layers={}", layers);
    try {
      const MemoryPlan memory = SpeedMemory(model, traits);
      if (memory.num_pages * kKvPageTokens >= kLeastPositions) return model.model;
    } catch (const DeviceError&) {  // fewer layers may fit
    }
  }
  return "";
}

MemoryPlan SpeedMemory(const ModelOptions& model, const DeviceTraits& traits) {
  const EngineOptions engine = ToEngineOptions(model);
  return PlanMemory(OutlineBareModel(engine, traits), engine, traits);
}

std::vector<ThroughputSpec> SpeedTests(std::int64_t positions, std::int64_t max_length) {
  constexpr std::int64_t kNewTokens = 64;
  std::vector<ThroughputSpec> specs;
  const auto add = [&](const ThroughputSpec& spec) {
    // Sequences have pages of their own, the last of which is not full.
    const std::int64_t taken = spec.batch * NumKvPages(spec.positions()) * kKvPageTokens;
    if (taken <= positions && spec.positions() <= max_length) specs.push_back(spec);
  };
  for (const std::int64_t prompt : {128, 512, 1024, 2048, 4096, 8192}) {
    add({.prompt_tokens = prompt});
  }
  for (const std::int64_t depth : {0, 1024, 4096}) {
    for (const std::int64_t batch : {1, 8, 64, 256}) {
      add({.new_tokens = kNewTokens, .depth = depth, .batch = batch});
    }
  }
  return specs;
}

BenchOptions SpeedBench(const ModelOptions& model, const DeviceTraits& traits,
                        std::int64_t most_positions) {
  const MemoryPlan memory = SpeedMemory(model, traits);
  BenchOptions options;
  options.model = model;
  options.throughput =
      SpeedTests(std::min(memory.num_pages * kKvPageTokens, most_positions), memory.max_length);
  return options;
}

Engine LoadForWorkloads(Context& ctx, const ModelOptions& model) {
  const EngineOptions options = ToEngineOptions(model);
  if (!HasNoTokenizer(options)) return Engine::Load(ctx, options);
  const BareOutline outline = OutlineBareModel(options, ctx.traits());
  SourceWeights loaded =
      LoadSourceWeights(ctx, outline.source, options.model, outline.config, outline.dtype, {});
  return Engine(ctx, outline.config, std::move(loaded.weights), Tokenizer::Load(TinyModelDir()),
                options);
}

std::vector<WorkloadTime> RunWorkloads(Engine& engine, std::span<const WorkloadShape> shapes,
                                       const Ceiling& ceiling, const WorkloadBudget& budget,
                                       const std::function<void(const std::string&)>& note) {
  const StopWatch watch;
  std::vector<WorkloadTime> times;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const WorkloadShape& shape = shapes[i];
    const auto left = static_cast<double>(shapes.size() - i);
    const double share = (budget.seconds - watch.Seconds()) / left;
    const PlannedWorkload planned = PlanWorkload(engine, shape, ceiling, budget, share);
    note(fmt::format("running {}: {} of {} documents, at least {:.1f} s\n", shape.title,
                     planned.requests.documents, shape.num_documents(), planned.seconds));
    const Deadline deadline(std::max(0.0, share));
    times.push_back(RunWorkload(engine, shape, planned.requests, ceiling, deadline.token()));
  }
  return times;
}

}  // namespace meval::gpu_check
