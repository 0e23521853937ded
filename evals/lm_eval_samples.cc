#include "evals/lm_eval_samples.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "evals/flags.h"
#include "evals/jsonl_lines.h"
#include "metrics/aggregate.h"
#include "metrics/multiple_choice.h"
#include "tasks/digest.h"
#include "tasks/error.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kPrefix = "samples_";
constexpr std::string_view kSuffix = ".jsonl";

// "samples_mmlu_anatomy_2026-01-31T10-00-00.123456.jsonl" -> "mmlu_anatomy" and the time, which
// sorts as text; the time is "" where there is none.
struct LogName {
  std::string task;
  std::string time;
};

LogName ParseName(const fs::path& file) {
  std::string stem = file.filename().string();
  if (stem.ends_with(kSuffix)) stem.resize(stem.size() - kSuffix.size());
  if (stem.starts_with(kPrefix)) stem.erase(0, kPrefix.size());
  const std::size_t underscore = stem.rfind('_');
  if (underscore == std::string::npos) return {stem, ""};
  const std::string tail = stem.substr(underscore + 1);
  const bool is_time = tail.size() > 10 && tail[4] == '-' && tail[7] == '-' && tail[10] == 'T';
  return is_time ? LogName{stem.substr(0, underscore), tail} : LogName{stem, ""};
}

// Context and continuation, or context and settings, of each request, in their order.
std::vector<const Json*> Requests(const JsonLine& line) {
  const char* expected = "requests, as a list or as an object of gen_args_0, gen_args_1, ...";
  const auto found = line.fields.find("arguments");
  if (found == line.fields.end()) ThrowField(line, "arguments", expected, "nothing");
  std::vector<const Json*> requests;
  if (found->is_array()) {
    for (const Json& request : *found) requests.push_back(&request);
  } else if (found->is_object()) {
    for (std::size_t i = 0; i < found->size(); ++i) {
      const auto request = found->find(fmt::format("gen_args_{}", i));
      if (request != found->end()) requests.push_back(&*request);
    }
  }
  if (requests.empty()) ThrowField(line, "arguments", expected, found->type_name());
  return requests;
}

// Part 0 (the context) or 1 of a request; null where it has no such part.
const Json* Part(const Json& request, std::size_t part) {
  if (request.is_array()) return part < request.size() ? &request[part] : nullptr;
  if (!request.is_object()) return nullptr;
  const auto found = request.find(fmt::format("arg_{}", part));
  return found == request.end() ? nullptr : &*found;
}

std::string ContextOf(const JsonLine& line, const Json& request) {
  const Json* context = Part(request, 0);
  if (context == nullptr || !context->is_string()) {
    ThrowField(line, "arguments", "a context as the first argument of every request",
               context == nullptr ? "nothing" : context->type_name());
  }
  return context->get<std::string>();
}

// The continuations that were scored; none for a generation.
std::vector<std::string> Continuations(const std::vector<const Json*>& requests) {
  std::vector<std::string> continuations;
  for (const Json* request : requests) {
    const Json* continuation = Part(*request, 1);
    if (continuation != nullptr && continuation->is_string()) {
      continuations.push_back(continuation->get<std::string>());
    }
  }
  return continuations;
}

// A number, or text that is one: newer logs write log-likelihoods as text.
std::optional<double> AsNumber(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.get_ref<const std::string&>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string Trimmed(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(" \n"), text.size()));
  return text;
}

// What was chosen by "filtered_resps", [[logprob, is_greedy], ...]: the likeliest continuation, and
// the likeliest per character. "" where the responses are no such list.
LmEvalAnswer ChosenOf(const Json& responses, const std::vector<std::string>& continuations) {
  if (!responses.is_array() || responses.size() != continuations.size()) return {};
  std::vector<std::string> texts;
  for (const std::string& continuation : continuations) texts.push_back(Trimmed(continuation));
  std::vector<ScoredChoice> choices;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!responses[i].is_array() || responses[i].empty()) return {};
    const std::optional<double> logprob = AsNumber(responses[i][0]);
    if (!logprob || std::isnan(*logprob)) return {};
    choices.push_back({.text = texts[i], .loglikelihood = *logprob});
  }
  const MultipleChoiceScore scores = ScoreMultipleChoice(choices, std::vector<std::int64_t>{0});
  return {.text = texts[scores.pred], .per_character = texts[scores.pred_norm]};
}

// The first text in lists of lists.
std::string FirstText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_array() && !value.empty() ? FirstText(value[0]) : "";
}

void AddScores(const JsonLine& line, std::map<std::string, double>& scores) {
  const auto listed = line.fields.find("metrics");
  if (listed == line.fields.end()) {
    for (const auto& [key, value] : line.fields.items()) {
      if (value.is_number() && key != "doc_id") scores[key] = value.get<double>();
    }
    return;
  }
  if (!listed->is_array()) ThrowField(line, "metrics", "a list of names", listed->type_name());
  for (const Json& name : *listed) {
    if (!name.is_string()) ThrowField(line, "metrics", "names", name.type_name());
    const auto score = line.fields.find(name.get<std::string>());
    if (score == line.fields.end()) continue;
    if (const auto number = AsNumber(*score)) scores[name.get<std::string>()] = *number;
  }
}

std::string TextOf(const JsonLine& line, const std::string& field) {
  const auto found = line.fields.find(field);
  if (found == line.fields.end()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

// One line: a document under one filter.
void AddLine(const JsonLine& line, const std::string& task,
             std::map<std::int64_t, std::size_t>& by_id, std::vector<LmEvalRecord>& records) {
  const auto id = line.fields.find("doc_id");
  if (id == line.fields.end() || !id->is_number_integer()) {
    ThrowField(line, "doc_id", "a document's number",
               id == line.fields.end() ? "nothing" : id->type_name());
  }
  const auto doc_id = id->get<std::int64_t>();
  const auto [place, is_new] = by_id.try_emplace(doc_id, records.size());
  if (is_new) records.emplace_back();
  LmEvalRecord& record = records[place->second];
  const std::vector<const Json*> requests = Requests(line);
  const std::vector<std::string> continuations = Continuations(requests);
  DigestBuilder prompt;
  prompt.Add(ContextOf(line, *requests.front()));
  for (const std::string& continuation : continuations) prompt.Add(continuation);
  record.id = fmt::format("{}:{}", task, doc_id);
  record.prompt_digest = ShortDigest(prompt.Finish());
  record.expected = TextOf(line, "target");
  const std::string filter = line.fields.contains("filter") ? TextOf(line, "filter") : "none";
  const auto filtered = line.fields.find("filtered_resps");
  if (filtered != line.fields.end()) {
    record.answers[filter] = continuations.empty()
                                 ? LmEvalAnswer{.text = FirstText(*filtered), .per_character = ""}
                                 : ChosenOf(*filtered, continuations);
  }
  const auto responses = line.fields.find("resps");
  if (continuations.empty() && responses != line.fields.end()) {
    record.completion = FirstText(*responses);
  }
  AddScores(line, record.scores[filter]);
}

// The filter that one of our metrics' names means, or nothing: see the header.
std::optional<std::string> FilterOf(const LmEvalRecord& record, const std::string& metric) {
  const std::size_t comma = metric.find(',');
  const std::string stem = metric.substr(0, comma);
  const std::string wanted = comma == std::string::npos ? "none" : metric.substr(comma + 1);
  for (const auto& [filter, scores] : record.scores) {
    const bool is_meant = comma == std::string::npos
                              ? filter == wanted || record.scores.size() == 1
                              : filter == wanted || filter.starts_with(wanted + "-");
    if (is_meant && scores.contains(stem)) return filter;
  }
  return std::nullopt;
}

// The metrics of a task that every record has; only fractions, since other units are not said.
std::vector<ComparedMetric> SharedMetrics(const TaskOutcomes& like,
                                          std::span<const LmEvalRecord* const> records) {
  std::vector<ComparedMetric> shared;
  for (const ComparedMetric& metric : like.metrics) {
    if (metric.aggregate != Aggregate::kMean || metric.value.unit != "fraction") continue;
    if (std::all_of(records.begin(), records.end(), [&](const LmEvalRecord* record) {
          return FilterOf(*record, metric.value.name).has_value();
        })) {
      shared.push_back(metric);
      shared.back().value.signature = "";  // theirs is not known
    }
  }
  return shared;
}

TaskOutcomes TaskLike(const TaskOutcomes& like, std::span<const LmEvalRecord* const> records) {
  TaskOutcomes task;
  task.task = like.task;
  task.version = like.version;
  task.title = like.title;
  task.shots = like.shots;
  task.metrics = SharedMetrics(like, records);
  for (const LmEvalRecord* theirs : records) {
    RecordOutcome record;
    record.id = theirs->id;
    record.prompt_digest = theirs->prompt_digest;
    record.expected = theirs->expected;
    record.completion = theirs->completion;
    for (const ComparedMetric& metric : task.metrics) {
      const std::string& name = metric.value.name;
      const std::string filter = *FilterOf(*theirs, name);
      record.scores[name] = theirs->scores.at(filter).at(name.substr(0, name.find(',')));
      if (record.answer.empty() && theirs->answers.contains(filter)) {
        const LmEvalAnswer& answer = theirs->answers.at(filter);
        record.answer = name == "acc_norm" ? answer.per_character : answer.text;
      }
    }
    task.records.push_back(std::move(record));
  }
  return task;
}

}  // namespace

std::vector<fs::path> FindLmEvalSamples(const fs::path& directory) {
  std::map<std::string, std::pair<std::string, fs::path>> newest;  // task -> time, file
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || !name.starts_with(kPrefix) || !name.ends_with(kSuffix)) {
      continue;
    }
    const LogName log = ParseName(entry.path());
    auto& [time, path] = newest[log.task];
    if (path.empty() || log.time > time) {
      time = log.time;
      path = entry.path();
    }
  }
  std::vector<fs::path> files;
  for (const auto& [task, file] : newest) files.push_back(file.second);
  return files;
}

std::vector<LmEvalRecord> ReadLmEvalSamples(std::span<const fs::path> files) {
  std::vector<LmEvalRecord> records;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw DataError(file.string() + ": expected a sample log, found no readable file");
    const std::string task = ParseName(file).task;
    std::map<std::int64_t, std::size_t> by_id;
    for (const JsonLine& line : ReadJsonLines(in, file.string())) {
      AddLine(line, task, by_id, records);
    }
  }
  if (records.empty()) {
    throw DataError(
        (files.empty() ? std::string("lm-evaluation-harness samples") : files.front().string()) +
        ": expected at least one document, found none");
  }
  return records;
}

RunOutcomes OutcomesLike(const RunOutcomes& run, std::span<const LmEvalRecord> records,
                         const std::string& name) {
  std::map<std::string, std::vector<const LmEvalRecord*>> by_prompt;
  for (const LmEvalRecord& record : records) by_prompt[record.prompt_digest].push_back(&record);
  RunOutcomes outcomes;
  outcomes.name = name;
  outcomes.source = OutcomeSource::kLmEval;
  for (const TaskOutcomes& task : run.tasks) {
    std::set<std::string> prompts;
    std::vector<const LmEvalRecord*> matched;
    for (const RecordOutcome& record : task.records) {
      if (!prompts.insert(record.prompt_digest).second) continue;
      const auto found = by_prompt.find(record.prompt_digest);
      if (found == by_prompt.end()) continue;
      matched.insert(matched.end(), found->second.begin(), found->second.end());
    }
    if (!matched.empty()) outcomes.tasks.push_back(TaskLike(task, matched));
  }
  if (outcomes.tasks.empty()) {
    throw UsageError(fmt::format(
        "compare: {} and {} were not asked the same: none of {} prompts is in both. The first has "
        "the prompt digest {} ({}) in the one and {} ({}) in the other. Compare runs of the same "
        "task, shots, seed and data",
        name, run.name, records.size(), records.front().prompt_digest, records.front().id,
        run.tasks.front().records.front().prompt_digest, run.tasks.front().records.front().id));
  }
  return outcomes;
}

}  // namespace meval
