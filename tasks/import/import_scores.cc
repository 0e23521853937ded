#include "tasks/import/import_scores.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace meval::tasks {
namespace {

using Json = nlohmann::ordered_json;

// A metric of the reference's, by the kind of request, and ours.
struct MetricNames {
  const char* request;
  const char* theirs;
  const char* ours;
};

constexpr MetricNames kMetrics[] = {
    {"multiple_choice", "acc", "acc"},
    {"multiple_choice", "acc_norm", "acc_norm"},
    {"multiple_choice", "acc_bytes", "acc_bytes"},
    {"multiple_choice", "acc_mutual_info", "acc_pmi"},
    {"loglikelihood", "acc", "greedy"},
    {"loglikelihood", "perplexity", "perplexity"},
    {"loglikelihood_rolling", "word_perplexity", "word_perplexity"},
    {"loglikelihood_rolling", "byte_perplexity", "byte_perplexity"},
    {"loglikelihood_rolling", "bits_per_byte", "bits_per_byte"},
    {"generate_until", "exact_match", "exact_match"},
    {"generate_until", "bleu", "bleu"},
    {"generate_until", "chrf", "chrf"},
    {"generate_until", "ter", "ter"},
};

const char* OursFor(const std::string& request, const std::string& theirs) {
  for (const MetricNames& names : kMetrics) {
    if (request == names.request && theirs == names.theirs) return names.ours;
  }
  return nullptr;
}

// {"metric": "exact_match", "ignore_case": true, ...}; nothing where it has no counterpart.
Json ImportMetric(LmEvalTask& task, const std::string& request, const YAML::Node& node) {
  const YAML::Node name = node["metric"];
  if (!node.IsMap() || !name || !name.IsScalar() || IsCode(name)) {
    task.AddProblem("metric_list", node, "expected a metric by its name");
    return nullptr;
  }
  const char* ours = OursFor(request, name.Scalar());
  if (ours == nullptr) {
    task.AddProblem("metric_list", name, name.Scalar() + " has no counterpart");
    return nullptr;
  }
  Json score = {{"name", name.Scalar()}, {"metric", ours}};
  for (const auto& member : node) {
    const auto key = member.first.as<std::string>();
    const YAML::Node& value = member.second;
    if (key == "metric" || key == "higher_is_better") continue;
    if (key == "aggregation") {
      // Ours know how they are averaged; a function of the task's own would be another metric.
      if (IsCode(value)) {
        task.AddProblem("metric_list", value, "an aggregation of its own has no counterpart");
      }
    } else if (std::string(ours) == "exact_match" &&
               (key == "ignore_case" || key == "ignore_punctuation" || key == "ignore_numbers")) {
      score[key] = value.as<bool>();
    } else if (std::string(ours) == "exact_match" && key == "regexes_to_ignore") {
      score["ignore_regexes"] = value.as<std::vector<std::string>>();
    } else {
      task.AddProblem("metric_list", member.first, key + " has no counterpart");
    }
  }
  return score;
}

// The reference decodes new tokens alone, whose first then has no space in front.
constexpr const char* kWithoutSpace = "drop_space";

// The steps of one filter, without "take_first": there is one completion.
Json ImportFilter(LmEvalTask& task, const YAML::Node& steps) {
  Json filters = Json::array({kWithoutSpace});
  for (const YAML::Node& step : steps) {
    const YAML::Node function = step["function"];
    const std::string name = function && function.IsScalar() ? function.Scalar() : "";
    if (name == "take_first") continue;
    if (name == "remove_whitespace") {
      if (filters.back() == kWithoutSpace) filters.erase(filters.size() - 1);  // strip drops it
      filters.push_back("strip");
      continue;
    }
    if (name != "regex") {
      task.AddProblem("filter_list", step, "the filter \"" + name + "\" has no counterpart");
      continue;
    }
    Json filter = {{"regex", "#### (\\-?[0-9\\.\\,]+)"}};
    for (const auto& member : step) {
      const auto key = member.first.as<std::string>();
      if (key == "regex_pattern") {
        filter["regex"] = member.second.as<std::string>();
      } else if (key == "group_select") {
        const int select = member.second.as<int>();
        if (select != 0 && select != -1) {
          task.AddProblem("filter_list", member.first,
                          "group_select: only the first match (0) and the last (-1) can be taken");
        }
        filter["select"] = select;
      } else if (key == "fallback") {
        filter["fallback"] = member.second.as<std::string>();
      } else if (key != "function") {
        task.AddProblem("filter_list", member.first, key + " has no counterpart");
      }
    }
    filters.push_back(std::move(filter));
  }
  return filters;
}

}  // namespace

Json ImportScores(LmEvalTask& task, const std::string& request) {
  std::vector<std::pair<std::string, Json>> filters;  // name, steps
  task.Read("filter_list", [&](const YAML::Node& list) {
    for (const YAML::Node& one : list) {
      filters.emplace_back(one["name"].as<std::string>(), ImportFilter(task, one["filter"]));
    }
  });
  if (filters.empty()) filters.emplace_back("none", Json::array({kWithoutSpace}));
  if (request != "generate_until") filters = {{"none", Json::array()}};
  Json scores = Json::array();
  task.Read("metric_list", [&](const YAML::Node& list) {
    for (const YAML::Node& node : list) {
      const Json metric = ImportMetric(task, request, node);
      if (metric.is_null()) continue;
      for (const auto& [name, steps] : filters) {
        Json score = metric;
        if (filters.size() > 1) score["name"] = metric["name"].get<std::string>() + "," + name;
        if (!steps.empty()) score["filters"] = steps;
        scores.push_back(std::move(score));
      }
    }
  });
  if (scores.empty()) task.AddProblem("metric_list", "expected at least one metric that is known");
  if (scores.size() > 1) scores[0]["headline"] = true;
  return scores;
}

}  // namespace meval::tasks
