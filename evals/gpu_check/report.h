#ifndef MEVAL_EVALS_GPU_CHECK_REPORT_H_
#define MEVAL_EVALS_GPU_CHECK_REPORT_H_

// What `mistral-eval gpu-check` has found, and its files.

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "evals/gpu_check/loading.h"
#include "evals/gpu_check/mode_cost.h"
#include "evals/gpu_check/model_agreement.h"
#include "evals/gpu_check/sanitizer.h"
#include "evals/gpu_check/targets.h"
#include "evals/gpu_check/workload_run.h"
#include "evals/selftest_report.h"
#include "reports/bench_record.h"

namespace meval::gpu_check {

struct GpuCheckReport {
  SelftestReport proof;  // every check, of ops, engine and model
  std::optional<ModelAgreement> model;
  std::string device;  // "NVIDIA H200 (compute capability 9.0)"
  std::optional<LoadTime> loading;
  std::optional<BenchReport> speed;
  std::vector<ModeCost> modes;
  std::string workload_model;  // "random:mistral-7b-v0.1,seed=1234"
  std::vector<WorkloadTime> workloads;
  std::vector<std::string> algorithms;  // of cuBLASLt, one line a part and shape of its products
  std::vector<SanitizerRun> sanitizer;
  std::vector<std::string> left_out;     // sentences: what did not run, and why
  std::vector<std::string> not_reached;  // parts that are to run; at the end, where it came early

  // No check and no tool has found anything, and no part is missing.
  bool passed() const;
  // Empty where no speed was measured.
  std::vector<TargetLine> Targets() const;
};

// report.json: what WriteJson of evals/selftest_report.h writes, and "model", "targets", "modes",
// "loading", "workloads", "workload_model", "algorithms", "sanitizer", "left_out" and
// "not_reached", where there are such. The other figures of speed are in bench.json.
void WriteJson(const GpuCheckReport& report, std::ostream& out);
void WriteMarkdown(const GpuCheckReport& report, std::ostream& out);
// The part of the Markdown report that follows the checks, for the console as well.
void WriteFindings(const GpuCheckReport& report, std::ostream& out);

// report.json, report.md and, with speed, bench.json. Throws UsageError, naming --report, where a
// file cannot be written.
void WriteFiles(const GpuCheckReport& report, const std::filesystem::path& directory);

// Makes the directory. Throws UsageError, naming --report, where no file can be written in it;
// files that are there stay as they are.
void RequireWritable(const std::filesystem::path& directory);

// "0.31" of what is allowed; "bits" where nothing is.
std::string WorstError(const SelftestCheck& check);
// "ok", "FAILED", "skipped".
std::string Status(const SelftestCheck& check);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_REPORT_H_
