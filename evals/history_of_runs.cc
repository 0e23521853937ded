#include "evals/history_of_runs.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "evals/compare_bench.h"
#include "evals/compare_runs.h"
#include "evals/flags.h"
#include "evals/run_outcomes.h"
#include "evals/stored_run.h"
#include "reports/error.h"
#include "tasks/error.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

struct FoundRun {
  fs::path path;
  RunReport report;
};

struct FoundBench {
  fs::path path;
  BenchReport report;
};

// The earliest first.
std::vector<FoundRun> FindRuns(const fs::path& directory, std::vector<FoundBench>& benches,
                               std::vector<std::string>& notes) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    throw UsageError("history: " + directory.string() +
                     ": expected a directory with run directories below it, found " +
                     (fs::exists(directory, error) ? "a file" : "nothing there"));
  }
  std::vector<FoundRun> runs;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(directory, fs::directory_options::skip_permission_denied)) {
    if (!entry.is_regular_file()) continue;
    try {
      if (entry.path().filename() == "results.json") {
        runs.push_back({entry.path().parent_path(), ReadRunReport(entry.path().parent_path())});
      } else if (entry.path().filename() == "bench.json") {
        benches.push_back({entry.path().parent_path(), ReadBench(entry.path())});
      }
    } catch (const DataError& damage) {
      notes.push_back(std::string("passed over: ") + damage.what());
    }
  }
  if (runs.empty() && benches.empty()) {
    throw UsageError("history: " + directory.string() +
                     ": expected run directories or benchmarks below it, found none");
  }
  std::sort(benches.begin(), benches.end(), [](const FoundBench& a, const FoundBench& b) {
    return std::pair(a.report.started_at, a.path) < std::pair(b.report.started_at, b.path);
  });
  std::sort(runs.begin(), runs.end(), [](const FoundRun& a, const FoundRun& b) {
    return std::pair(a.report.started_at, a.path) < std::pair(b.report.started_at, b.path);
  });
  std::sort(notes.begin(), notes.end());
  return runs;
}

// The verdicts that a run was given when it was gated; none where it was not.
std::map<std::string, std::string> GateVerdicts(const fs::path& run,
                                                std::vector<std::string>& notes) {
  const fs::path path = run / "comparison.json";
  std::ifstream in(path, std::ios::binary);
  if (!in) return {};
  try {
    return ReadGateVerdicts(in, path.string());
  } catch (const ReportError& damage) {
    notes.push_back(std::string("passed over: ") + damage.what());
    return {};
  }
}

std::optional<RunOutcomes> Outcomes(const fs::path& run, std::vector<std::string>& notes) {
  try {
    return ReadRunOutcomes(run);
  } catch (const DataError& damage) {
    notes.push_back(std::string("not compared: ") + damage.what());
    return std::nullopt;
  }
}

class HistoryBuilder {
 public:
  HistoryBuilder(const fs::path& directory, const CompareOptions& options)
      : directory_(directory), options_(options) {
    options_.tasks.clear();  // of each comparison, which is of one task
    for (const std::string& task : options.tasks) asked_for_.insert(task);
  }

  History Build() {
    std::vector<FoundBench> benches;
    for (const FoundRun& run : FindRuns(directory_, benches, history_.notes)) AddRun(run);
    for (const FoundBench& bench : benches) AddBench(bench);
    return std::move(history_);
  }

 private:
  // What the next run of a line is compared with.
  struct Last {
    std::size_t line = 0;
    std::optional<RunOutcomes> outcomes;  // of this task alone
  };

  bool IsAskedFor(const std::string& task) const {
    return asked_for_.empty() || asked_for_.contains(task);
  }

  void AddRun(const FoundRun& run) {
    const auto gate = GateVerdicts(run.path, history_.notes);
    const std::optional<RunOutcomes> outcomes = Outcomes(run.path, history_.notes);
    for (const TaskResult& task : run.report.tasks) {
      if (!IsAskedFor(task.task) || task.metrics.empty()) continue;
      std::optional<RunOutcomes> own;
      if (outcomes) {
        own = *outcomes;
        own->tasks = {*outcomes->Find(task.task)};
      }
      Last& last = LineOf(task);
      HistoryPoint point = Describe(run, task);
      if (own && last.outcomes) point.since_previous = VerdictOf(*last.outcomes, *own);
      if (const auto verdict = gate.find(task.task); verdict != gate.end()) {
        point.gate = verdict->second;
      }
      history_.lines[last.line].points.push_back(std::move(point));
      last.outcomes = std::move(own);
    }
  }

  // One line for each test on one machine; --task names tests, too.
  void AddBench(const FoundBench& bench) {
    const BenchReport& report = bench.report;
    for (const ThroughputTest& test : report.throughput) {
      if (!IsAskedFor(test.name)) continue;
      const std::string title = test.name + " of " + report.model + ", " + report.dtype + ", " +
                                std::to_string(report.host.num_threads) + " threads, " +
                                report.host.cpu + ": tokens/s";
      const auto [found, is_new] = last_bench_.try_emplace(title);
      if (is_new) {
        found->second.line = history_.lines.size();
        HistoryLine line;
        line.title = title;
        line.metric = "rate";
        line.unit = "tokens/s";
        history_.lines.push_back(std::move(line));
      }
      HistoryPoint point = Describe(bench, test);
      LastBench& last = found->second;
      if (!is_new) {
        point.since_previous = ThroughputVerdict(*last.test, test, BenchMargin(options_));
      }
      history_.lines[last.line].points.push_back(std::move(point));
      last.test = &test;
    }
  }

  HistoryPoint Describe(const FoundBench& bench, const ThroughputTest& test) const {
    HistoryPoint point;
    point.run = bench.path.lexically_relative(directory_).string();
    point.started_at = bench.report.started_at;
    point.model = bench.report.model;
    point.dtype = bench.report.dtype;
    point.version =
        bench.report.version + (bench.report.label.empty() ? "" : " " + bench.report.label);
    point.value = test.rate.median;
    point.ci_low = test.rate.ci_low;
    point.ci_high = test.rate.ci_high;
    return point;
  }

  Last& LineOf(const TaskResult& task) {
    const auto [found, is_new] = last_.try_emplace({task.task, task.prompt_digest});
    if (is_new) {
      found->second.line = history_.lines.size();
      const MetricValue& metric = task.metrics.front();
      HistoryLine line;
      line.task = task.task;
      line.version = task.version;
      line.shots = task.shots;
      line.n = metric.n;
      line.prompt_digest = task.prompt_digest;
      line.metric = metric.name;
      line.unit = metric.unit;
      line.higher_is_better = metric.higher_is_better;
      history_.lines.push_back(std::move(line));
    }
    return found->second;
  }

  HistoryPoint Describe(const FoundRun& run, const TaskResult& task) const {
    const MetricValue& metric = task.metrics.front();
    HistoryPoint point;
    point.run = run.path.lexically_relative(directory_).string();
    point.started_at = run.report.started_at;
    point.model = run.report.identity.model;
    point.dtype = run.report.identity.dtype;
    point.version = run.report.version;
    point.value = metric.value;
    point.ci_low = metric.ci_low;
    point.ci_high = metric.ci_high;
    if (task.timing.requests_from_journal == 0) point.model_seconds = task.timing.model_seconds;
    return point;
  }

  std::string VerdictOf(const RunOutcomes& before, const RunOutcomes& after) {
    try {
      const Comparison comparison = CompareRuns(std::vector{before, after}, options_);
      return Name(comparison.tasks.front().pairs.front().verdict);
    } catch (const UsageError& refusal) {
      history_.notes.push_back(refusal.what());
      return "";
    }
  }

  const fs::path& directory_;
  CompareOptions options_;
  std::set<std::string> asked_for_;
  History history_;
  std::map<std::pair<std::string, std::string>, Last> last_;  // task and prompts
  struct LastBench {
    std::size_t line = 0;
    const ThroughputTest* test = nullptr;  // of a benchmark that Build holds
  };
  std::map<std::string, LastBench> last_bench_;  // by the line's title
};

}  // namespace

History HistoryOfRuns(const fs::path& directory, const CompareOptions& options) {
  return HistoryBuilder(directory, options).Build();
}

}  // namespace meval
