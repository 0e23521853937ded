#include "evals/run_cost.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kernels/ceiling.h"
#include "kernels/check.h"

namespace meval {

void SetWork(const EngineStats& stats, Timing& timing) {
  const Work work = stats.work.total();
  timing.tokens_requested = stats.tokens_requested;
  timing.tokens_fed = stats.tokens_fed;
  timing.tokens_generated = stats.tokens_generated;
  timing.model_seconds = stats.prefill_seconds + stats.decode_seconds;
  timing.steps = work.steps;
  timing.rows_scored = stats.rows_scored;
  timing.tokens_refed = stats.tokens_refed;
  timing.peak_kv_pages = stats.peak_pages;
  timing.flops = work.flops;
  timing.bytes = work.bytes;
}

void SetEnergy(std::optional<double> joules, const std::vector<MetricValue>& metrics,
               Timing& timing) {
  timing.joules = joules;
  const auto headline = std::find_if(metrics.begin(), metrics.end(),
                                     [](const MetricValue& metric) { return metric.is_headline; });
  // Wilson's interval is that of a mean of zeros and ones.
  if (!joules || timing.requests_from_journal > 0 || headline == metrics.end() ||
      headline->ci_method != "wilson") {
    return;
  }
  timing.correct_answers = std::llround(headline->value * static_cast<double>(headline->n));
}

std::string CompareWithCeiling(Context& ctx, DType dtype, const std::vector<WorkLog>& work,
                               RunReport& report) {
  double model_seconds = 0;
  for (const TaskResult& task : report.tasks) model_seconds += task.timing.model_seconds;
  if (model_seconds < kShortestComparedSeconds) return "";
  Ceiling ceiling;
  try {
    ceiling = MeasureCeiling(ctx, dtype);
  } catch (const DeviceError& error) {
    return error.what();
  }
  report.ceiling = {.read_bytes_per_second = ceiling.read_bytes_per_second,
                    .matmul_flops_per_second = ceiling.matmul_flops_per_second};
  for (std::size_t i = 0; i < work.size(); ++i) {
    report.tasks[i].timing.ceiling_seconds =
        work[i].SecondsAt(ceiling.matmul_flops_per_second, ceiling.read_bytes_per_second);
  }
  return "";
}

}  // namespace meval
