// `mistral-eval bench`: throughput and latency.

#include <unistd.h>

#include <ostream>
#include <system_error>

#include "evals/bench_run.h"
#include "evals/flags.h"
#include "evals/interrupt.h"
#include "evals/program.h"
#include "evals/replace_file.h"
#include "evals/terminal.h"
#include "reports/bench_report.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

void WriteVllm(const BenchReport& report, std::ostream& out) {
  for (const ServingTest& test : report.serving) WriteVllmJson(report, test, out);
}

void WriteFormat(const std::string& format, const BenchOptions& options, const BenchReport& report,
                 std::ostream& out) {
  if (format == "console") {
    WriteBenchConsole(report, TerminalWidth(STDOUT_FILENO), WantsColor(options.no_color), out);
  } else if (format == "json") {
    WriteBenchJson(report, out);
  } else if (format == "csv") {
    WriteBenchCsv(report, out);
  } else if (format == "markdown") {
    WriteBenchMarkdown(report, out);
  } else if (format == "llama-bench") {
    WriteLlamaBenchJsonl(report, out);
  } else {
    WriteVllm(report, out);
  }
}

// Every format there is, each in its file.
void WriteAll(const fs::path& directory, const BenchReport& report) {
  using Writer = void (*)(const BenchReport&, std::ostream&);
  const auto write = [&](const std::string& name, Writer writer) {
    ReplaceFile(directory / name, "--out", [&](std::ostream& out) { writer(report, out); });
  };
  write("bench.json", WriteBenchJson);
  write("bench.md", WriteBenchMarkdown);
  write("bench.csv", WriteBenchCsv);
  write("bench.html", WriteBenchHtml);
  if (!report.throughput.empty()) write("llama-bench.jsonl", WriteLlamaBenchJsonl);
  if (report.serving.empty()) return;
  write("vllm-results.json", WriteVllmResults);
  for (std::size_t i = 0; i < report.serving.size(); ++i) {
    const ServingTest& test = report.serving[i];
    const std::string name = "vllm-" + std::to_string(i + 1) + "-" + test.name + ".json";
    ReplaceFile(directory / name, "--out",
                [&](std::ostream& out) { WriteVllmJson(report, test, out); });
  }
}

// Before minutes of work, so that a directory that cannot be written costs none.
void MakeDirectory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error || ::access(directory.c_str(), W_OK) != 0) {
    throw UsageError("--out: " + directory.string() +
                     ": expected a directory that can be written; name another");
  }
}

}  // namespace

int BenchCommand(const BenchOptions& options, std::ostream& out, std::ostream& err) {
  const InterruptGuard interrupt;  // before any other thread
  if (!options.out.empty()) MakeDirectory(options.out);
  const auto note = [&](const std::string& text) {
    if (!options.quiet) err << text << std::flush;
  };
  BenchOptions asked = options;
  asked.warn = [&](const std::string& text) { err << text << std::flush; };
  const BenchReport report = RunBench(asked, note, interrupt.token());
  for (const std::string& format : options.formats) WriteFormat(format, options, report, out);
  if (!options.out.empty()) {
    WriteAll(options.out, report);
    note("written to " + options.out.string() + "\n");
  }
  if (!interrupt.token().stop_requested()) return kExitOk;
  err << "mistral-eval: stopped. Tests without figures are not in the report.\n";
  return kExitInterrupted;
}

}  // namespace meval
