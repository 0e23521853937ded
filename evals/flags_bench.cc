#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evals/bench_options.h"
#include "evals/command_line/common_flags.h"
#include "evals/flags.h"

namespace meval {

using command_line::DataFlags;
using command_line::Describe;
using command_line::ModelFlags;
using command_line::Parse;
using command_line::RequireWord;

namespace {

constexpr char kComma = ',';

// The lists a command line gives; combined into tests by Combine.
struct TestFlags {
  std::vector<std::int64_t> prompts;
  std::vector<std::int64_t> generates;
  std::vector<std::string> mixed;  // "512+128"
  std::vector<std::int64_t> depths = {0};
  std::vector<std::int64_t> batches = {1};
};

void AddTestFlags(CLI::App& app, BenchOptions& options, TestFlags& tests) {
  const std::string group = "Throughput";
  const auto list = [&](const char* names, std::vector<std::int64_t>& values, const char* text) {
    return app.add_option(names, values, text)->group(group)->delimiter(kComma);
  };
  list("--prompt,-p", tests.prompts, "Prefill tests of so many tokens (llama-bench: -p)")
      ->check(CLI::PositiveNumber);
  list("--generate,-n", tests.generates, "Decode tests of so many tokens (llama-bench: -n)")
      ->check(CLI::PositiveNumber);
  app.add_option("--mixed", tests.mixed,
                 "P+N: prefill of P tokens, then decoding of N (llama-bench: -pg P,N)")
      ->group(group)
      ->delimiter(kComma);
  list("--depth,-d", tests.depths, "Tokens a sequence holds before the clock starts")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  list("--batch,-b", tests.batches, "Sequences at once")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--repetitions,-r", options.repetitions,
                 "Measurements of each test; fewer than 5 are called unstable")
      ->group(group)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--min-seconds", options.min_seconds,
                 "More measurements until a throughput test ran so long; 0 where only "
                 "--repetitions is given")
      ->group(group)
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--warmup", options.warmups, "Repetitions before them that are not recorded")
      ->group(group)
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

struct LatencyFlags {
  std::string scenarios;
  std::optional<double> ttft_ms;
  std::optional<double> tpot_ms;
  std::optional<double> e2el_ms;
};

void AddLatencyFlags(CLI::App& app, BenchOptions& options, LatencyFlags& latency) {
  const std::string group = "Latency";
  app.add_option("--scenario", latency.scenarios,
                 "single-stream, multi-stream, offline, server (several: a,b)")
      ->group(group);
  app.add_option("--workload", options.workload,
                 "Replay the lengths of these tasks' requests (default: --input-len and "
                 "--output-len)")
      ->group(group);
  app.add_option("--input-len", options.shape.prompt_tokens, "Tokens of a prompt")
      ->group(group)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--output-len", options.shape.output_tokens, "Tokens of an answer")
      ->group(group)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--requests,--num-prompts", options.num_requests, "Requests of a scenario")
      ->group(group)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--query-size", options.queries_at_once, "Requests of a multi-stream query")
      ->group(group)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--rate,--request-rate", options.rate, "Arrivals a second of the server scenario")
      ->group(group)
      ->check(CLI::PositiveNumber);
  app.add_option("--burstiness", options.burstiness,
                 "Shape of the gamma distribution of gaps; 1: Poisson")
      ->group(group)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--ttft-limit", latency.ttft_ms, "Milliseconds to the first token, at most")
      ->group(group)
      ->check(CLI::PositiveNumber);
  app.add_option("--tpot-limit", latency.tpot_ms, "Milliseconds per further token, at most")
      ->group(group)
      ->check(CLI::PositiveNumber);
  app.add_option("--e2e-limit", latency.e2el_ms, "Milliseconds to the last token, at most")
      ->group(group)
      ->check(CLI::PositiveNumber);
  app.add_flag("--find-rate", options.find_rate,
               "Search the highest rate at which --goodput-share of requests keep the limits")
      ->group(group);
  app.add_option("--goodput-share", options.goodput_share, "Of requests, for --find-rate")
      ->group(group)
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
}

// "512+128".
ThroughputSpec ParseMixed(const std::string& text) {
  ThroughputSpec spec;
  const std::size_t plus = text.find('+');
  if (plus == std::string::npos ||
      !CLI::detail::lexical_cast(text.substr(0, plus), spec.prompt_tokens) ||
      !CLI::detail::lexical_cast(text.substr(plus + 1), spec.new_tokens) ||
      spec.prompt_tokens < 1 || spec.new_tokens < 1) {
    throw UsageError(
        fmt::format("--mixed: expected P+N with whole numbers above 0, found \"{}\"", text));
  }
  return spec;
}

// Every test at every depth and batch.
std::vector<ThroughputSpec> Combine(const TestFlags& flags) {
  std::vector<ThroughputSpec> kinds;
  for (const std::int64_t p : flags.prompts) kinds.push_back({.prompt_tokens = p});
  for (const std::int64_t n : flags.generates) kinds.push_back({.new_tokens = n});
  for (const std::string& text : flags.mixed) kinds.push_back(ParseMixed(text));
  std::vector<ThroughputSpec> specs;
  for (const std::int64_t depth : flags.depths) {
    for (const std::int64_t batch : flags.batches) {
      for (ThroughputSpec spec : kinds) {
        spec.depth = depth;
        spec.batch = batch;
        specs.push_back(spec);
      }
    }
  }
  return specs;
}

void FinishLatency(const LatencyFlags& latency, BenchOptions& options) {
  constexpr double kMillisecond = 1e-3;
  const auto seconds = [](std::optional<double> ms) -> std::optional<double> {
    if (!ms) return std::nullopt;
    return *ms * kMillisecond;
  };
  options.limits = {seconds(latency.ttft_ms), seconds(latency.tpot_ms), seconds(latency.e2el_ms)};
  if (!latency.scenarios.empty()) {
    for (const std::string& name : CLI::detail::split(latency.scenarios, ',')) {
      RequireWord("--scenario", name, {"single-stream", "multi-stream", "offline", "server"});
      options.scenarios.push_back(name);
    }
  } else if (!options.workload.empty() && !options.find_rate) {
    options.scenarios = {"offline"};
  }
  const auto asks_for = [&](const char* name) {
    return std::find(options.scenarios.begin(), options.scenarios.end(), name) !=
           options.scenarios.end();
  };
  if (asks_for("server") && !options.rate) {
    throw UsageError("--scenario server: expected --rate, the arrivals a second");
  }
  const bool has_limits = options.limits.ttft || options.limits.tpot || options.limits.e2el;
  if (options.find_rate && !has_limits) {
    throw UsageError(
        "--find-rate: expected a limit to keep: --ttft-limit, --tpot-limit or --e2e-limit");
  }
}

}  // namespace

BenchOptions ParseBench(std::span<const std::string> arguments) {
  BenchOptions options;
  ModelFlags model;
  DataFlags data;
  TestFlags tests;
  LatencyFlags latency;
  std::string formats;
  CLI::App app;
  Describe(app, "bench",
           "mistral-eval bench --model random:mistral-7b-v0.1,layers=4 --prompt 512 --generate 128 "
           "--batch 1,8",
           "Throughput and latency of the engine, beside what this machine can do at most. Without "
           "flags: pp512 and tg128.\ndocs/benchmarks.md says how each figure is defined.");
  AddTestFlags(app, options, tests);
  AddLatencyFlags(app, options, latency);
  app.add_option("--prefix", options.prefixes,
                 "Time to first token behind a shared prefix of so many tokens, cold and warm")
      ->delimiter(kComma)
      ->check(CLI::PositiveNumber);
  app.add_option("--suffix", options.suffix, "Tokens of a prompt behind the shared prefix")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Of prompts and arrivals")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--price-per-hour", options.price_per_hour,
                 "What the machine costs, in any currency: adds the price of a million tokens")
      ->check(CLI::PositiveNumber);
  app.add_option("--label", options.label,
                 "What this build is called in results, for instance its commit");
  app.add_option("--out,--output_path", options.out,
                 "Directory for bench.json, bench.html and the other formats");
  app.add_option("--format", formats,
                 "console, json, csv, markdown, llama-bench (JSONL), vllm (several: a,b)");
  app.add_flag("--quiet", options.quiet, "No progress and notes on stderr");
  app.add_flag("--no-color", options.no_color,
               "No colours (also: the NO_COLOR environment variable)");
  model.Add(app, options.model);
  data.Add(app, options.data);
  Parse(app, arguments);
  if (app.count("--repetitions") > 0 && app.count("--min-seconds") == 0) options.min_seconds = 0;
  model.Finish(options.model);
  data.Finish(options.data);
  if (!formats.empty()) options.formats = CLI::detail::split(formats, ',');
  for (const std::string& format : options.formats) {
    RequireWord("--format", format, {"console", "json", "csv", "markdown", "llama-bench", "vllm"});
  }
  FinishLatency(latency, options);
  const bool asks_for_tests =
      !tests.prompts.empty() || !tests.generates.empty() || !tests.mixed.empty();
  if (!asks_for_tests && options.scenarios.empty() && options.prefixes.empty() &&
      !options.find_rate) {
    tests.prompts = {512};
    tests.generates = {128};
  }
  options.throughput = Combine(tests);
  return options;
}

}  // namespace meval
