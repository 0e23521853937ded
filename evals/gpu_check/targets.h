#ifndef MEVAL_EVALS_GPU_CHECK_TARGETS_H_
#define MEVAL_EVALS_GPU_CHECK_TARGETS_H_

// The speeds this program means to reach with Mistral 7B in bf16 on an H200, beside what the
// device's own ceilings allow and what was reached.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evals/gpu_check/loading.h"
#include "evals/gpu_check/mode_cost.h"
#include "evals/gpu_check/workload_run.h"
#include "reports/bench_record.h"

namespace meval::gpu_check {

// What speeds were measured; null: not this one.
struct MeasuredSpeeds {
  const BenchReport* speed = nullptr;
  std::span<const ModeCost> modes;
  const LoadTime* loading = nullptr;
  std::span<const WorkloadTime> workloads;
  std::string_view device;  // "NVIDIA H200 (compute capability 9.0)"
  std::string_view model;   // "random:mistral-7b-v0.1"
};

struct TargetLine {
  std::string figure;
  std::string unit;
  double target = 0;
  bool at_most = false;         // else at least
  std::optional<double> floor;  // what the measured ceilings allow at best; absent: none is known
  std::optional<double> reached;
  std::string verdict;  // "kept", "missed", "not measured"; "no target" on another device or model
};

std::vector<TargetLine> CompareWithTargets(const MeasuredSpeeds& measured);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_TARGETS_H_
