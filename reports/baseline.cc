#include "reports/baseline.h"

#include <istream>
#include <ostream>
#include <utility>

#include "reports/json/json_cursor.h"
#include "reports/json/record_json.h"
#include "reports/json/strict_json.h"
#include "reports/utf8.h"

namespace meval {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr char kAdvice[] =
    "this is not a baseline of this version, or it is damaged. `mistral-eval compare RUN "
    "--write-baseline FILE` writes one";

OrderedJson HeaderJson(const RunOutcomes& run) {
  return {{"baseline", "mistral-eval"},
          {"format", kFormat},
          {"version", run.version},
          {"started_at", run.started_at},
          {"model", run.model},
          {"model_digest", run.model_digest},
          {"model_summary", run.model_summary},
          {"dtype", run.dtype},
          {"numerics", run.numerics},
          {"machine", run.machine},
          {"is_demonstration_model", run.is_demonstration_model},
          {"numbers", ToObject(run.numbers)},
          {"num_tasks", run.tasks.size()}};
}

OrderedJson TaskJson(const TaskOutcomes& task) {
  const auto metric_json = [](const ComparedMetric& metric) {
    OrderedJson json = MetricJson(metric.value);
    json["aggregate"] = Name(metric.aggregate);
    return json;
  };
  return {{"task", task.task},
          {"task_version", task.version},
          {"title", task.title},
          {"shots", task.shots},
          {"is_demonstration", task.is_demonstration},
          {"settings", ToObject(task.settings)},
          {"data_digest", task.data_digest},
          {"prompt_digest", task.prompt_digest},
          {"metrics", ToArray(task.metrics, metric_json)},
          {"model_seconds", OrderedJson(task.model_seconds)},
          {"num_records", task.records.size()}};
}

// The first bytes of a text, whole characters only.
std::string Cut(std::string_view text) {
  if (text.size() <= kMostAnswerBytes) return std::string(text);
  std::size_t size = 0;
  for (;;) {
    const std::size_t next = size + NextUtf8(text.substr(size)).size;
    if (next > kMostAnswerBytes) return std::string(text.substr(0, size)) + "…";
    size = next;
  }
}

OrderedJson RecordJson(const RecordOutcome& record) {
  OrderedJson json = {{"id", record.id},
                      {"digest", ShortDigest(record.digest)},
                      {"prompt_digest", ShortDigest(record.prompt_digest)},
                      {"answers_digest", ShortDigest(record.answers_digest)}};
  if (!record.group.empty()) json["group"] = record.group;
  json["answer"] = Cut(record.answer);
  json["scores"] = ToObject(record.scores);
  if (!record.rows.empty()) json["rows"] = ToObject(record.rows);
  return json;
}

std::vector<double> Numbers(const JsonCursor& array) {
  return List(array, [](const JsonCursor& item) { return item.Number(); });
}

ComparedMetric ReadComparedMetric(const JsonCursor& record) {
  const JsonCursor name = record.At("aggregate");
  const std::optional<Aggregate> aggregate = ParseAggregate(name.Text());
  if (!aggregate) name.Fail("mean, bleu, perplexity or bits_per_byte", "\"" + name.Text() + "\"");
  return {ReadMetric(record), *aggregate};
}

RecordOutcome ReadRecord(const JsonCursor& line) {
  RecordOutcome record;
  record.id = line.At("id").Text();
  record.digest = line.At("digest").Text();
  record.prompt_digest = line.At("prompt_digest").Text();
  record.answers_digest = line.At("answers_digest").Text();
  if (const auto group = line.Find("group")) record.group = group->Text();
  record.answer = line.At("answer").Text();
  record.scores = NumberMap(line.At("scores"));
  if (const auto rows = line.Find("rows")) {
    for (const auto& [name, value] : rows->Members()) record.rows[name] = Numbers(value);
  }
  return record;
}

TaskOutcomes ReadTask(const JsonCursor& line) {
  TaskOutcomes task;
  task.task = line.At("task").Text();
  task.version = line.At("task_version").Integer();
  task.title = line.At("title").Text();
  task.shots = line.At("shots").Integer();
  task.is_demonstration = line.At("is_demonstration").Boolean();
  task.settings = TextMap(line.At("settings"));
  task.data_digest = line.At("data_digest").Text();
  task.prompt_digest = line.At("prompt_digest").Text();
  task.metrics = List(line.At("metrics"), ReadComparedMetric);
  task.model_seconds = Numbers(line.At("model_seconds"));
  return task;
}

RunOutcomes ReadHeader(const JsonFile& file) {
  const JsonCursor line(file);
  if (line.At("baseline").Text() != "mistral-eval") {
    line.At("baseline").Fail("\"mistral-eval\"", "\"" + line.At("baseline").Text() + "\"");
  }
  if (const std::int64_t format = line.At("format").Integer(); format != kFormat) {
    line.At("format").Fail(std::to_string(kFormat), std::to_string(format));
  }
  RunOutcomes run;
  run.source = OutcomeSource::kBaseline;
  run.version = line.At("version").Text();
  run.started_at = line.At("started_at").Text();
  run.model = line.At("model").Text();
  run.model_digest = line.At("model_digest").Text();
  run.model_summary = line.At("model_summary").Text();
  run.dtype = line.At("dtype").Text();
  run.numerics = line.At("numerics").Text();
  run.machine = line.At("machine").Text();
  run.is_demonstration_model = line.At("is_demonstration_model").Boolean();
  if (const auto numbers = line.Find("numbers")) run.numbers = NumberMap(*numbers);
  return run;
}

// Lines with their numbers, each parsed as it is asked for.
class Lines {
 public:
  Lines(std::istream& in, std::string name) : text_(ReadText(in, name)), name_(std::move(name)) {}

  JsonFile Next() {
    ++number_;
    const std::size_t end = text_.find('\n', begin_);
    const std::string_view line = std::string_view(text_).substr(begin_, end - begin_);
    const std::string where = name_ + ":" + std::to_string(number_);
    begin_ = end == text_.npos ? text_.size() : end + 1;
    return {line, where, kAdvice};
  }
  bool IsAtEnd() const { return begin_ == text_.size(); }

 private:
  std::string text_;
  std::string name_;
  std::size_t begin_ = 0;
  std::size_t number_ = 0;
};

}  // namespace

void WriteBaseline(const RunOutcomes& run, std::ostream& out) {
  out << DumpStrict(HeaderJson(run), "baseline", -1) << '\n';
  for (const TaskOutcomes& task : run.tasks) {
    out << DumpStrict(TaskJson(task), "baseline of " + task.task, -1) << '\n';
    for (const RecordOutcome& record : task.records) {
      out << DumpStrict(RecordJson(record), "baseline of " + record.id, -1) << '\n';
    }
  }
}

RunOutcomes ReadBaseline(std::istream& in, const std::string& name) {
  Lines lines(in, name);
  const JsonFile header = lines.Next();
  RunOutcomes run = ReadHeader(header);
  run.name = name;
  const std::int64_t num_tasks = JsonCursor(header).At("num_tasks").Integer();
  for (std::int64_t t = 0; t < num_tasks; ++t) {
    const JsonFile file = lines.Next();
    TaskOutcomes task = ReadTask(JsonCursor(file));
    const std::int64_t num_records = JsonCursor(file).At("num_records").Integer();
    for (std::int64_t i = 0; i < num_records; ++i) {
      task.records.push_back(ReadRecord(JsonCursor(lines.Next())));
    }
    run.tasks.push_back(std::move(task));
  }
  if (!lines.IsAtEnd()) {
    lines.Next().Fail("", "the end of the file behind " + std::to_string(num_tasks) + " tasks",
                      "another line");
  }
  return run;
}

bool IsBaseline(std::string_view first_line) {
  return first_line.starts_with(R"({"baseline":"mistral-eval")");
}

}  // namespace meval
