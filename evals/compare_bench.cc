#include "evals/compare_bench.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <ostream>
#include <system_error>
#include <utility>

#include "evals/jsonl_lines.h"
#include "evals/program.h"
#include "evals/terminal.h"
#include "metrics/ratio_of_times.h"
#include "reports/bench_report.h"
#include "reports/bench_tables.h"
#include "reports/error.h"
#include "reports/quantity_text.h"
#include "tasks/error.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

constexpr double kDefaultMargin = 0.05;

fs::path FileOf(const fs::path& path) {
  return fs::is_directory(path) ? path / "bench.json" : path;
}

std::string VerdictOf(const TimeRatio& ratio, double margin) {
  if (!ratio.interval) return "inconclusive";
  if (ratio.interval->low > 1 / (1 + margin) && ratio.interval->high < 1 + margin) {
    return "equivalent";
  }
  if (ratio.interval->low > 1) return "improved";
  if (ratio.interval->high < 1) return "regressed";
  return "inconclusive";
}

// A figure that was measured several times, from the seconds of each.
BenchDifference Judged(const std::string& test, const std::string& figure,
                       std::span<const double> baseline, std::span<const double> system,
                       double margin) {
  const TimeRatio ratio = RatioOfTimes(baseline, system);
  BenchDifference difference;
  difference.test = test;
  difference.figure = figure;
  difference.speedup = ratio.ratio;
  if (ratio.interval) {
    difference.low = ratio.interval->low;
    difference.high = ratio.interval->high;
  }
  difference.verdict = VerdictOf(ratio, margin);
  return difference;
}

BenchDifference Shown(const std::string& test, const std::string& figure,
                      const std::string& baseline, const std::string& system, double speedup) {
  BenchDifference difference;
  difference.test = test;
  difference.figure = figure;
  difference.baseline = baseline;
  difference.system = system;
  difference.speedup = speedup;
  return difference;
}

// Calls `compare` with each test of the baseline and that of the same title in the system, and
// notes those that have none.
template <typename Test, typename Title, typename Compare>
void Align(const std::vector<Test>& baseline, const std::vector<Test>& system, Title title,
           Compare compare, BenchPair& pair) {
  const auto find = [&](const std::vector<Test>& tests, const std::string& name) {
    return std::find_if(tests.begin(), tests.end(),
                        [&](const Test& test) { return title(test) == name; });
  };
  for (const Test& test : baseline) {
    const auto other = find(system, title(test));
    if (other == system.end()) {
      pair.notes.push_back(title(test) + " ran in the baseline only");
    } else {
      compare(test, *other);
    }
  }
  for (const Test& test : system) {
    if (find(baseline, title(test)) != baseline.end()) continue;
    pair.notes.push_back(title(test) + " did not run in the baseline");
  }
}

void CompareThroughput(const BenchReport& baseline, const BenchReport& system, double margin,
                       BenchPair& pair) {
  const auto title = [](const ThroughputTest& test) { return test.name; };
  const auto compare = [&](const ThroughputTest& a, const ThroughputTest& b) {
    BenchDifference difference = Judged(a.name, "tokens/s", a.seconds, b.seconds, margin);
    difference.baseline = ShownRate(a.rate.median);
    difference.system = ShownRate(b.rate.median);
    pair.differences.push_back(std::move(difference));
    for (const ThroughputTest* test : {&a, &b}) {
      if (test->unstable.empty()) continue;
      pair.notes.push_back(test->name + " is unstable in " +
                           (test == &a ? pair.baseline : pair.system) + ": " + test->unstable);
    }
  };
  Align(baseline.throughput, system.throughput, title, compare, pair);
}

void ComparePrefixes(const BenchReport& baseline, const BenchReport& system, double margin,
                     BenchPair& pair) {
  const auto title = [](const PrefixTest& test) {
    return "prefix " + std::to_string(test.prefix_tokens) + "+" +
           std::to_string(test.suffix_tokens);
  };
  const auto compare = [&](const PrefixTest& a, const PrefixTest& b) {
    BenchDifference cold = Judged(title(a), "cold TTFT", a.cold_seconds, b.cold_seconds, margin);
    cold.baseline = ShownSeconds(a.cold.median);
    cold.system = ShownSeconds(b.cold.median);
    BenchDifference warm = Judged(title(a), "warm TTFT", a.warm_seconds, b.warm_seconds, margin);
    warm.baseline = ShownSeconds(a.warm.median);
    warm.system = ShownSeconds(b.warm.median);
    pair.differences.push_back(std::move(cold));
    pair.differences.push_back(std::move(warm));
  };
  Align(baseline.prefixes, system.prefixes, title, compare, pair);
}

void CompareServing(const BenchReport& baseline, const BenchReport& system, BenchPair& pair) {
  const auto ratio = [](double a, double b) { return b > 0 ? a / b : 1; };
  const auto compare = [&](const ServingTest& a, const ServingTest& b) {
    const std::string title = ServingTitle(a);
    pair.differences.push_back(Shown(title, "output tokens/s", ShownRate(a.output_throughput),
                                     ShownRate(b.output_throughput),
                                     ratio(b.output_throughput, a.output_throughput)));
    pair.differences.push_back(Shown(title, "median TTFT", ShownSeconds(a.ttft.median),
                                     ShownSeconds(b.ttft.median),
                                     ratio(a.ttft.median, b.ttft.median)));
    pair.differences.push_back(Shown(title, "median E2E", ShownSeconds(a.e2el.median),
                                     ShownSeconds(b.e2el.median),
                                     ratio(a.e2el.median, b.e2el.median)));
  };
  Align(baseline.serving, system.serving, ServingTitle, compare, pair);
}

// What besides the program may be the reason of a difference.
void NoteSurroundings(const BenchReport& baseline, const BenchReport& system, BenchPair& pair) {
  const auto note = [&](const std::string& what, const std::string& a, const std::string& b) {
    if (a != b) pair.notes.push_back("another " + what + ": " + a + ", then " + b);
  };
  note("model", baseline.model + " " + baseline.dtype, system.model + " " + system.dtype);
  note("processor", baseline.host.cpu, system.host.cpu);
  note("number of threads", std::to_string(baseline.host.num_threads),
       std::to_string(system.host.num_threads));
  note("code path", baseline.host.cpu_path + ", " + baseline.host.gemm_provider,
       system.host.cpu_path + ", " + system.host.gemm_provider);
}

}  // namespace

bool IsBench(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    return fs::exists(path / "bench.json", ignored) && !fs::exists(path / "run.json", ignored);
  }
  std::ifstream in(path, std::ios::binary);
  // bench.json begins with its kind.
  constexpr std::size_t kHead = 64;
  std::string head(kHead, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  return head.find("\"mistral-eval bench\"") != std::string::npos;
}

BenchReport ReadBench(const fs::path& path) {
  const fs::path file = FileOf(path);
  std::ifstream in(file, std::ios::binary);
  if (!in) throw DataError(file.string() + ": expected a benchmark, found no file to read");
  try {
    return ReadBenchJson(in, file.string());
  } catch (const ReportError& damage) {
    throw DataError(damage.what());
  }
}

BenchComparison CompareBench(std::span<const NamedBench> benches, double margin) {
  BenchComparison comparison;
  comparison.margin = margin;
  const NamedBench& baseline = benches.front();
  for (const NamedBench& system : benches.subspan(1)) {
    BenchPair pair;
    pair.baseline = baseline.name;
    pair.system = system.name;
    NoteSurroundings(baseline.report, system.report, pair);
    CompareThroughput(baseline.report, system.report, margin, pair);
    ComparePrefixes(baseline.report, system.report, margin, pair);
    CompareServing(baseline.report, system.report, pair);
    comparison.pairs.push_back(std::move(pair));
  }
  return comparison;
}

std::string ThroughputVerdict(const ThroughputTest& baseline, const ThroughputTest& system,
                              double margin) {
  return VerdictOf(RatioOfTimes(baseline.seconds, system.seconds), margin);
}

double BenchMargin(const CompareOptions& options) {
  constexpr double kPercent = 100;
  return options.margin ? *options.margin / kPercent : kDefaultMargin;
}

bool Passes(const GateOptions& gate, const BenchComparison& comparison) {
  if (!gate.is_on) return true;
  for (const BenchPair& pair : comparison.pairs) {
    for (const BenchDifference& difference : pair.differences) {
      if (difference.verdict == "regressed") return false;
      if (difference.verdict == "inconclusive" && gate.fail_on == "inconclusive") return false;
    }
  }
  return true;
}

int CompareBenchCommand(const CompareCommandOptions& options, std::ostream& out) {
  if (!options.write_baseline.empty() || !options.html.empty()) {
    throw UsageError(
        "compare: --write-baseline and --html are for scores; of a benchmark keep bench.json, "
        "which is its own baseline");
  }
  std::vector<NamedBench> benches;
  for (const fs::path& run : options.runs) benches.push_back({run.string(), ReadBench(run)});
  if (benches.size() < 2) {
    throw UsageError("compare: expected a baseline and another benchmark, found one");
  }
  const BenchComparison comparison = CompareBench(benches, BenchMargin(options.compare));
  OutputStream output(options.out, "--out", out);
  if (options.format == "json") {
    WriteBenchComparisonJson(comparison, output.stream());
  } else if (options.format == "markdown") {
    WriteBenchComparisonMarkdown(comparison, output.stream());
  } else {
    const bool is_stdout = options.out == "-";
    WriteBenchComparisonConsole(comparison, is_stdout ? TerminalWidth(STDOUT_FILENO) : 120,
                                is_stdout && WantsColor(options.no_color), output.stream());
  }
  output.Close();
  return Passes(options.gate, comparison) ? kExitOk : kExitRegression;
}

}  // namespace meval
