#ifndef MEVAL_TESTS_EVALS_EVAL_FIXTURE_H_
#define MEVAL_TESTS_EVALS_EVAL_FIXTURE_H_

// Plans of tasks over the shipped samples or over records of a test's own, and their evaluation.

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "evals/aggregate_task.h"
#include "evals/run_eval.h"
#include "evals/sample_log.h"
#include "reports/json_report.h"
#include "reports/run_directory.h"
#include "tasks/task_registry.h"
#include "tests/support/fake_language_model.h"
#include "tests/support/temp_directory.h"

namespace meval::testing {

inline std::string ShippedSamples() { return std::string(MEVAL_SOURCE_DIR) + "/tasks/samples"; }

inline RunOptions SampleRun(const std::string& tasks) {
  RunOptions options;
  options.tasks = tasks;
  options.data.data_dir = ShippedSamples();
  return options;
}

// The built-in tasks with shipped samples that ask in one way; of log-likelihood tasks those with
// choices. builtin_gold_test.cc sees all tasks.
inline std::vector<std::string> BuiltInTasks(RequestKind request) {
  std::vector<std::string> names;
  const TaskRegistry registry{std::vector<std::filesystem::path>{}};
  DataOptions shipped;
  shipped.data_dirs = {ShippedSamples()};
  for (const Task& task : registry.tasks()) {
    const TaskDefinition& definition = task.definition();
    const bool is_shipped = task.Locate(shipped).found;
    if (is_shipped && definition.request == request && !definition.scores_one_continuation) {
      names.push_back(task.name());
    }
  }
  return names;
}

// A task file and its records, read the way a user's are.
class OwnTask {
 public:
  OwnTask(const std::string& definition, const std::string& records) {
    directory_.Write("mine.json", definition);
    directory_.Write("mine.jsonl", records);
  }
  RunOptions Run() const {
    RunOptions options;
    options.tasks = (directory_ / "mine.json").string();
    options.data.data_dir = directory_.path().string();
    return options;
  }

 private:
  TempDirectory directory_;
};

struct Evaluated {
  EvalOutcome outcome;
  TaskResult result;
  std::string samples;  // as samples_<task>.jsonl holds them
};

// The fake encodes, too.
inline Evaluated Evaluate(const EvalPlan& plan, FakeLanguageModel& model,
                          const JournalContents& finished = {}, JournalWriter* journal = nullptr) {
  std::ostringstream ignored;
  Progress progress(ignored, {.quiet = true});
  const EvalEnvironment environment = {model, finished, journal, progress, {}};
  Evaluated evaluated;
  switch (plan.definition().request) {
    case RequestKind::kLoglikelihood:
      evaluated.outcome = LoglikelihoodEval(plan, EncodeTask(plan, model, 2), environment);
      break;
    case RequestKind::kGeneration:
      evaluated.outcome = GenerationEval(plan, EncodeTask(plan, model, 2), environment);
      break;
    case RequestKind::kRolling:
      evaluated.outcome = RollingEval(plan, EncodeTask(plan, model, 2), environment);
      break;
  }
  evaluated.result = AggregateTask(plan, evaluated.outcome);
  std::ostringstream samples;
  WriteSamplesJsonl(evaluated.outcome.samples, samples);
  evaluated.samples = samples.str();
  return evaluated;
}

using Answer = std::function<std::string(const Document&, std::int64_t sample)>;

// A model that knows which document it is asked about.
inline FakeLanguageModel Answering(const EvalPlan& plan, Answer answer) {
  std::map<std::string, const Document*> by_prompt;
  for (const Document& document : plan.data->documents) {
    by_prompt[plan.prompts[static_cast<std::size_t>(document.index)].Text()] = &document;
  }
  FakeLanguageModel model;
  model.complete = [by_prompt = std::move(by_prompt), answer = std::move(answer)](
                       const std::string& prompt, std::int64_t sample) {
    return answer(*by_prompt.at(prompt), sample);
  };
  return model;
}

// A run directory as the program leaves it, from evaluations by a fake.
inline void WriteRun(const std::filesystem::path& path, std::span<const EvalPlan> plans,
                     const std::function<Evaluated(const EvalPlan&)>& evaluate) {
  RunReport report;
  report.version = "test";
  for (const EvalPlan& plan : plans) {
    report.definitions[plan.definition().name] = plan.definition().json;
  }
  const RunDirectory directory = RunDirectory::Open(path, report);
  for (const EvalPlan& plan : plans) {
    Evaluated evaluated = evaluate(plan);
    WriteSampleLog(directory, evaluated.outcome.samples, evaluated.result);
    report.tasks.push_back(std::move(evaluated.result));
  }
  directory.Write("results.json", [&](std::ostream& out) { WriteResultsJson(report, out); });
}

inline const MetricValue& FindMetric(const std::vector<MetricValue>& metrics,
                                     const std::string& name) {
  for (const MetricValue& metric : metrics) {
    if (metric.name == name) return metric;
  }
  throw std::logic_error("there is no metric " + name);
}

inline double ValueOf(const Evaluated& evaluated, const std::string& metric) {
  return FindMetric(evaluated.result.metrics, metric).value;
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_EVALS_EVAL_FIXTURE_H_
