#include "reports/read_report.h"

#include <cstddef>
#include <istream>
#include <utility>

#include "reports/json/json_cursor.h"
#include "reports/json/record_json.h"
#include "reports/json/strict_json.h"

namespace meval {
namespace {

constexpr char kRunAdvice[] =
    "this is not the record of a run of this version. Choose another --out, or remove the "
    "directory to start again";
constexpr char kReportAdvice[] =
    "this is not a report of this version, or it is damaged. The command of the run, with the same "
    "--out, writes it again from the journal";

void RequireVersion(const JsonFile& file) {
  const std::int64_t version = JsonCursor(file).At("schema_version").Integer();
  if (version != kReportSchemaVersion) {
    file.Fail("schema_version", std::to_string(kReportSchemaVersion), std::to_string(version));
  }
}

std::vector<std::string> Texts(const JsonCursor& array) {
  return List(array, [](const JsonCursor& item) { return item.Text(); });
}

std::vector<std::int64_t> Integers(const JsonCursor& array) {
  return List(array, [](const JsonCursor& item) { return item.Integer(); });
}

RunIdentity ReadIdentity(const JsonCursor& record) {
  RunIdentity identity;
  identity.model = record.At("model").Text();
  identity.model_digest = record.At("model_digest").Text();
  identity.tokenizer_digest = record.At("tokenizer_digest").Text();
  identity.dtype = record.At("dtype").Text();
  identity.seed = record.At("seed").Integer();
  identity.max_length = record.At("max_length").Integer();
  identity.flags = TextMap(record.At("flags"));
  identity.tasks = Texts(record.At("tasks"));
  // Two keys that earlier records lack: such a run differs in them and is not continued.
  if (const auto numerics = record.Find("numerics")) identity.numerics = numerics->Text();
  if (const auto prompts = record.Find("prompts")) identity.prompts = TextMap(*prompts);
  return identity;
}

SubsetResult ReadSubset(const JsonCursor& record) {
  return {record.At("name").Text(), record.At("kind").Text(), record.At("n").Integer(),
          List(record.At("metrics"), ReadMetric)};
}

PublishedComparison ReadPublished(const JsonCursor& record) {
  return {record.At("model").Text(), record.At("variant").Text(), record.At("metric").Text(),
          record.At("value").Number(), record.At("source").Text()};
}

InputFile ReadInput(const JsonCursor& record) {
  return {record.At("role").Text(), record.At("file").Text(), record.At("records").Integer(),
          record.At("sha256").Text(), record.At("shape").Text()};
}

TaskCounters ReadCounters(const JsonCursor& record) {
  return {.truncated_prompts = record.At("truncated_prompts").Integer(),
          .boundary_merges = record.At("boundary_merges").Integer(),
          .invalid_answers = record.At("invalid_answers").Integer(),
          .empty_completions = record.At("empty_completions").Integer(),
          .length_stops = record.At("length_stops").Integer(),
          .duplicate_questions = record.At("duplicate_questions").Integer(),
          .unscored = record.At("unscored").Integer()};
}

TaskResult ReadTask(const JsonCursor& record) {
  TaskResult task;
  task.task = record.At("task").Text();
  task.version = record.At("version").Integer();
  task.title = record.At("title").Text();
  task.request = record.At("request").Text();
  task.shots = record.At("shots").Integer();
  task.fewshot_mode = record.At("fewshot_mode").Text();
  task.num_documents = record.At("num_documents").Integer();
  task.num_documents_total = record.At("num_documents_total").Integer();
  task.num_requests = record.At("num_requests").Integer();
  task.is_demonstration = record.At("is_demonstration").Boolean();
  task.settings = TextMap(record.At("settings"));
  task.metrics = List(record.At("metrics"), ReadMetric);
  task.subsets = List(record.At("subsets"), ReadSubset);
  task.published = List(record.At("published"), ReadPublished);
  task.counters = ReadCounters(record.At("counters"));
  task.warnings = Texts(record.At("warnings"));
  task.inputs = List(record.At("inputs"), ReadInput);
  task.data_digest = record.At("data_digest").Text();
  task.exemplar_digest = record.At("exemplar_digest").Text();
  task.prompt_digest = record.At("prompt_digest").Text();
  task.definition_digest = record.At("definition_digest").Text();
  if (const auto verdicts = record.Find("verdicts")) {
    for (const auto& [verdict, count] : verdicts->Members()) {
      task.verdicts[verdict] = count.Integer();
    }
  }
  if (const auto digest = record.Find("samples_digest")) task.samples_digest = digest->Text();
  return task;
}

PublishedTableRow ReadPublishedRow(const JsonCursor& record) {
  return {.label = record.At("label").Text(),
          .task = record.At("task").Text(),
          .metric = record.At("metric").Text(),
          .value = OptionalNumber(record.At("value")),
          .standard_error = OptionalNumber(record.At("standard_error")),
          .n = record.At("n").Integer(),
          .published = record.At("published").Number(),
          .variant = record.At("variant").Text(),
          .note = record.At("note").Text()};
}

GroupResult ReadGroup(const JsonCursor& record) {
  GroupResult group;
  group.group = record.At("group").Text();
  group.title = record.At("title").Text();
  group.members = Texts(record.At("members"));
  group.metrics = List(record.At("metrics"), ReadMetric);
  if (const auto table = record.Find("published")) {
    group.published = {table->At("title").Text(), table->At("model").Text(),
                       table->At("source").Text(), List(table->At("rows"), ReadPublishedRow)};
  }
  return group;
}

Timing ReadTiming(const JsonCursor& record) {
  Timing timing = {.seconds = record.At("seconds").Number(),
                   .tokens_requested = record.At("tokens_requested").Integer(),
                   .tokens_fed = record.At("tokens_fed").Integer(),
                   .tokens_generated = record.At("tokens_generated").Integer(),
                   .requests_from_journal = record.At("requests_from_journal").Integer(),
                   .model_seconds = record.At("model_seconds").Number(),
                   .steps = record.At("steps").Integer(),
                   .rows_scored = record.At("rows_scored").Integer(),
                   .tokens_refed = record.At("tokens_refed").Integer(),
                   .peak_kv_pages = record.At("peak_kv_pages").Integer(),
                   .flops = record.At("flops").Number(),
                   .bytes = record.At("bytes").Number(),
                   .ceiling_seconds = OptionalNumber(record.At("ceiling_seconds"))};
  if (const auto joules = record.Find("joules")) timing.joules = joules->Number();
  if (const auto answers = record.Find("correct_answers")) {
    timing.correct_answers = answers->Integer();
  }
  return timing;
}

// "timing.tasks" has the tasks in the order of "tasks".
void ReadTimings(const JsonCursor& record, RunReport& run) {
  run.started_at = record.At("started_at").Text();
  run.seconds = record.At("seconds").Number();
  if (const JsonCursor ceiling = record.At("ceiling"); !ceiling.IsNull()) {
    run.ceiling = {.read_bytes_per_second = ceiling.At("read_bytes_per_second").Number(),
                   .matmul_flops_per_second = ceiling.At("matmul_flops_per_second").Number()};
  }
  if (const auto source = record.Find("energy_source")) run.energy_source = source->Text();
  const std::vector<Timing> timings = List(record.At("tasks"), ReadTiming);
  if (timings.size() != run.tasks.size()) {
    record.At("tasks").Fail(std::to_string(run.tasks.size()) + " elements, as in \"tasks\"",
                            std::to_string(timings.size()));
  }
  for (std::size_t i = 0; i < timings.size(); ++i) run.tasks[i].timing = timings[i];
}

HostInfo ReadHost(const JsonCursor& record) {
  HostInfo host = {.hostname = record.At("hostname").Text(),
                   .cpu = record.At("cpu").Text(),
                   .num_threads = static_cast<int>(record.At("num_threads").Integer()),
                   .cpu_path = record.At("cpu_path").Text(),
                   .gemm_provider = record.At("gemm_provider").Text(),
                   .build = record.At("build").Text()};
  if (const auto algorithms = record.Find("matmul_algorithms")) {
    for (const JsonCursor& line : algorithms->Items()) {
      host.matmul_algorithms.push_back(line.Text());
    }
  }
  return host;
}

ChoiceResult ReadChoice(const JsonCursor& record) {
  ChoiceResult choice = {.text = record.At("text").Text(),
                         .logprob = record.At("logprob").Number(),
                         .num_tokens = record.At("num_tokens").Integer(),
                         .is_greedy = record.At("is_greedy").Boolean()};
  if (const auto prefix = record.Find("prefix")) choice.prefix = prefix->Text();
  if (const auto logprob = record.Find("unconditional_logprob")) {
    choice.unconditional_logprob = logprob->Number();
  }
  return choice;
}

CompletionResult ReadCompletion(const JsonCursor& record) {
  CompletionResult completion;
  completion.text = record.At("text").Text();
  completion.stop_reason = record.At("stop_reason").Text();
  completion.num_tokens = record.At("num_tokens").Integer();
  completion.extracted = TextMap(record.At("extracted"));
  if (const auto verdict = record.Find("verdict")) {
    completion.verdict = verdict->Text();
    completion.verdict_detail = record.At("verdict_detail").Text();
  }
  return completion;
}

WindowResult ReadWindow(const JsonCursor& record) {
  return {.num_tokens = record.At("num_tokens").Integer(),
          .logprob = record.At("logprob").Number()};
}

RollingResult ReadRolling(const JsonCursor& record) {
  return {.logprob = record.At("logprob").Number(),
          .num_words = record.At("num_words").Integer(),
          .num_bytes = record.At("num_bytes").Integer(),
          .num_tokens = record.At("num_tokens").Integer(),
          .windows = List(record.At("windows"), ReadWindow)};
}

SampleResult ReadSample(const JsonCursor& record) {
  SampleResult sample;
  sample.index = record.At("index").Integer();
  sample.id = record.At("id").Text();
  sample.source = record.At("source").Text();
  sample.digest = record.At("digest").Text();
  if (const auto group = record.Find("group")) sample.group = group->Text();
  if (const auto slices = record.Find("slices")) sample.slices = TextMap(*slices);
  sample.prompt_digest = record.At("prompt_digest").Text();
  sample.question = record.At("question").Text();
  sample.exemplars = Texts(record.At("exemplars"));
  if (const auto gold = record.Find("gold")) sample.gold = Integers(*gold);
  if (const auto references = record.Find("references")) sample.references = Texts(*references);
  if (const auto choices = record.Find("choices")) sample.choices = List(*choices, ReadChoice);
  if (const auto program = record.Find("program")) {
    sample.program = {.before = program->At("before").Text(), .after = program->At("after").Text()};
  }
  if (const auto completions = record.Find("completions")) {
    sample.completions = List(*completions, ReadCompletion);
  }
  if (const auto rolling = record.Find("rolling")) sample.rolling = ReadRolling(*rolling);
  sample.metrics = NumberMap(record.At("metrics"));
  if (const auto margin = record.Find("margin")) sample.margin = margin->Number();
  if (const auto gold = record.Find("gold_probability")) sample.gold_probability = gold->Number();
  if (const auto cut = record.Find("truncated")) {
    sample.truncated = {.shots_dropped = cut->At("shots_dropped").Integer(),
                        .chars_dropped = cut->At("chars_dropped").Integer(),
                        .tokens_dropped = cut->At("tokens_dropped").Integer()};
  }
  sample.boundary_merge = record.At("boundary_merge").Boolean();
  sample.scored = record.At("scored").Boolean();
  return sample;
}

}  // namespace

RunIdentity ReadRunIdentity(std::istream& in, const std::string& name) {
  return ReadRunJson(in, name).identity;
}

RunRecord ReadRunJson(std::istream& in, const std::string& name) {
  const JsonFile file(ReadText(in, name), name, kRunAdvice);
  RequireVersion(file);
  const JsonCursor root(file);
  RunRecord record = {.identity = ReadIdentity(root.At("identity")), .definitions = {}};
  if (const auto definitions = root.Find("definitions")) record.definitions = TextMap(*definitions);
  return record;
}

RunReport ReadResultsJson(std::istream& in, const std::string& name) {
  const JsonFile file(ReadText(in, name), name, kReportAdvice);
  RequireVersion(file);
  const JsonCursor root(file);
  RunReport run;
  run.version = root.At("version").Text();
  run.identity = ReadIdentity(root.At("identity"));
  run.model_summary = root.At("model").At("summary").Text();
  run.is_demonstration_model = root.At("model").At("is_demonstration").Boolean();
  if (const auto numbers = root.At("model").Find("numbers")) run.numbers = NumberMap(*numbers);
  run.tasks = List(root.At("tasks"), ReadTask);
  // Reports of earlier versions have no groups.
  if (const auto groups = root.Find("groups")) run.groups = List(*groups, ReadGroup);
  ReadTimings(root.At("timing"), run);
  run.host = ReadHost(root.At("host"));
  run.command = Texts(root.At("host").At("command"));
  return run;
}

std::vector<SampleResult> ReadSamplesJsonl(std::string_view text, const std::string& name) {
  std::vector<SampleResult> samples;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::string where = name + ":" + std::to_string(samples.size() + 1);
    const std::size_t end = text.find('\n', begin);
    const JsonFile file(text.substr(begin, end - begin), where, kReportAdvice);
    if (end == text.npos) file.Fail("", "a line end behind the line", "the end of the file");
    samples.push_back(ReadSample(JsonCursor(file)));
    begin = end + 1;
  }
  return samples;
}

}  // namespace meval
