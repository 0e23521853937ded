#include "evals/gpu_check/speed_report.h"

#include <optional>
#include <ostream>
#include <string>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "reports/summary.h"

namespace meval::gpu_check {
namespace {

using Json = nlohmann::ordered_json;

std::string FigureText(const std::optional<double>& figure) {
  if (!figure) return "";
  return *figure >= 1000 ? fmt::format("{:.0f}", *figure) : fmt::format("{:.1f}", *figure);
}

void WriteTargets(const std::vector<TargetLine>& lines, std::ostream& out) {
  out << "\n## Targets\n\nOf Mistral 7B in bf16 on an H200; on other devices and models the "
         "figures "
         "stand without a verdict.\n\n"
         "| figure | | target | floor | reached | verdict |\n|---|---|--:|--:|--:|---|\n";
  for (const TargetLine& line : lines) {
    fmt::print(out, "| {} | {} | {} {} | {} | {} | {} |\n", line.figure, line.unit,
               line.at_most ? "<=" : ">=", FigureText(line.target), FigureText(line.floor),
               FigureText(line.reached), line.verdict);
  }
  out << "\nThe floor is what the measured ceilings allow at best: of rates the highest, of times "
         "the "
         "least.\n";
}

void WriteModes(const std::vector<ModeCost>& modes, std::ostream& out) {
  out << "\n## The invariant mode beside the fast one\n\n"
         "| test | invariant, tokens/s | fast, tokens/s | invariant takes longer by |\n"
         "|---|--:|--:|--:|\n";
  for (const ModeCost& mode : modes) {
    fmt::print(out, "| {} | {:.1f} | {:.1f} | {:.1f} % |\n", mode.test, mode.invariant, mode.fast,
               100 * mode.Cost());
  }
}

void WriteLoading(const LoadTime& loading, std::ostream& out) {
  constexpr double kGiga = 1e9;
  fmt::print(out,
             "\nLoading: {} from {}, {:.2f} GB in {:.3f} s, {:.2f} GB/s. The 14.48 GB of "
             "Mistral 7B would take {:.2f} s at that rate.\n",
             loading.checkpoint, loading.directory, static_cast<double>(loading.bytes) / kGiga,
             loading.seconds, loading.BytesPerSecond() / kGiga, loading.SecondsOf7B());
}

std::string ShareOfFloor(const WorkloadTime& time) {
  return time.seconds > 0 ? fmt::format("{:.0f} %", 100 * time.floor_seconds / time.seconds) : "";
}

void WriteWorkloads(const GpuCheckReport& report, std::ostream& out) {
  fmt::print(out, "\n## Evaluations, by their lengths\n\n{}, random tokens.\n\n",
             report.workload_model);
  out << "| evaluation | documents | requests done | tokens fed | generated | seconds | floor, "
         "seconds | share |\n|---|--:|--:|--:|--:|--:|--:|--:|\n";
  for (const WorkloadTime& time : report.workloads) {
    fmt::print(out, "| {} | {} of {} | {} of {} | {} | {} | {:.1f} | {:.1f} | {} |\n", time.title,
               Grouped(time.documents), Grouped(time.of_documents), Grouped(time.requests_done),
               Grouped(time.requests), Grouped(time.tokens_fed), Grouped(time.tokens_generated),
               time.seconds, time.floor_seconds, ShareOfFloor(time));
  }
  out << "\nThe floor is the least time of the steps that ran at the measured ceilings.\n";
}

}  // namespace

Json ToJson(const TargetLine& line) {
  Json json = {{"figure", line.figure},
               {"unit", line.unit},
               {"target", line.target},
               {"at_most", line.at_most}};
  if (line.floor) json["floor"] = *line.floor;
  if (line.reached) json["reached"] = *line.reached;
  json["verdict"] = line.verdict;
  return json;
}

Json ToJson(const ModeCost& mode) {
  return {{"test", mode.test},
          {"invariant", mode.invariant},
          {"fast", mode.fast},
          {"cost", mode.Cost()}};
}

Json ToJson(const LoadTime& loading) {
  return {{"checkpoint", loading.checkpoint},
          {"directory", loading.directory},
          {"bytes", loading.bytes},
          {"seconds", loading.seconds},
          {"bytes_per_second", loading.BytesPerSecond()},
          {"seconds_of_7b", loading.SecondsOf7B()}};
}

Json ToJson(const WorkloadTime& time) {
  return {{"name", time.name},
          {"title", time.title},
          {"documents", time.documents},
          {"of_documents", time.of_documents},
          {"requests", time.requests},
          {"requests_done", time.requests_done},
          {"tokens_requested", time.tokens_requested},
          {"tokens_fed", time.tokens_fed},
          {"tokens_generated", time.tokens_generated},
          {"seconds", time.seconds},
          {"floor_seconds", time.floor_seconds}};
}

void WriteSpeeds(const GpuCheckReport& report, std::ostream& out) {
  const std::vector<TargetLine> targets = report.Targets();
  if (!targets.empty()) WriteTargets(targets, out);
  if (!report.modes.empty()) WriteModes(report.modes, out);
  if (report.loading) WriteLoading(*report.loading, out);
  if (!report.workloads.empty()) WriteWorkloads(report, out);
}

}  // namespace meval::gpu_check
