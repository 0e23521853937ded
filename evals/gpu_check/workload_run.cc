#include "evals/gpu_check/workload_run.h"

#include <chrono>
#include <utility>

#include "engine/generation_plan.h"
#include "engine/score_plan.h"

namespace meval::gpu_check {

double PredictSeconds(const Engine& engine, const ShapedRequests& requests,
                      const Ceiling& ceiling) {
  const double flops = ceiling.matmul_flops_per_second;
  const double bytes = ceiling.read_bytes_per_second;
  const ScorePlan scores = PlanScore(requests.scores, engine.planning());
  const GenerationPlan generations = PlanGeneration(requests.generations, engine.planning());
  double seconds = scores.work.SecondsAt(flops, bytes);
  seconds += generations.prefill_work.SecondsAt(flops, bytes);
  if (flops > 0) seconds += generations.most_decode_work.flops / flops;
  return seconds;
}

WorkloadTime RunWorkload(Engine& engine, const WorkloadShape& shape, const ShapedRequests& requests,
                         const Ceiling& ceiling, std::stop_token stop) {
  WorkloadTime time;
  time.name = shape.name;
  time.title = shape.title;
  time.documents = requests.documents;
  time.of_documents = shape.num_documents();
  time.requests = requests.documents * (shape.choices > 0 ? shape.choices : shape.samples);
  const auto begin = std::chrono::steady_clock::now();
  if (shape.choices > 0) {
    engine.Score(
        requests.scores, [&](std::size_t, const ContinuationScore&) { ++time.requests_done; },
        std::move(stop));
  } else {
    engine.Generate(
        requests.generations,
        [&](std::size_t, std::int64_t, const Generation&) { ++time.requests_done; },
        std::move(stop));
  }
  time.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const EngineStats& stats = engine.stats();
  time.tokens_requested = stats.tokens_requested;
  time.tokens_fed = stats.tokens_fed;
  time.tokens_generated = stats.tokens_generated;
  time.floor_seconds =
      stats.work.SecondsAt(ceiling.matmul_flops_per_second, ceiling.read_bytes_per_second);
  return time;
}

}  // namespace meval::gpu_check
