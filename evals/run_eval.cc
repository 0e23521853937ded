#include "evals/run_eval.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <set>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "evals/aggregate_task.h"
#include "evals/chat_setup.h"
#include "evals/flags.h"
#include "evals/install_paths.h"
#include "evals/model_loader.h"
#include "evals/numerics.h"
#include "evals/run_cost.h"
#include "evals/subset.h"
#include "kernels/tensor.h"
#include "tasks/digest.h"
#include "tasks/nearest_name.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

const char* FewShotName(FewShotMode mode) {
  switch (mode) {
    case FewShotMode::kTask:
      return "task";
    case FewShotMode::kPerDocument:
      return "per-doc";
    case FewShotMode::kFixed:
      return "fixed";
  }
  return "?";
}

GenerationDefinition ResolveGeneration(const RunOptions& options, const TaskDefinition& task) {
  GenerationDefinition generation = task.generation;
  if (options.num_samples) generation.num_samples = *options.num_samples;
  if (options.temperature) generation.temperature = *options.temperature;
  if (options.top_p) generation.top_p = *options.top_p;
  if (options.top_k) generation.top_k = *options.top_k;
  if (options.max_new_tokens) generation.max_new_tokens = *options.max_new_tokens;
  return generation;
}

std::map<std::string, std::string> SettingsOf(const EvalPlan& plan, std::int64_t window_length,
                                              const CodeRunner* code) {
  if (plan.definition().request == RequestKind::kRolling) {
    return {{"protocol", Name(plan.definition().rolling.protocol)},
            {"length", fmt::format("{}", window_length)}};
  }
  std::map<std::string, std::string> settings = {
      {"truncation", Name(plan.encode.truncation)},
      {"boundary", plan.encode.boundary == BoundaryRule::kLength ? "length" : "lcp"}};
  settings.merge(DescribeChat(plan.chat.get(), plan.has_system_text));
  if (plan.definition().request == RequestKind::kGeneration) {
    const GenerationDefinition& generation = plan.generation;
    settings["temperature"] = fmt::format("{}", generation.temperature);
    settings["top_p"] = fmt::format("{}", generation.top_p);
    settings["top_k"] = fmt::format("{}", generation.top_k);
    settings["num_samples"] = fmt::format("{}", generation.num_samples);
    settings["max_new_tokens"] = fmt::format("{}", generation.max_new_tokens);
    settings["until"] = fmt::format("{}", plan.until());
    if (plan.definition().execution) {
      settings["code_execution"] = code == nullptr ? "no" : code->Describe(plan.definition());
    }
  }
  return settings;
}

// Flags that change what is asked or answered; order and spelling are fixed, since they are
// compared as text.
std::map<std::string, std::string> SemanticFlags(const RunOptions& options) {
  std::map<std::string, std::string> flags = {
      {"fewshot", FewShotName(options.fewshot)},
      {"truncation", Name(options.encode.truncation)},
      {"boundary", options.encode.boundary == BoundaryRule::kLength ? "length" : "lcp"}};
  const auto add = [&](const char* name, const auto& value) {
    if (value) flags[name] = fmt::format("{}", *value);
  };
  add("shots", options.shots);
  add("limit", options.limit);
  add("samples", options.num_samples);
  add("temperature", options.temperature);
  add("top_p", options.top_p);
  add("top_k", options.top_k);
  add("max_new_tokens", options.max_new_tokens);
  add("code_timeout", options.code.timeout_seconds);
  if (!options.system.empty()) flags["system"] = Sha256(options.system);
  if (!options.ids_file.empty()) {
    DigestBuilder builder;
    for (const std::string& id : ReadIds(options.ids_file)) builder.Add(id);
    flags["ids"] = builder.Finish();
  }
  return flags;
}

// Which documents of a task: --limit and --ids, else what the groups it was asked for with say.
SubsetOptions SubsetOf(const Task& task, const RunOptions& options,
                       std::span<const TaskGroup> groups,
                       const std::optional<std::set<std::string>>& ids) {
  SubsetOptions subset = {.limit = options.limit, .ids = ids};
  if (subset.limit || subset.ids) return subset;
  for (const TaskGroup& group : groups) {
    const auto member =
        std::find_if(group.members.begin(), group.members.end(),
                     [&](const TaskGroupMember& one) { return one.name == task.name(); });
    if (member == group.members.end() || !group.documents) continue;
    subset.limit = static_cast<double>(*group.documents);
    subset.spread_over_groups = true;
    subset.groups = member->groups;
  }
  return subset;
}

}  // namespace

void RequireDataFilesAreUsed(const DataSelection& data, std::span<const Task> tasks,
                             const std::string& where) {
  for (const auto& [name, files] : data.files) {
    std::vector<std::string> names;
    for (const Task& task : tasks) names.push_back(task.name());
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw UsageError("--data-file: \"" + name + "\" is not a task of " + where +
                       tasks::DidYouMean(name, names));
    }
  }
}

std::vector<fs::path> DataDirectories(const DataSelection& data) {
  if (!data.data_dir.empty()) return {data.data_dir};
  std::vector<fs::path> directories;
  if (const char* variable = std::getenv("MISTRAL_EVAL_DATA");
      variable != nullptr && *variable != '\0') {
    directories.emplace_back(variable);
  }
  std::error_code error;
  if (fs::is_directory("data", error)) directories.emplace_back("data");
  directories.push_back(SamplesDir());
  return directories;
}

bool IsSamplesDir(const fs::path& directory) {
  std::error_code error;
  return fs::equivalent(directory, SamplesDir(), error) && !error;
}

DataOptions TaskDataOptions(const Task& task, const DataSelection& selection,
                            bool needs_exemplars) {
  DataOptions options;
  options.data_dirs = DataDirectories(selection);
  if (const auto files = selection.files.find(task.name()); files != selection.files.end()) {
    options.file_overrides = files->second;
  }
  options.needs_exemplars = needs_exemplars;
  const DataStatus status = task.Locate(options);
  options.allow_count_mismatch =
      selection.allow_count_mismatch || (status.found && IsSamplesDir(status.data_dir));
  return options;
}

PlannedTasks::PlannedTasks(const TaskRegistry& registry, const RunOptions& options,
                           const std::shared_ptr<const ChatFormat>& chat)
    : tasks_(registry.Resolve(options.tasks)), groups_(registry.ResolveGroups(options.tasks)) {
  RequireDataFilesAreUsed(options.data, tasks_, "this run (--task " + options.tasks + ")");
  std::optional<std::set<std::string>> ids;
  if (!options.ids_file.empty()) ids = ReadIds(options.ids_file);
  for (const Task& task : tasks_) {
    const SubsetOptions subset = SubsetOf(task, options, groups_, ids);
    EvalPlan plan;
    plan.task = &task;
    plan.shots = options.shots.value_or(task.definition().default_shots);
    data_.push_back(
        std::make_unique<TaskData>(task.Load(TaskDataOptions(task, options.data, plan.shots > 0))));
    plan.data = data_.back().get();
    plan.prompts = BuildPrompts(task, *plan.data,
                                {.shots = plan.shots,
                                 .seed = options.seed,
                                 .mode = options.fewshot,
                                 .system = options.system,
                                 .chat = chat});
    if (!plan.prompts.empty()) {
      plan.chat = plan.prompts.front().chat;
      plan.has_system_text = !plan.prompts.front().description.empty();
    }
    plan.fewshot = options.fewshot;
    plan.is_demonstration = IsSamplesDir(plan.data->data_dir);
    plan.selected = SelectDocuments(plan.data->documents, task.name(), subset);
    for (const std::size_t index : plan.selected) {
      plan.prompt_digests.push_back(
          PromptDigest(task.definition(), plan.data->documents[index], plan.prompts[index]));
    }
    plan.generation = ResolveGeneration(options, task.definition());
    plan.encode = options.encode;
    plan.seed = options.seed;
    plans_.push_back(std::move(plan));
  }
}

RunIdentity IdentityOf(const RunOptions& options, const std::vector<EvalPlan>& plans,
                       const LoadedModel& model) {
  const Engine& engine = *model.engine;
  RunIdentity identity;
  // A checkpoint is what its digest says, wherever it lies: only its own name is kept.
  const bool is_random = engine.weight_files().empty();
  identity.model = is_random ? engine.origin() : fs::path(engine.origin()).filename().string();
  identity.model_digest = ModelDigest(engine);
  identity.tokenizer_digest = TokenizerDigest(engine);
  identity.dtype = Name(engine.dtype());
  identity.numerics = NumericsOf(*model.context);
  identity.seed = options.seed;
  identity.max_length = engine.max_length();
  identity.flags = SemanticFlags(options);
  for (const EvalPlan& plan : plans) {
    identity.flags.merge(DescribeChat(plan.chat.get(), plan.has_system_text));
  }
  for (const EvalPlan& plan : plans) {
    identity.tasks.push_back(
        fmt::format("{} v{} definition {} data {} exemplars {}", plan.task->name(),
                    plan.definition().version, plan.definition().digest, plan.data->data_digest,
                    plan.data->exemplar_digest.empty() ? "none" : plan.data->exemplar_digest));
    identity.prompts[plan.task->name()] = PromptsDigest(plan.prompt_digests);
  }
  return identity;
}

RunReport StartReport(RunIdentity identity, const std::vector<EvalPlan>& plans,
                      const std::vector<std::string>& command, const LoadedModel& model) {
  RunReport report;
  report.identity = std::move(identity);
  for (const EvalPlan& plan : plans) {
    report.definitions[plan.definition().name] = plan.definition().json;
  }
  report.version = MEVAL_VERSION;
  report.command = command;
  report.started_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  report.host = DescribeHost(*model.context);
  report.model_summary = model.engine->config().Describe();
  report.is_demonstration_model = model.is_demonstration;
  report.numbers["parameters"] = static_cast<double>(model.engine->config().num_parameters());
  report.numbers["bits_per_weight"] = 8.0 * static_cast<double>(SizeOf(model.engine->dtype()));
  return report;
}

TaskResult RunTask(const EvalPlan& plan, EncodedTask encoded, const EvalEnvironment& environment,
                   std::vector<SampleResult>& samples, bool& is_complete) {
  const TaskDefinition& task = plan.definition();
  const auto begin = std::chrono::steady_clock::now();
  const std::int64_t window_length = encoded.window_length;
  environment.progress.Begin(task.name, static_cast<std::int64_t>(plan.selected.size()),
                             task.execution ? "" : HeadlineName(plan));
  EvalOutcome outcome = task.request == RequestKind::kLoglikelihood
                            ? LoglikelihoodEval(plan, std::move(encoded), environment)
                        : task.request == RequestKind::kRolling
                            ? RollingEval(plan, std::move(encoded), environment)
                            : GenerationEval(plan, std::move(encoded), environment);
  environment.progress.End();
  TaskResult result = AggregateTask(plan, outcome);
  result.fewshot_mode = FewShotName(plan.fewshot);
  result.settings = SettingsOf(plan, window_length, environment.code);
  const EngineStats stats = environment.model.stats();
  result.timing.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  SetWork(stats, result.timing);
  result.timing.tokens_requested += outcome.tokens_of_duplicates;
  result.timing.requests_from_journal = outcome.requests_from_journal;
  SetEnergy(environment.model.joules(), result.metrics, result.timing);
  is_complete = outcome.is_complete;
  samples = std::move(outcome.samples);
  return result;
}

}  // namespace meval
