#include "evals/gpu_check/targets.h"

#include <algorithm>
#include <utility>

namespace meval::gpu_check {
namespace {

using Figure = std::pair<std::optional<double>, std::optional<double>>;  // floor, reached

Figure FigureOf(const ThroughputTest& test) {
  const std::optional<double> floor =
      test.ceiling_seconds > 0
          ? std::optional(static_cast<double>(test.tokens) / test.ceiling_seconds)
          : std::nullopt;
  return {floor, test.rate.median};
}

// Of the prompt length at which prefill is fastest.
Figure Prefill(const BenchReport* speed) {
  if (speed == nullptr) return {};
  const ThroughputTest* best = nullptr;
  for (const ThroughputTest& test : speed->throughput) {
    if (test.new_tokens > 0) continue;
    if (best == nullptr || test.rate.median > best->rate.median) best = &test;
  }
  return best == nullptr ? Figure() : FigureOf(*best);
}

Figure Decode(const BenchReport* speed, std::int64_t batch, std::int64_t depth) {
  if (speed == nullptr) return {};
  for (const ThroughputTest& test : speed->throughput) {
    if (test.new_tokens > 0 && test.batch == batch && test.depth == depth) return FigureOf(test);
  }
  return {};
}

// Fewer documents than there are count as that share of the time.
Figure Workload(std::span<const WorkloadTime> workloads, std::string_view name) {
  for (const WorkloadTime& time : workloads) {
    if (time.name != name || time.documents == 0 || time.requests_done < time.requests) continue;
    const double scale =
        static_cast<double>(time.of_documents) / static_cast<double>(time.documents);
    return {time.floor_seconds * scale, time.seconds * scale};
  }
  return {};
}

// The test that costs most, in percent.
Figure Cost(std::span<const ModeCost> modes, bool generates) {
  Figure figure;
  for (const ModeCost& mode : modes) {
    if (mode.generates != generates) continue;
    const double percent = 100 * mode.Cost();
    figure.second = std::max(figure.second.value_or(percent), percent);
  }
  return figure;
}

std::string VerdictOf(const TargetLine& line, bool is_meant) {
  if (!line.reached) return "not measured";
  if (!is_meant) return "no target";
  const bool keeps = line.at_most ? *line.reached <= line.target : *line.reached >= line.target;
  return keeps ? "kept" : "missed";
}

}  // namespace

std::vector<TargetLine> CompareWithTargets(const MeasuredSpeeds& measured) {
  const bool is_meant = measured.device.find("H200") != std::string_view::npos &&
                        measured.model.starts_with("random:mistral-7b-v0.1") &&
                        measured.model.find("layers=") == std::string_view::npos;
  std::vector<TargetLine> lines;
  const auto add = [&](const char* figure, const char* unit, double target, bool at_most,
                       const Figure& found) {
    TargetLine line = {figure, unit, target, at_most, found.first, found.second, ""};
    line.verdict = VerdictOf(line, is_meant);
    lines.push_back(std::move(line));
  };
  add("prefill", "tokens/s", 42000, false, Prefill(measured.speed));
  add("decoding, 1 sequence", "tokens/s", 240, false, Decode(measured.speed, 1, 0));
  add("decoding, 64 behind 1024 tokens", "tokens/s", 9500, false, Decode(measured.speed, 64, 1024));
  add("decoding, 256 behind 1024 tokens", "tokens/s", 15000, false,
      Decode(measured.speed, 256, 1024));
  add("MMLU, 5 shots", "s", 40, true, Workload(measured.workloads, "mmlu"));
  add("HellaSwag, 0 shots", "s", 45, true, Workload(measured.workloads, "hellaswag"));
  add("GSM8K maj@8", "s", 60, true, Workload(measured.workloads, "gsm8k_maj8"));
  add("loading from the page cache", "s", 2, true,
      measured.loading == nullptr ? Figure()
                                  : Figure(std::nullopt, measured.loading->SecondsOf7B()));
  add("invariant mode, prefill", "% longer", 5, true, Cost(measured.modes, false));
  add("invariant mode, decoding", "% longer", 20, true, Cost(measured.modes, true));
  return lines;
}

}  // namespace meval::gpu_check
