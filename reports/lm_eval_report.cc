#include "reports/lm_eval_report.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <map>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/json/strict_json.h"
#include "reports/utf8.h"

namespace meval {
namespace {

// A name as part of a path, as the reference sanitizes it: all but letters, digits and -_. become
// "__" or "_".
std::string PathPart(const std::string& name) {
  std::string part;
  for (const char c : name) {
    const bool keep =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    part += keep ? std::string(1, c) : c == '/' ? "__" : "_";
  }
  return part.find_first_not_of('.') == std::string::npos ? "model" : part;
}

std::string Time(const RunReport& run) {
  std::string time = run.started_at;
  if (time.ends_with('Z')) time.pop_back();
  std::replace(time.begin(), time.end(), ':', '-');
  return PathPart(time);
}

// "exact_match,strict" -> {"exact_match", "strict"}; "acc" -> {"acc", "none"}. Both become keys,
// which have to be UTF-8, as have the names of tasks and their parts.
std::pair<std::string, std::string> SplitName(const std::string& as_reported) {
  const std::string name = RepairUtf8(as_reported);
  const std::size_t comma = name.find(',');
  if (comma == std::string::npos) return {name, "none"};
  return {name.substr(0, comma), name.substr(comma + 1)};
}

OrderedJson Scores(const std::string& listed_as, const std::string& alias, std::int64_t n,
                   const std::vector<MetricValue>& metrics) {
  OrderedJson scores = {{"name", listed_as}, {"alias", alias}, {"sample_len", n}};
  for (const MetricValue& metric : metrics) {
    const auto [name, filter] = SplitName(metric.name);
    scores[name + "," + filter] = metric.value;
    scores[name + "_stderr," + filter] =
        metric.standard_error ? OrderedJson(*metric.standard_error) : OrderedJson("N/A");
  }
  return scores;
}

OrderedJson Directions(const std::vector<MetricValue>& metrics) {
  OrderedJson directions = OrderedJson::object();
  for (const MetricValue& metric : metrics) {
    directions[SplitName(metric.name).first] = metric.higher_is_better;
  }
  return directions;
}

// "mmlu_social_sciences"
std::string PartName(const std::string& task, const std::string& part) {
  std::string name = RepairUtf8(task + "_" + part);
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

bool HasGroups(const TaskResult& task) {
  return std::any_of(task.subsets.begin(), task.subsets.end(),
                     [](const SubsetResult& subset) { return subset.kind == "group"; });
}

// A task or one of its parts, as the reference lists them beside each other.
struct Entry {
  std::string name;
  std::string alias;
  std::int64_t n = 0;
  std::int64_t n_total = 0;
  const std::vector<MetricValue>* metrics = nullptr;
};

Entry EntryOf(const TaskResult& task, const SubsetResult& subset) {
  return {PartName(task.task, subset.name), subset.name, subset.n, subset.n, &subset.metrics};
}

// What viewers know a task's metrics and filters by.
OrderedJson Config(const TaskResult& task, const std::string& listed_as,
                   const std::set<std::string>& metrics) {
  OrderedJson config = {{"task", listed_as},
                        {"output_type", task.request == "generation" ? "generate_until"
                                        : task.request == "rolling"  ? "loglikelihood_rolling"
                                                                     : "multiple_choice"},
                        {"num_fewshot", task.shots},
                        {"metric_list", OrderedJson::array()},
                        {"filter_list", OrderedJson::array()},
                        {"metadata", {{"version", task.version}}}};
  for (const auto& [name, value] : task.settings) config["metadata"][name] = value;
  std::set<std::string> names;
  std::set<std::string> filters;
  for (const MetricValue& metric : task.metrics) {
    if (!metrics.contains(metric.name)) continue;
    const auto [base, filter] = SplitName(metric.name);
    if (filter != "none" && filters.insert(filter).second) {
      config["filter_list"].push_back({{"name", filter}});
    }
    if (!names.insert(base).second) continue;
    config["metric_list"].push_back(
        {{"metric", base}, {"aggregation", "mean"}, {"higher_is_better", metric.higher_is_better}});
  }
  return config;
}

void AddScores(const TaskResult& task, const Entry& entry, OrderedJson& json) {
  json["results"][entry.name] = Scores(entry.name, entry.alias, entry.n, *entry.metrics);
  json["versions"][entry.name] = task.version;
  json["n-shot"][entry.name] = task.shots;
  json["higher_is_better"][entry.name] = Directions(*entry.metrics);
}

// A task, or a group of a task, whose documents were asked.
void AddLeaf(const TaskResult& task, const LmEvalTask& about, const Entry& entry,
             OrderedJson& json) {
  AddScores(task, entry, json);
  json["group_subtasks"][entry.name] = OrderedJson::array();
  json["task_hashes"][entry.name] = task.prompt_digest;
  json["configs"][entry.name] = Config(task, entry.name, about.metrics);
  json["n-samples"][entry.name] = {{"original", entry.n_total}, {"effective", entry.n}};
}

// The union of others.
void AddGroup(const TaskResult& task, const Entry& entry, OrderedJson& json) {
  AddScores(task, entry, json);
  json["groups"][entry.name] = json["results"][entry.name];
  json["group_subtasks"][entry.name] = OrderedJson::array();
}

// The category of a group; "" without.
std::string CategoryOf(const LmEvalTask& about, const std::string& group) {
  for (const LmEvalTask::Category& category : about.categories) {
    if (std::find(category.groups.begin(), category.groups.end(), group) != category.groups.end()) {
      return category.name;
    }
  }
  return "";
}

void AddTask(const TaskResult& task, const LmEvalTask& about, OrderedJson& json) {
  const std::string name = RepairUtf8(task.task);
  const Entry whole = {name, name, task.num_documents, task.num_documents_total, &task.metrics};
  if (!HasGroups(task)) return AddLeaf(task, about, whole, json);
  AddGroup(task, whole, json);
  std::set<std::string> categories;
  for (const SubsetResult& subset : task.subsets) {
    if (subset.kind != "category") continue;
    const Entry entry = EntryOf(task, subset);
    categories.insert(subset.name);
    AddGroup(task, entry, json);
    json["group_subtasks"][name].push_back(entry.name);
  }
  for (const SubsetResult& subset : task.subsets) {
    if (subset.kind != "group") continue;
    const Entry entry = EntryOf(task, subset);
    AddLeaf(task, about, entry, json);
    const std::string category = CategoryOf(about, subset.name);
    const bool is_below = categories.contains(category);
    json["group_subtasks"][is_below ? PartName(task.task, category) : name].push_back(entry.name);
  }
}

// The prompt as it was before anything was cut.
std::string PromptText(const SampleResult& sample, const PromptParts& parts) {
  std::string text;
  if (const auto found = parts.descriptions.find(sample.group); found != parts.descriptions.end()) {
    text += found->second;
  }
  for (const std::string& id : sample.exemplars) {
    if (const auto found = parts.exemplars.find(id); found != parts.exemplars.end()) {
      text += found->second;
    }
  }
  return text + sample.question;
}

// A Python number's text, in which the reference keeps them.
std::string PythonText(double value) { return OrderedJson(value).dump(); }

OrderedJson Document(const SampleResult& sample) {
  OrderedJson document = {
      {"id", sample.id}, {"source", sample.source}, {"question", sample.question}};
  if (!sample.group.empty()) document["group"] = sample.group;
  if (!sample.choices.empty()) {
    document["choices"] = OrderedJson::array();
    for (const ChoiceResult& choice : sample.choices) document["choices"].push_back(choice.text);
  }
  if (!sample.gold.empty()) document["gold"] = sample.gold;
  if (!sample.references.empty()) document["references"] = sample.references;
  return document;
}

std::string Target(const SampleResult& sample) {
  if (sample.gold.size() == 1) return std::to_string(sample.gold.front());
  if (!sample.gold.empty()) return OrderedJson(sample.gold).dump();
  return sample.references.empty() ? sample.question : sample.references.front();
}

// Requests and responses, one entry for each request: "arguments", "resps", "filtered_resps".
void AddResponses(const TaskResult& task, const SampleResult& sample, const std::string& filter,
                  const std::string& delimiter, const std::string& prompt, OrderedJson& line) {
  OrderedJson arguments = OrderedJson::object();
  OrderedJson raw = OrderedJson::array();
  OrderedJson filtered = OrderedJson::array();
  const auto add_arguments = [&](OrderedJson second) {
    arguments["gen_args_" + std::to_string(arguments.size())] = {{"arg_0", prompt},
                                                                 {"arg_1", std::move(second)}};
  };
  for (const ChoiceResult& choice : sample.choices) {
    add_arguments(delimiter + choice.text);
    const OrderedJson response =
        OrderedJson::array({PythonText(choice.logprob), choice.is_greedy ? "True" : "False"});
    raw.push_back(OrderedJson::array({response}));
    filtered.push_back(response);
  }
  if (!sample.completions.empty()) {
    add_arguments(OrderedJson(task.settings));
    OrderedJson texts = OrderedJson::array();
    OrderedJson answers = OrderedJson::array();
    for (const CompletionResult& completion : sample.completions) {
      texts.push_back(completion.text);
      auto answer = completion.extracted.begin();
      while (answer != completion.extracted.end() && SplitName(answer->first).second != filter) {
        ++answer;
      }
      answers.push_back(answer == completion.extracted.end() ? completion.text : answer->second);
    }
    raw.push_back(std::move(texts));
    filtered.push_back(answers.size() == 1 ? answers.front() : std::move(answers));
  }
  if (sample.rolling) {
    arguments["gen_args_0"] = {{"arg_0", prompt}};
    const OrderedJson response = OrderedJson::array({PythonText(sample.rolling->logprob)});
    raw.push_back(response);
    filtered.push_back(response.front());
  }
  line["arguments"] = std::move(arguments);
  line["resps"] = std::move(raw);
  line["filtered_resps"] = std::move(filtered);
}

// A document under one filter. Viewers look up every metric of the task's "metric_list" in every
// line: those that another filter's answers give are null.
OrderedJson SampleLine(const TaskResult& task, const LmEvalTask& about, const SampleResult& sample,
                       std::int64_t doc_id, const std::string& filter, const PromptParts& parts) {
  OrderedJson line = {{"doc_id", doc_id}, {"doc", Document(sample)}, {"target", Target(sample)}};
  AddResponses(task, sample, filter, about.delimiter, PromptText(sample, parts), line);
  OrderedJson names = OrderedJson::array();
  OrderedJson values = OrderedJson::object();
  for (const std::string& metric : about.metrics) values[SplitName(metric).first] = nullptr;
  for (const auto& [metric, value] : sample.metrics) {
    const auto [name, of] = SplitName(metric);
    if (of != filter) continue;
    names.push_back(name);
    values[name] = value;
  }
  line["filter"] = filter;
  line["metrics"] = std::move(names);
  line["doc_hash"] = sample.digest;
  line["prompt_hash"] = sample.prompt_digest;
  line["target_hash"] = sample.digest;
  line.update(values);
  return line;
}

// --limit as the number it is; null without.
OrderedJson Limit(const RunReport& run) {
  const auto limit = run.identity.flags.find("limit");
  if (limit == run.identity.flags.end()) return nullptr;
  const OrderedJson number = OrderedJson::parse(limit->second, nullptr, false);
  return number.is_number() ? number : OrderedJson(limit->second);
}

bool HasFlag(const RunReport& run, const std::string& name, const std::string& value) {
  const auto flag = run.identity.flags.find(name);
  return flag != run.identity.flags.end() && flag->second == value;
}

// Null where prompts were shown as they are.
OrderedJson ChatTemplateDigest(const RunReport& run) {
  const auto flag = run.identity.flags.find("chat_template");
  constexpr std::string_view kAlgorithm = "sha256:";
  if (flag == run.identity.flags.end() || !flag->second.starts_with(kAlgorithm)) return nullptr;
  return flag->second.substr(kAlgorithm.size());
}

// "2026-01-31T10:00:00Z" as seconds since 1970; null for anything else.
OrderedJson EpochSeconds(const std::string& time) {
  std::tm utc{};
  const char* end = strptime(time.c_str(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  if (end == nullptr || *end != '\0') return nullptr;
  return static_cast<std::int64_t>(timegm(&utc));
}

}  // namespace

std::string LmEvalResultsPath(const RunReport& run) {
  return PathPart(run.identity.model) + "/results_" + Time(run) + ".json";
}

std::string LmEvalSamplesPath(const RunReport& run, const std::string& log) {
  return PathPart(run.identity.model) + "/samples_" + PathPart(log) + "_" + Time(run) + ".jsonl";
}

std::set<std::string> MetricsOfSamples(std::span<const SampleResult> samples) {
  std::set<std::string> names;
  for (const SampleResult& sample : samples) {
    for (const auto& [name, value] : sample.metrics) names.insert(name);
  }
  return names;
}

std::vector<LmEvalLog> LmEvalLogs(const std::string& task, std::span<const SampleResult> samples) {
  std::vector<LmEvalLog> logs;
  std::map<std::string, std::size_t> places;  // by group
  for (const SampleResult& sample : samples) {
    const auto [place, is_new] = places.insert({sample.group, logs.size()});
    if (is_new) {
      const bool is_group = !sample.group.empty();
      logs.push_back({is_group ? PartName(task, sample.group) : task, is_group, {}});
    }
    logs[place->second].samples.push_back(&sample);
  }
  return logs;
}

void WriteLmEvalResults(const RunReport& run, std::span<const LmEvalTask> tasks,
                        std::ostream& out) {
  if (tasks.size() != run.tasks.size()) {
    throw std::invalid_argument("lm-eval results: as many tasks as the run has");
  }
  OrderedJson json = OrderedJson::object();
  for (const char* key : {"results", "groups", "group_subtasks", "configs", "versions", "n-shot",
                          "higher_is_better", "n-samples", "task_hashes"}) {
    json[key] = OrderedJson::object();
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) AddTask(run.tasks[i], tasks[i], json);
  if (json["groups"].empty()) json.erase("groups");
  json["config"] = {{"model", "mistral-eval"},
                    {"model_args", "pretrained=" + run.identity.model},
                    {"model_dtype", run.identity.dtype},
                    {"model_sha", run.identity.model_digest},
                    {"limit", Limit(run)},
                    {"random_seed", run.identity.seed},
                    {"numpy_seed", run.identity.seed},
                    {"torch_seed", run.identity.seed},
                    {"fewshot_seed", run.identity.seed}};
  if (const auto count = run.numbers.find("parameters"); count != run.numbers.end()) {
    json["config"]["model_num_parameters"] = std::llround(count->second);
  }
  json["git_hash"] = nullptr;
  json["date"] = EpochSeconds(run.started_at);
  json["max_length"] = run.identity.max_length;
  json["model_source"] = "mistral-eval";
  json["model_name"] = run.identity.model;
  json["model_name_sanitized"] = PathPart(run.identity.model);
  json["lm_eval_version"] = "mistral-eval " + run.version;
  // The texts themselves are in no run's files; their digest is.
  json["system_instruction"] = nullptr;
  json["chat_template"] = nullptr;
  json["chat_template_sha"] = ChatTemplateDigest(run);
  json["fewshot_as_multiturn"] = HasFlag(run, "chat_shots", "turns");
  json["total_evaluation_time_seconds"] = OrderedJson(run.seconds).dump();
  out << DumpStrict(std::move(json), "lm-eval results", 2) << '\n';
}

void WriteLmEvalSamples(const TaskResult& task, const LmEvalTask& about, const LmEvalLog& log,
                        const PromptParts& parts, std::ostream& out) {
  std::set<std::string> filters;
  for (const std::string& metric : about.metrics) filters.insert(SplitName(metric).second);
  for (const std::string& filter : filters) {
    for (std::size_t i = 0; i < log.samples.size(); ++i) {
      const SampleResult& sample = *log.samples[i];
      const std::int64_t doc_id = log.is_group ? static_cast<std::int64_t>(i) : sample.index;
      out << DumpStrict(SampleLine(task, about, sample, doc_id, filter, parts),
                        "lm-eval sample " + sample.id, -1)
          << '\n';
    }
  }
}

}  // namespace meval
