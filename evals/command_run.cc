// `mistral-eval run`: plan, load, evaluate, report.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <optional>
#include <ostream>

#include <fmt/format.h>

#include "evals/aggregate_groups.h"
#include "evals/aggregate_task.h"
#include "evals/baseline_gate.h"
#include "evals/chat_setup.h"
#include "evals/code_runner.h"
#include "evals/commands.h"
#include "evals/draw_sheet.h"
#include "evals/dry_run.h"
#include "evals/encode_ahead.h"
#include "evals/engine_language_model.h"
#include "evals/export_lm_eval.h"
#include "evals/interrupt.h"
#include "evals/model_loader.h"
#include "evals/outline_encoder.h"
#include "evals/program.h"
#include "evals/report_page.h"
#include "evals/run_cost.h"
#include "evals/run_eval.h"
#include "evals/run_files.h"
#include "evals/run_formats.h"
#include "evals/sample_log.h"
#include "evals/sequential_run.h"
#include "evals/terminal.h"
#include "kernels/check.h"
#include "metrics/parallel.h"
#include "reports/console_report.h"
#include "reports/html_report.h"
#include "reports/prompt_parts.h"
#include "reports/run_directory.h"
#include "tasks/digest.h"
#include "tasks/nearest_name.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::string UtcNow(const char* format) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &utc)};
}

// Letters, digits, '.', '_' and '-' of a name, so that it can be part of a path.
std::string PathPart(std::string_view name, std::size_t longest) {
  std::string part;
  for (const char c : name.substr(name.find_last_of('/') + 1)) {
    const bool keep =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    part += keep ? c : '-';
  }
  return part.substr(0, longest);
}

fs::path DefaultRunDirectory(const RunOptions& options, const std::vector<EvalPlan>& plans) {
  std::string tasks;
  for (const EvalPlan& plan : plans) tasks += (tasks.empty() ? "" : "+") + plan.task->name();
  const std::string stem =
      UtcNow("%Y-%m-%dT%H-%M-%SZ-") + PathPart(options.model.model, 40) + "-" + PathPart(tasks, 60);
  fs::path path = fs::path("runs") / stem;
  for (int suffix = 2; fs::exists(path); ++suffix)
    path = fs::path("runs") / fmt::format("{}-{}", stem, suffix);
  return path;
}

// The value of a --fail-under rule in 0..1 whatever the metric's unit.
double AsFraction(const MetricValue& metric, double value) {
  return metric.unit == "percent" ? value / 100 : value;
}

// Checks names before the run starts, so that a typing error does not show only at its end.
void CheckFailUnder(const RunOptions& options, const std::vector<EvalPlan>& plans) {
  for (const FailUnder& rule : options.fail_under) {
    std::vector<std::string> known;
    for (const EvalPlan& plan : plans) {
      if (plan.task->name() == rule.task) known = MetricNames(plan);
    }
    if (known.empty()) {
      throw UsageError("--fail-under: \"" + rule.task + "\" is not a task of this run (--task " +
                       options.tasks + ")");
    }
    if (std::find(known.begin(), known.end(), rule.metric) == known.end()) {
      throw UsageError(fmt::format("--fail-under: {}: expected one of {}, found \"{}\"{}",
                                   rule.task, fmt::join(known, "; "), rule.metric,
                                   tasks::DidYouMean(rule.metric, known)));
    }
  }
}

bool HasPrograms(const EvalPlan& plan) { return plan.definition().execution.has_value(); }

// Found out before a model is asked anything: that programs can be run, and that no limit waits for
// a score that cannot come.
std::optional<CodeRunner> OpenCodeRunner(const RunOptions& options,
                                         const std::vector<EvalPlan>& plans, int num_threads) {
  if (std::none_of(plans.begin(), plans.end(), HasPrograms)) return std::nullopt;
  if (options.code.is_allowed) return std::make_optional<CodeRunner>(options.code, num_threads);
  for (const FailUnder& rule : options.fail_under) {
    for (const EvalPlan& plan : plans) {
      if (!HasPrograms(plan) || plan.task->name() != rule.task) continue;
      throw UsageError("--fail-under: " + rule.task +
                       ": expected --allow-code-execution with it, since programs that are not run "
                       "have no score");
    }
  }
  return std::nullopt;
}

const MetricValue& FindMetric(const RunReport& report, const FailUnder& rule) {
  for (const TaskResult& task : report.tasks) {
    if (task.task != rule.task) continue;
    for (const MetricValue& metric : task.metrics) {
      if (metric.name == rule.metric) return metric;
    }
  }
  throw UsageError("--fail-under: " + rule.task + ": no document was scored, so there is no " +
                   rule.metric);
}

std::vector<FailedLimit> FailedLimits(const RunOptions& options, const RunReport& report) {
  std::vector<FailedLimit> failed;
  for (const FailUnder& rule : options.fail_under) {
    const MetricValue& metric = FindMetric(report, rule);
    if (!metric.higher_is_better) {  // perplexities: the limit is the most that is allowed
      if (metric.value <= rule.value) continue;
      failed.push_back({rule.task, rule.metric,
                        fmt::format("{} {} is {:.4f}, above the limit of {:.4f}", rule.task,
                                    rule.metric, metric.value, rule.value)});
      continue;
    }
    // A limit above 1 is meant in percent.
    const double limit = rule.value > 1 ? rule.value / 100 : rule.value;
    if (AsFraction(metric, metric.value) >= limit) continue;
    failed.push_back(
        {rule.task, rule.metric,
         fmt::format("{} {} is {:.2f}%, under the limit of {:.2f}%", rule.task, rule.metric,
                     100 * AsFraction(metric, metric.value), 100 * limit)});
  }
  return failed;
}

// How a plan becomes a result: whole, or look by look.
using RunPlan = std::function<TaskResult(const EvalPlan& plan, std::vector<SampleResult>& samples,
                                         bool& is_complete)>;

// Task by task: results.json is rewritten after each, so that a run that stops keeps what is
// finished.
bool EvaluateAll(const PlannedTasks& planned, const RunPlan& run_plan, EngineLanguageModel& model,
                 Progress& progress, const RunDirectory& directory, Clock::time_point begin,
                 RunReport& report, std::vector<WorkLog>& work, std::vector<HtmlTask>& pages) {
  for (const EvalPlan& plan : planned.plans()) {
    std::vector<SampleResult> samples;
    bool is_complete = false;
    model.BeginTask(plan.task->name());
    report.tasks.push_back(run_plan(plan, samples, is_complete));
    work.push_back(model.stats().work);
    for (const std::string& warning : report.tasks.back().warnings) {
      progress.Note("note: " + warning);
    }
    report.groups = AggregateGroups(planned.groups(), report.tasks);
    report.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    WriteSampleLog(directory, samples, report.tasks.back());
    const PromptParts parts = PartsOf(plan);
    directory.Write(PromptsFileName(plan.task->name()),
                    [&](std::ostream& out) { WritePromptParts(parts, out); });
    pages.push_back(MakeHtmlTask(report.tasks.back(), samples, parts));
    WriteReportFiles(directory, report);
    if (!is_complete) return false;
  }
  return true;
}

// Threads that tokenise: as many as compute.
int NumThreads(const ModelOptions& options) {
  if (options.threads > 0) return options.threads;
  return NumHardwareThreads();
}

// What was asked for on stdout and beside the run. `verdicts` are the failures of the gate: JUnit's
// one document holds them too, in the other formats the gate speaks for itself.
void WriteFormats(const RunOptions& options, const RunReport& report,
                  const std::vector<FailedLimit>& failed, const std::vector<FailedLimit>& verdicts,
                  const fs::path& directory, std::ostream& out) {
  std::vector<FailedLimit> all = failed;
  all.insert(all.end(), verdicts.begin(), verdicts.end());
  for (const std::string& format : options.formats) {
    if (format == "lm-eval") {
      ExportLmEval(directory, report, directory / "lm-eval");
      continue;
    }
    WriteRunFormat(format, report, format == "junit" ? all : failed,
                   {.color = WantsColor(options.no_color),
                    .all_groups = options.all_groups,
                    .width = TerminalWidth(STDOUT_FILENO)},
                   out);
  }
}

std::string HowToContinue(const fs::path& path) {
  return "What is finished is in " + path.string() + "; the same command with --out " +
         path.string() + " continues it.";
}

}  // namespace

int RunCommand(const RunOptions& options, std::ostream& out, std::ostream& err) {
  const Clock::time_point begin = Clock::now();
  const InterruptGuard interrupt;  // before any other thread
  const std::shared_ptr<const ChatFormat> chat = ResolveChat(options.chat, options.model);
  const PlannedTasks planned(options, chat);
  CheckFailUnder(options, planned.plans());
  if (chat != nullptr && !options.quiet) {
    err << fmt::format("chat template: {}{}\n", chat->chat_template.name(),
                       chat->folds_system() ? " (no system role: system texts go into the first "
                                              "user turn)"
                                            : "");
  }
  if (options.dry_run) {
    DryRun(options, planned.plans(), out, err);
    return kExitOk;
  }
  const std::optional<CodeRunner> code =
      OpenCodeRunner(options, planned.plans(), NumThreads(options.model));
  std::optional<BaselineGate> gate;
  if (!options.baseline.empty()) gate.emplace(options, planned.plans());
  std::optional<PlanFile> plan_file;
  if (!options.dump_plan.empty()) plan_file.emplace(options.dump_plan);
  const ModelOutline outline = OutlineModel(ToEngineOptions(options.model));
  const OutlineEncoder encoder(outline);
  // Looks are encoded one by one.
  std::optional<EncodeAhead> encoded;
  if (!options.sequential) {
    encoded.emplace(planned.plans(), encoder, NumThreads(options.model));
  }
  LoadedModel model = LoadModel(options.model, options.quiet ? nullptr : &err, &err);
  RunReport report = StartReport(IdentityOf(options, planned.plans(), model), planned.plans(),
                                 options.command, model);
  for (const auto& [name, value] : options.numbers) report.numbers[name] = value;

  const fs::path path =
      options.out.empty() ? DefaultRunDirectory(options, planned.plans()) : options.out;
  const RunDirectory directory = RunDirectory::Open(path, report);
  const std::string run_digest = Sha256(ToText(report.identity));
  JournalWriter journal(directory.journal(), run_digest);
  const JournalContents& finished = journal.finished();
  Progress progress(err, {.quiet = options.quiet,
                          .is_terminal = isatty(STDERR_FILENO) != 0,
                          .width = TerminalWidth(STDERR_FILENO)});
  if (directory.is_continued()) {
    progress.Note(fmt::format("continuing {}: {} requests are already done", path.string(),
                              finished.scores.size() + finished.generations.size()));
  }

  const std::unique_ptr<EnergyMeter> meter = options.open_meter(*model.context);
  if (meter != nullptr && meter->Joules()) report.energy_source = meter->source();
  EngineLanguageModel language_model(*model.engine, plan_file ? &*plan_file : nullptr, meter.get());
  const EvalEnvironment environment = {language_model, finished,          &journal,
                                       progress,       interrupt.token(), code ? &*code : nullptr};
  std::vector<WorkLog> work;  // per task
  const SequentialEnvironment in_looks = {environment, encoder, NumThreads(options.model),
                                          directory.journal(), run_digest};
  const RunPlan run_plan = [&](const EvalPlan& plan, std::vector<SampleResult>& samples,
                               bool& is_whole) {
    TaskResult result = options.sequential
                            ? RunTaskInLooks(plan, in_looks, *gate, samples, is_whole)
                            : RunTask(plan, encoded->Next(), environment, samples, is_whole);
    report.host.matmul_algorithms = model.context->matmul_algorithms();  // those used so far
    return result;
  };
  std::vector<HtmlTask> pages;
  bool is_complete = false;
  try {
    is_complete = EvaluateAll(planned, run_plan, language_model, progress, directory, begin, report,
                              work, pages);
  } catch (const DeviceError& error) {
    throw DeviceError(error.what() + ("\n" + HowToContinue(path)));
  }
  if (plan_file) plan_file->Close();
  if (!is_complete) {
    WritePageFile(directory, report, pages);
    err << "mistral-eval: stopped. " << HowToContinue(path) << '\n';
    return kExitInterrupted;
  }
  const DType dtype = model.engine->dtype();
  model.engine.reset();  // measuring takes memory of its own
  const std::string no_ceiling = CompareWithCeiling(*model.context, dtype, work, report);
  if (!no_ceiling.empty()) progress.Note("no ceilings to compare with: " + no_ceiling);
  if (report.ceiling) WriteReportFiles(directory, report);
  const std::vector<FailedLimit> failed = FailedLimits(options, report);
  std::optional<Comparison> comparison;
  std::vector<FailedLimit> verdicts;
  if (gate) {
    comparison = gate->Compare(directory);
    verdicts = gate->Failures(*comparison);
    SetFlips(*comparison, report, pages);
  }
  const std::int64_t page_bytes = WritePageFile(directory, report, pages);
  WriteFormats(options, report, failed, verdicts, path, out);
  if (options.sheet > 0) WriteSheets(path, report, options.sheet, path);
  if (!options.quiet) {
    err << fmt::format("run directory: {} (report.html: {:.1f} MB)\n", path.string(),
                       static_cast<double>(page_bytes) / 1e6);
  }
  const bool passes = !gate || gate->Finish(*comparison, directory, out, err);
  for (const FailedLimit& limit : failed) err << "mistral-eval: " << limit.message << '\n';
  return passes && failed.empty() ? kExitOk : kExitRegression;
}

}  // namespace meval
