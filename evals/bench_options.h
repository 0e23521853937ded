#ifndef MEVAL_EVALS_BENCH_OPTIONS_H_
#define MEVAL_EVALS_BENCH_OPTIONS_H_

// `mistral-eval bench`: what its command line says, as values, and its way to an exit code.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evals/run_options.h"
#include "evals/serving_engine.h"
#include "reports/bench_record.h"

namespace meval {

// A test of prefill, decoding or both (evals/throughput.h).
struct ThroughputSpec {
  std::int64_t prompt_tokens = 0;  // P; 0: no prefill
  std::int64_t new_tokens = 0;     // N; 0: no decoding. One of the two at least is above 0
  std::int64_t depth = 0;          // D
  std::int64_t batch = 1;          // B >= 1

  // Positions of the longest sequence.
  std::int64_t positions() const { return depth + prompt_tokens + new_tokens; }
};

struct BenchOptions {
  ModelOptions model;
  DataSelection data;                      // of workloads
  std::vector<ThroughputSpec> throughput;  // every combination that was asked for
  std::int64_t repetitions = 5;            // at least
  double min_seconds = 1;  // of a throughput test: more repetitions until it ran so long
  std::int64_t warmups = 1;
  std::vector<std::string> scenarios;  // single-stream, multi-stream, offline, server
  std::string workload;                // tasks whose lengths are replayed; "": `shape`
  RequestShape shape = {512, 128};
  std::int64_t num_requests = 64;
  std::int64_t queries_at_once = 8;  // requests of a multi-stream query
  std::optional<double> rate;        // of the server scenario; where the search begins
  double burstiness = 1;
  BenchLimits limits;
  double goodput_share = 0.99;
  bool find_rate = false;
  std::vector<std::int64_t> prefixes;  // tokens of shared prefixes
  std::int64_t suffix = 64;
  std::int64_t seed = 1234;
  std::optional<double> price_per_hour;
  MeterOpener open_meter = [](const Context& ctx) { return OpenEnergyMeter(ctx); };
  // Gets what the tests ran on after the last of them, or after one that threw; may be empty.
  std::function<void(const Context&)> when_done;
  std::string label;          // names the build in results
  std::filesystem::path out;  // "": nothing is kept
  std::vector<std::string> formats = {"console"};
  bool quiet = false;
  // Gets what --quiet must not hide, that a device is there and is not used; empty: a note.
  std::function<void(const std::string&)> warn;
  bool no_color = false;
  std::vector<std::string> command;  // argv
};

// Throws HelpRequested or UsageError.
BenchOptions ParseBench(std::span<const std::string> arguments);

// The command behind the word, as those of evals/commands.h.
int BenchCommand(const BenchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace meval

#endif  // MEVAL_EVALS_BENCH_OPTIONS_H_
