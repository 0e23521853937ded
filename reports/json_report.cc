#include "reports/json_report.h"

#include <cstddef>
#include <ostream>
#include <utility>
#include <vector>

#include "reports/json/record_json.h"
#include "reports/json/strict_json.h"

namespace meval {
namespace {

OrderedJson IdentityJson(const RunIdentity& identity) {
  return {{"model", identity.model},
          {"model_digest", identity.model_digest},
          {"tokenizer_digest", identity.tokenizer_digest},
          {"dtype", identity.dtype},
          {"numerics", identity.numerics},
          {"seed", identity.seed},
          {"max_length", identity.max_length},
          {"flags", ToObject(identity.flags)},
          {"tasks", OrderedJson(identity.tasks)},
          {"prompts", ToObject(identity.prompts)}};
}

OrderedJson ModelJson(const RunReport& run) {
  return {{"summary", run.model_summary},
          {"is_demonstration", run.is_demonstration_model},
          {"numbers", ToObject(run.numbers)}};
}

OrderedJson HostJson(const RunReport& run) {
  OrderedJson data_paths = OrderedJson::object();
  for (const TaskResult& task : run.tasks) {
    data_paths[task.task] = ToArray(task.inputs, [](const InputFile& input) { return input.path; });
  }
  OrderedJson json = {
      {"hostname", run.host.hostname},           {"cpu", run.host.cpu},
      {"num_threads", run.host.num_threads},     {"cpu_path", run.host.cpu_path},
      {"gemm_provider", run.host.gemm_provider}, {"build", run.host.build},
      {"command", OrderedJson(run.command)},     {"data_paths", std::move(data_paths)}};
  if (!run.host.matmul_algorithms.empty()) {
    json["matmul_algorithms"] = OrderedJson(run.host.matmul_algorithms);
  }
  return json;
}

OrderedJson SubsetJson(const SubsetResult& subset) {
  return {{"name", subset.name},
          {"kind", subset.kind},
          {"n", subset.n},
          {"metrics", ToArray(subset.metrics, MetricJson)}};
}

OrderedJson PublishedJson(const PublishedComparison& published) {
  return {{"model", published.model},
          {"variant", published.variant},
          {"metric", published.metric},
          {"value", published.value},
          {"source", published.source}};
}

OrderedJson CountersJson(const TaskCounters& counters) {
  return {{"truncated_prompts", counters.truncated_prompts},
          {"boundary_merges", counters.boundary_merges},
          {"invalid_answers", counters.invalid_answers},
          {"empty_completions", counters.empty_completions},
          {"length_stops", counters.length_stops},
          {"duplicate_questions", counters.duplicate_questions},
          {"unscored", counters.unscored}};
}

// Without its folder, which may differ between two machines; "host.data_paths" has it whole.
OrderedJson InputJson(const InputFile& input) {
  return {{"role", input.role},
          {"file", input.path.substr(input.path.rfind('/') + 1)},
          {"records", input.records},
          {"sha256", input.sha256},
          {"shape", input.shape}};
}

OrderedJson TaskJson(const TaskResult& task) {
  OrderedJson json = {{"task", task.task},
                      {"version", task.version},
                      {"title", task.title},
                      {"request", task.request},
                      {"shots", task.shots},
                      {"fewshot_mode", task.fewshot_mode},
                      {"num_documents", task.num_documents},
                      {"num_documents_total", task.num_documents_total},
                      {"num_requests", task.num_requests},
                      {"is_demonstration", task.is_demonstration},
                      {"settings", ToObject(task.settings)},
                      {"metrics", ToArray(task.metrics, MetricJson)},
                      {"subsets", ToArray(task.subsets, SubsetJson)},
                      {"published", ToArray(task.published, PublishedJson)},
                      {"counters", CountersJson(task.counters)},
                      {"warnings", OrderedJson(task.warnings)},
                      {"inputs", ToArray(task.inputs, InputJson)},
                      {"data_digest", task.data_digest},
                      {"exemplar_digest", task.exemplar_digest},
                      {"prompt_digest", task.prompt_digest},
                      {"definition_digest", task.definition_digest},
                      {"samples_digest", task.samples_digest}};
  if (!task.verdicts.empty()) json["verdicts"] = ToObject(task.verdicts);
  return json;
}

OrderedJson PublishedRowJson(const PublishedTableRow& row) {
  return {{"label", row.label},
          {"task", row.task},
          {"metric", row.metric},
          {"value", OrNull(row.value)},
          {"standard_error", OrNull(row.standard_error)},
          {"n", row.n},
          {"published", row.published},
          {"variant", row.variant},
          {"note", row.note}};
}

OrderedJson GroupJson(const GroupResult& group) {
  OrderedJson json = {{"group", group.group},
                      {"title", group.title},
                      {"members", OrderedJson(group.members)},
                      {"metrics", ToArray(group.metrics, MetricJson)}};
  if (group.published) {
    json["published"] = {{"title", group.published->title},
                         {"model", group.published->model},
                         {"source", group.published->source},
                         {"rows", ToArray(group.published->rows, PublishedRowJson)}};
  }
  return json;
}

// What run.json says of a task, as far as it is known when the run starts.
OrderedJson TaskDigestsJson(const TaskResult& task) {
  return {{"task", task.task},
          {"version", task.version},
          {"shots", task.shots},
          {"num_documents", task.num_documents},
          {"data_digest", task.data_digest},
          {"exemplar_digest", task.exemplar_digest},
          {"prompt_digest", task.prompt_digest},
          {"definition_digest", task.definition_digest}};
}

OrderedJson TaskTimingJson(const TaskResult& task) {
  OrderedJson json = {{"task", task.task},
                      {"seconds", task.timing.seconds},
                      {"tokens_requested", task.timing.tokens_requested},
                      {"tokens_fed", task.timing.tokens_fed},
                      {"tokens_generated", task.timing.tokens_generated},
                      {"requests_from_journal", task.timing.requests_from_journal},
                      {"model_seconds", task.timing.model_seconds},
                      {"steps", task.timing.steps},
                      {"rows_scored", task.timing.rows_scored},
                      {"tokens_refed", task.timing.tokens_refed},
                      {"peak_kv_pages", task.timing.peak_kv_pages},
                      {"flops", task.timing.flops},
                      {"bytes", task.timing.bytes},
                      {"ceiling_seconds", OrNull(task.timing.ceiling_seconds)}};
  if (!task.timing.joules) return json;
  const auto add = [&](const char* key, const auto& value) {
    if (value) json[key] = *value;
  };
  add("joules", task.timing.joules);
  add("joules_per_token_fed", task.timing.JoulesPerTokenFed());
  add("correct_answers", task.timing.correct_answers);
  add("joules_per_correct_answer", task.timing.JoulesPerCorrectAnswer());
  return json;
}

OrderedJson CeilingJson(const std::optional<MachineCeiling>& ceiling) {
  if (!ceiling) return nullptr;
  return {{"read_bytes_per_second", ceiling->read_bytes_per_second},
          {"matmul_flops_per_second", ceiling->matmul_flops_per_second}};
}

OrderedJson ChoiceJson(const ChoiceResult& choice) {
  OrderedJson json = {{"text", choice.text}};
  if (!choice.prefix.empty()) json["prefix"] = choice.prefix;
  json["logprob"] = choice.logprob;
  json["num_tokens"] = choice.num_tokens;
  json["is_greedy"] = choice.is_greedy;
  if (choice.unconditional_logprob) json["unconditional_logprob"] = *choice.unconditional_logprob;
  return json;
}

OrderedJson CompletionJson(const CompletionResult& completion) {
  OrderedJson json = {{"text", completion.text},
                      {"stop_reason", completion.stop_reason},
                      {"num_tokens", completion.num_tokens},
                      {"extracted", ToObject(completion.extracted)}};
  if (!completion.verdict.empty()) {
    json["verdict"] = completion.verdict;
    json["verdict_detail"] = completion.verdict_detail;
  }
  return json;
}

OrderedJson RollingJson(const RollingResult& rolling) {
  const auto window_json = [](const WindowResult& window) -> OrderedJson {
    return {{"num_tokens", window.num_tokens}, {"logprob", window.logprob}};
  };
  return {{"logprob", rolling.logprob},
          {"num_words", rolling.num_words},
          {"num_bytes", rolling.num_bytes},
          {"num_tokens", rolling.num_tokens},
          {"windows", ToArray(rolling.windows, window_json)}};
}

OrderedJson SampleJson(const SampleResult& sample) {
  OrderedJson json = {{"index", sample.index},
                      {"id", sample.id},
                      {"source", sample.source},
                      {"digest", sample.digest}};
  if (!sample.group.empty()) json["group"] = sample.group;
  if (!sample.slices.empty()) json["slices"] = sample.slices;
  json["prompt_digest"] = sample.prompt_digest;
  json["question"] = sample.question;
  json["exemplars"] = sample.exemplars;
  if (!sample.gold.empty()) json["gold"] = sample.gold;
  if (!sample.references.empty()) json["references"] = sample.references;
  if (!sample.choices.empty()) json["choices"] = ToArray(sample.choices, ChoiceJson);
  if (sample.program) {
    json["program"] = {{"before", sample.program->before}, {"after", sample.program->after}};
  }
  if (!sample.completions.empty()) {
    json["completions"] = ToArray(sample.completions, CompletionJson);
  }
  if (sample.rolling) json["rolling"] = RollingJson(*sample.rolling);
  json["metrics"] = ToObject(sample.metrics);
  if (sample.margin) json["margin"] = *sample.margin;
  if (sample.gold_probability) json["gold_probability"] = *sample.gold_probability;
  if (sample.truncated) {
    json["truncated"] = {{"shots_dropped", sample.truncated->shots_dropped},
                         {"chars_dropped", sample.truncated->chars_dropped},
                         {"tokens_dropped", sample.truncated->tokens_dropped}};
  }
  json["boundary_merge"] = sample.boundary_merge;
  json["scored"] = sample.scored;
  return json;
}

}  // namespace

void WriteRunJson(const RunReport& run, std::ostream& out) {
  OrderedJson json = {
      {"schema_version", kReportSchemaVersion},       {"version", run.version},
      {"identity", IdentityJson(run.identity)},       {"model", ModelJson(run)},
      {"tasks", ToArray(run.tasks, TaskDigestsJson)}, {"definitions", ToObject(run.definitions)},
      {"timing", {{"started_at", run.started_at}}},   {"host", HostJson(run)}};
  out << DumpStrict(std::move(json), "run.json", 2) << '\n';
}

void WriteResultsJson(const RunReport& run, std::ostream& out) {
  OrderedJson json = {{"schema_version", kReportSchemaVersion},
                      {"version", run.version},
                      {"identity", IdentityJson(run.identity)},
                      {"model", ModelJson(run)},
                      {"tasks", ToArray(run.tasks, TaskJson)},
                      {"groups", ToArray(run.groups, GroupJson)},
                      {"timing",
                       {{"started_at", run.started_at},
                        {"seconds", run.seconds},
                        {"ceiling", CeilingJson(run.ceiling)},
                        {"tasks", ToArray(run.tasks, TaskTimingJson)}}},
                      {"host", HostJson(run)}};
  if (!run.energy_source.empty()) json["timing"]["energy_source"] = run.energy_source;
  out << DumpStrict(std::move(json), "results.json", 2) << '\n';
}

void WriteSampleJson(const SampleResult& sample, std::ostream& out) {
  out << DumpStrict(SampleJson(sample), "sample " + std::to_string(sample.index), -1) << '\n';
}

void WriteSamplesJsonl(std::span<const SampleResult> samples, std::ostream& out) {
  for (const SampleResult& sample : samples) WriteSampleJson(sample, out);
}

}  // namespace meval
