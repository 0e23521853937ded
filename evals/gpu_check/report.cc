#include "evals/gpu_check/report.h"

#include <algorithm>
#include <ostream>
#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "evals/gpu_check/speed_report.h"
#include "evals/replace_file.h"
#include "reports/bench_report.h"
#include "reports/summary.h"

namespace meval::gpu_check {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const ModelAgreement& model) {
  return {{"documents", model.documents},
          {"choices_differing", model.choices_differing},
          {"generations", model.generations},
          {"generations_differing", model.generations_differing},
          {"largest_difference", model.largest_difference}};
}

Json ToJson(const SanitizerRun& run) {
  return {{"tool", run.tool},
          {"status", run.status},
          {"summary", run.summary},
          {"seconds", run.seconds}};
}

template <typename Entries>
void AddList(const char* key, const Entries& entries, Json& json) {
  if (entries.empty()) return;
  json[key] = Json::array();
  for (const auto& entry : entries) json[key].push_back(ToJson(entry));
}

void WriteSanitizer(const std::vector<SanitizerRun>& runs, std::ostream& out) {
  out << "\n## compute-sanitizer\n\n| tool | | said | seconds |\n|---|---|---|--:|\n";
  for (const SanitizerRun& run : runs) {
    fmt::print(out, "| {} | {} | {} | {:.1f} |\n", run.tool, run.status, run.summary, run.seconds);
  }
}

}  // namespace

bool GpuCheckReport::passed() const {
  return proof.num_failed() == 0 && not_reached.empty() &&
         std::none_of(sanitizer.begin(), sanitizer.end(),
                      [](const SanitizerRun& run) { return run.status == "failed"; });
}

std::vector<TargetLine> GpuCheckReport::Targets() const {
  if (!speed && !loading && workloads.empty()) return {};
  MeasuredSpeeds measured;
  measured.speed = speed ? &*speed : nullptr;
  measured.modes = modes;
  measured.loading = loading ? &*loading : nullptr;
  measured.workloads = workloads;
  measured.device = device;
  measured.model = speed ? speed->model : workload_model;
  return CompareWithTargets(measured);
}

std::string WorstError(const SelftestCheck& check) {
  return check.worst < 0 ? "bits" : fmt::format("{:.2f}", check.worst);
}

std::string Status(const SelftestCheck& check) {
  if (!check.passed()) return "FAILED";
  return check.num_cases == 0 ? "skipped" : "ok";
}

void WriteJson(const GpuCheckReport& report, std::ostream& out) {
  std::stringstream proof;
  meval::WriteJson(report.proof, proof);
  Json json = Json::parse(proof);
  json["passed"] = report.passed();
  if (report.model) json["model"] = ToJson(*report.model);
  AddList("targets", report.Targets(), json);
  AddList("modes", report.modes, json);
  if (report.loading) json["loading"] = ToJson(*report.loading);
  if (!report.workloads.empty()) json["workload_model"] = report.workload_model;
  AddList("workloads", report.workloads, json);
  if (!report.algorithms.empty()) json["algorithms"] = report.algorithms;
  AddList("sanitizer", report.sanitizer, json);
  if (!report.left_out.empty()) json["left_out"] = report.left_out;
  if (!report.not_reached.empty()) json["not_reached"] = report.not_reached;
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

void WriteFindings(const GpuCheckReport& report, std::ostream& out) {
  if (report.model) {
    const ModelAgreement& model = *report.model;
    fmt::print(out,
               "\nThe shipped model: {} of {} answers and {} of {} generations differ from the "
               "goldens; the log-probability of a token by {:.4f} at most.\n",
               model.choices_differing, model.documents, model.generations_differing,
               model.generations, model.largest_difference);
  }
  WriteSpeeds(report, out);
  if (!report.algorithms.empty()) {
    out << "\n## Matrix products\n\n";
    for (const std::string& line : report.algorithms) fmt::print(out, "- {}\n", line);
  }
  if (!report.sanitizer.empty()) WriteSanitizer(report.sanitizer, out);
  for (const std::string& sentence : report.left_out) fmt::print(out, "\n{}\n", sentence);
  if (!report.not_reached.empty()) {
    fmt::print(out, "\nNot reached: {}.\n", fmt::join(report.not_reached, ", "));
  }
}

void WriteMarkdown(const GpuCheckReport& report, std::ostream& out) {
  out << "# gpu-check\n\n| | |\n|---|---|\n";
  for (const auto& [key, value] : report.proof.machine)
    fmt::print(out, "| {} | {} |\n", key, value);
  out << "\n| check | claim | cases | worst error, as a share of what is allowed | |\n";
  out << "|---|---|--:|--:|---|\n";
  for (const SelftestCheck& check : report.proof.checks) {
    fmt::print(out, "| {} | {} | {} | {} | {} |\n", check.name, check.claim,
               Grouped(check.num_cases), WorstError(check), Status(check));
  }
  for (const SelftestCheck& check : report.proof.checks) {
    if (!check.passed()) fmt::print(out, "\n{}: {}\n", check.name, check.first_failure);
  }
  WriteFindings(report, out);
  fmt::print(out, "\n{:.1f} s.\n", report.proof.seconds);
  if (!report.speed) return;
  out << '\n';
  WriteBenchMarkdown(*report.speed, out);
}

void WriteFiles(const GpuCheckReport& report, const std::filesystem::path& directory) {
  MakeFolder(directory, "--report");
  const auto write = [&](const char* name, const auto& writer) {
    ReplaceFile(directory / name, "--report", writer);
  };
  write("report.json", [&](std::ostream& out) { WriteJson(report, out); });
  write("report.md", [&](std::ostream& out) { WriteMarkdown(report, out); });
  if (!report.speed) return;
  write("bench.json", [&](std::ostream& out) { WriteBenchJson(*report.speed, out); });
}

void RequireWritable(const std::filesystem::path& directory) {
  MakeFolder(directory, "--report");
  const std::filesystem::path trial = directory / ".writable";
  ReplaceFile(trial, "--report", [](std::ostream& out) { out << '\n'; });
  std::error_code ignored;
  std::filesystem::remove(trial, ignored);
}

}  // namespace meval::gpu_check
