#include "evals/run_outcomes.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "evals/answer_text.h"
#include "evals/outcome_rows.h"
#include "evals/stored_run.h"
#include "reports/baseline.h"
#include "reports/error.h"
#include "tasks/digest.h"
#include "tasks/error.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBetweenTexts = " | ";

std::string Bits(double value) {
  return fmt::format("{:016x}", std::bit_cast<std::uint64_t>(value));
}

// Of every bit a model answered: two samples that agree on it were scored from the same numbers.
std::string AnswersDigest(const SampleResult& sample) {
  DigestBuilder digest;
  for (const ChoiceResult& choice : sample.choices) {
    digest.Add(Bits(choice.logprob)).Add(choice.is_greedy ? "greedy" : "");
    if (choice.unconditional_logprob) digest.Add(Bits(*choice.unconditional_logprob));
  }
  for (const CompletionResult& completion : sample.completions) {
    digest.Add(completion.text).Add(completion.stop_reason);
  }
  if (sample.rolling) {
    for (const WindowResult& window : sample.rolling->windows) digest.Add(Bits(window.logprob));
  }
  return digest.Finish();
}

std::string AnswerOf(const SampleResult& sample, const TaskDefinition& task) {
  if (sample.rolling) return fmt::format("{:.4f} nats", sample.rolling->logprob);
  if (task.scores_one_continuation) {
    const ChoiceResult& continuation = sample.choices.front();
    return fmt::format("{:.4f} nats{}", continuation.logprob,
                       continuation.is_greedy ? ", the likeliest" : "");
  }
  if (!sample.choices.empty()) return ChosenText(sample, task);
  std::vector<std::string> answers;
  for (const CompletionResult& completion : sample.completions) {
    const auto extracted = completion.extracted.find(task.headline().name);
    answers.push_back(extracted == completion.extracted.end() ? completion.text
                                                              : extracted->second);
  }
  return JoinTexts(answers, kBetweenTexts);
}

std::string CompletionsOf(const SampleResult& sample) {
  if (sample.completions.size() == 1) return sample.completions.front().text;
  std::string texts;
  for (std::size_t i = 0; i < sample.completions.size(); ++i) {
    texts += fmt::format("{}[{}]{}", i == 0 ? "" : "\n", i + 1, sample.completions[i].text);
  }
  return texts;
}

RecordOutcome OutcomeOf(const SampleResult& sample, const TaskDefinition& task,
                        std::span<const ComparedMetric> metrics) {
  RecordOutcome record;
  record.id = sample.id;
  record.digest = ShortDigest(sample.digest);
  record.prompt_digest = ShortDigest(sample.prompt_digest);
  record.answers_digest = ShortDigest(AnswersDigest(sample));
  record.group = sample.group;
  record.question = sample.question;
  record.expected = JoinTexts(RightTexts(sample, task), kBetweenTexts);
  record.answer = AnswerOf(sample, task);
  record.completion = CompletionsOf(sample);
  for (const ComparedMetric& metric : metrics) {
    const std::string& name = metric.value.name;
    if (const auto score = sample.metrics.find(name); score != sample.metrics.end()) {
      record.scores[name] = score->second;
    }
    if (metric.aggregate == Aggregate::kMean) continue;
    const auto score = std::find_if(task.scores.begin(), task.scores.end(),
                                    [&](const ScoreDefinition& s) { return s.name == name; });
    record.rows[name] = OutcomeRows(task, *score, sample);
  }
  return record;
}

void RequireComplete(const TaskResult& task, std::span<const SampleResult> samples,
                     const std::string& digest, const fs::path& directory) {
  const auto unscored = std::count_if(samples.begin(), samples.end(),
                                      [](const SampleResult& sample) { return !sample.scored; });
  if (unscored > 0 || static_cast<std::int64_t>(samples.size()) != task.num_documents) {
    throw DataError(fmt::format(
        "{}: task \"{}\": expected a result for each of {} documents, found {}. A run that was "
        "stopped continues with the same command and --out",
        directory.string(), task.task, task.num_documents,
        static_cast<std::int64_t>(samples.size()) - unscored));
  }
  if (!task.samples_digest.empty() && task.samples_digest != digest) {
    throw DataError(fmt::format(
        "{}: the sample log of task \"{}\" is not the one the run wrote: expected the digest {}, "
        "found {}. `mistral-eval score --samples {}` names what changed",
        directory.string(), task.task, task.samples_digest, digest, directory.string()));
  }
}

RunOutcomes DescribeRun(const RunReport& report, const fs::path& path) {
  RunOutcomes run;
  run.name = path.string();
  run.version = report.version;
  run.started_at = report.started_at;
  run.model = report.identity.model;
  run.model_digest = report.identity.model_digest;
  run.model_summary = report.model_summary;
  run.dtype = report.identity.dtype;
  run.numerics = report.identity.numerics;
  run.machine = fmt::format("{}, {} threads", report.host.cpu, report.host.num_threads);
  run.is_demonstration_model = report.is_demonstration_model;
  run.numbers = report.numbers;
  return run;
}

// A time counts only where all of the work was done in one go.
void AddTime(const Timing& timing, std::vector<double>& model_seconds) {
  if (timing.requests_from_journal == 0 && timing.model_seconds > 0) {
    model_seconds.push_back(timing.model_seconds);
  }
}

// The run directories right below a directory, by name.
std::vector<fs::path> RunsBelow(const fs::path& directory) {
  std::vector<fs::path> runs;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    if (fs::is_regular_file(entry.path() / "results.json")) runs.push_back(entry.path());
  }
  std::sort(runs.begin(), runs.end());
  return runs;
}

}  // namespace

TaskOutcomes OutcomesOfTask(const TaskResult& result, const TaskDefinition& definition,
                            std::span<const SampleResult> samples) {
  if (result.metrics.empty()) {
    throw DataError("task \"" + result.task + "\": expected a score to compare, found none" +
                    (definition.execution
                         ? ": its programs were not run. The same command with --out and "
                           "--allow-code-execution runs them"
                         : ""));
  }
  TaskOutcomes task;
  task.task = result.task;
  task.version = result.version;
  task.title = result.title;
  task.shots = result.shots;
  task.is_demonstration = result.is_demonstration;
  task.settings = result.settings;
  task.data_digest = result.data_digest;
  task.prompt_digest = result.prompt_digest;
  for (const MetricValue& metric : result.metrics) {
    if (!metric.is_detail) task.metrics.push_back({metric, AggregateOf(definition, metric.name)});
  }
  for (const SampleResult& sample : samples) {
    task.records.push_back(OutcomeOf(sample, definition, task.metrics));
  }
  AddTime(result.timing, task.model_seconds);
  return task;
}

RunOutcomes ReadRunOutcomes(const fs::path& directory) {
  const RunRecord record = ReadRunRecord(directory);
  const RunReport report = ReadRunReport(directory);
  RunOutcomes run = DescribeRun(report, directory);
  for (const TaskResult& task : report.tasks) {
    const Task definition = DefinitionOf(task, record, directory);
    const SampleLog log = ReadSampleLog(directory, task.task);
    RequireComplete(task, log.samples, log.digest, directory);
    run.tasks.push_back(OutcomesOfTask(task, definition.definition(), log.samples));
  }
  return run;
}

RunOutcomes ReadRepetitions(const fs::path& directory) {
  const std::vector<fs::path> paths = RunsBelow(directory);
  if (paths.empty()) {
    throw DataError(directory.string() + ": expected run directories, found none");
  }
  RunOutcomes run = ReadRunOutcomes(paths.front());
  run.name = directory.string();
  const RunReport first = ReadRunReport(paths.front());
  for (std::size_t i = 1; i < paths.size(); ++i) {
    const RunReport report = ReadRunReport(paths[i]);
    for (std::size_t t = 0; t < first.tasks.size(); ++t) {
      const TaskResult& expected = first.tasks[t];
      if (t >= report.tasks.size() || report.tasks[t].task != expected.task ||
          report.tasks[t].samples_digest != expected.samples_digest) {
        throw DataError(fmt::format(
            "{}: expected repetitions of one run, with the same answers bit by bit, found another "
            "sample log of task \"{}\" in {} than in {}. Name the run directories one by one",
            directory.string(), expected.task, paths[i].string(), paths.front().string()));
      }
      AddTime(report.tasks[t].timing, run.tasks[t].model_seconds);
    }
  }
  return run;
}

RunOutcomes ReadBaselineFile(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  try {
    return ReadBaseline(in, file.string());
  } catch (const ReportError& error) {
    throw DataError(error.what());
  }
}

}  // namespace meval
