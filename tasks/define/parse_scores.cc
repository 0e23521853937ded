#include <algorithm>
#include <array>
#include <cmath>

#include "metrics/python_regex.h"
#include "tasks/define/parse_definition.h"
#include "tasks/nearest_name.h"

namespace meval::tasks {
namespace {

struct MetricKind {
  const char* name;
  RequestKind request;
  bool takes_comparison_options;  // ignore_case and so on
  bool takes_stem;
};

constexpr std::array<MetricKind, 11> kMetrics = {{
    {"acc", RequestKind::kLoglikelihood, false, false},
    {"acc_norm", RequestKind::kLoglikelihood, false, false},
    {"acc_bytes", RequestKind::kLoglikelihood, false, false},
    {"exact_match", RequestKind::kGeneration, true, false},
    {"numeric_match", RequestKind::kGeneration, false, false},
    {"maj_at_k", RequestKind::kGeneration, true, false},
    {"rouge1", RequestKind::kGeneration, false, true},
    {"rouge2", RequestKind::kGeneration, false, true},
    {"rougeL", RequestKind::kGeneration, false, true},
    {"rougeLsum", RequestKind::kGeneration, false, true},
    {"bleu", RequestKind::kGeneration, false, false},
}};

const MetricKind& FindMetric(const DefinitionValue& value, const std::string& name,
                             RequestKind request) {
  std::vector<std::string> known;
  for (const MetricKind& metric : kMetrics) {
    if (metric.request != request) continue;
    if (metric.name == name) return metric;
    known.emplace_back(metric.name);
  }
  value.Fail("unknown metric " + Quoted(name) + DidYouMean(name, known) + "; a " + Name(request) +
             " task has: " + JoinNames(known));
}

std::string Pattern(const DefinitionValue& value) {
  std::string pattern = value.String();
  try {
    PythonRegex{pattern};
  } catch (const RegexError& error) {
    value.Fail(error.what());
  }
  return pattern;
}

FilterStep ParseFilterStep(const DefinitionValue& value) {
  FilterStep step;
  if (value.is(Value::Kind::kString)) {
    const std::string name = value.String();
    if (name == "strip") {
      step.kind = FilterStep::Kind::kStrip;
    } else if (name == "first_line") {
      step.kind = FilterStep::Kind::kTakeFirstLine;
    } else {
      value.Fail("unknown step " + Quoted(name) + DidYouMean(name, {"strip", "first_line"}) +
                 "; there are: strip, first_line, and objects with \"regex\" or \"before\"");
    }
    return step;
  }
  DefinitionObject object(value);
  if (const auto marker = object.Find("before")) {
    step.kind = FilterStep::Kind::kTakeBefore;
    step.pattern = marker->String();
    if (step.pattern.empty()) marker->Fail("expected a text that is not empty");
    object.Finish();
    return step;
  }
  step.kind = FilterStep::Kind::kRegex;
  step.pattern = Pattern(object.Get("regex"));
  if (const auto select = object.Find("select")) {
    step.select = select->Integer(-1);
    if (step.select > 0) select->Fail("expected 0 (the first match) or -1 (the last)");
  }
  step.fallback = object.String("fallback", step.fallback);
  object.Finish();
  return step;
}

void ParseComparison(DefinitionObject& object, const MetricKind& metric, ScoreDefinition& score) {
  if (metric.takes_comparison_options) {
    if (const auto regexes = object.Find("ignore_regexes")) {
      for (const DefinitionValue& regex : regexes->List()) {
        score.ignore_regexes.push_back(Pattern(regex));
      }
    }
    score.ignore_case = object.Boolean("ignore_case", false);
    score.ignore_punctuation = object.Boolean("ignore_punctuation", false);
    score.ignore_numbers = object.Boolean("ignore_numbers", false);
  }
  if (metric.takes_stem) score.stem = object.Boolean("stem", true);
}

ScoreDefinition ParseScore(const DefinitionValue& value, RequestKind request) {
  ScoreDefinition score;
  if (value.is(Value::Kind::kString)) {
    score.name = score.metric = value.String();
    FindMetric(value, score.metric, request);
    return score;
  }
  DefinitionObject object(value);
  score.name = object.String("name");
  score.metric = object.String("metric", score.name);
  const MetricKind& metric = FindMetric(value, score.metric, request);
  score.is_headline = object.Boolean("headline", false);
  if (request == RequestKind::kGeneration) {
    if (const auto filters = object.Find("filters")) {
      for (const DefinitionValue& step : filters->List()) {
        score.filters.push_back(ParseFilterStep(step));
      }
    }
  }
  ParseComparison(object, metric, score);
  object.Finish();
  return score;
}

}  // namespace

void ParseScores(DefinitionObject& object, TaskDefinition& definition) {
  const DefinitionValue scores = object.Get("scores");
  std::vector<std::string> names;
  for (const DefinitionValue& value : scores.List()) {
    ScoreDefinition score = ParseScore(value, definition.request);
    if (std::find(names.begin(), names.end(), score.name) != names.end()) {
      value.Fail("the score " + Quoted(score.name) + " is there already");
    }
    names.push_back(score.name);
    definition.scores.push_back(std::move(score));
  }
  if (definition.scores.empty()) scores.Fail("expected at least one score");
  if (definition.scores.size() == 1) definition.scores[0].is_headline = true;
  const auto headlines = std::count_if(definition.scores.begin(), definition.scores.end(),
                                       [](const auto& score) { return score.is_headline; });
  if (headlines != 1) {
    scores.Fail("expected exactly one score with \"headline\": true, found " +
                std::to_string(headlines));
  }
}

void ParseGeneration(DefinitionObject& object, TaskDefinition& definition) {
  if (definition.request != RequestKind::kGeneration) return;
  GenerationDefinition& generation = definition.generation;
  const DefinitionValue value = object.Get("generation");
  DefinitionObject settings(value);
  const auto stop_strings = [&](const DefinitionValue& list) {
    std::vector<std::string> strings = list.Strings();
    if (std::find(strings.begin(), strings.end(), "") != strings.end()) {
      list.Fail("a stop string is empty: generation would stop before it begins");
    }
    return strings;
  };
  generation.until = stop_strings(settings.Get("until"));
  const auto zero_shot = settings.Find("until_zero_shot");
  generation.until_zero_shot = zero_shot ? stop_strings(*zero_shot) : generation.until;
  generation.max_new_tokens = settings.Integer("max_new_tokens", 1, generation.max_new_tokens);
  generation.temperature = settings.Number("temperature", generation.temperature);
  generation.top_p = settings.Number("top_p", generation.top_p);
  generation.top_k = settings.Integer("top_k", 0, generation.top_k);
  generation.num_samples = settings.Integer("samples", 1, generation.num_samples);
  settings.Finish();
  if (!(generation.top_p > 0 && generation.top_p <= 1)) {
    value.Fail("expected a top_p above 0 and at most 1");
  }
  if (generation.num_samples > 1 && generation.temperature == 0) {
    value.Fail("several samples at temperature 0 are all the same; give a temperature");
  }
  for (const ScoreDefinition& score : definition.scores) {
    if (score.metric == "maj_at_k" && generation.num_samples < 2) {
      value.Fail("the score " + Quoted(score.name) + " votes over samples; give \"samples\"");
    }
  }
}

void ParsePublished(DefinitionObject& object, TaskDefinition& definition) {
  const auto published = object.Find("published");
  if (!published) return;
  std::vector<std::string> names;
  for (const ScoreDefinition& score : definition.scores) names.push_back(score.name);
  for (const auto& [model, list] : DefinitionObject(*published).Members()) {
    for (const DefinitionValue& value : list.List()) {
      DefinitionObject entry(value);
      PublishedScore score;
      score.model = model;
      score.variant = entry.String("variant");
      score.score = entry.String("score");
      score.value = entry.Get("value").Number();
      score.shots = entry.Get("shots").Integer(0);
      score.source = entry.String("source");
      entry.Finish();
      if (std::find(names.begin(), names.end(), score.score) == names.end()) {
        value.Fail("unknown score " + Quoted(score.score) + DidYouMean(score.score, names) +
                   "; the task has: " + JoinNames(names));
      }
      definition.published.push_back(std::move(score));
    }
  }
}

void ParseCategories(DefinitionObject& object, TaskDefinition& definition) {
  const auto categories = object.Find("categories");
  if (!categories) return;
  std::vector<std::string> seen;
  for (const auto& [name, groups] : DefinitionObject(*categories).Members()) {
    CategoryDefinition category{name, groups.Strings()};
    for (const std::string& group : category.groups) {
      if (std::find(seen.begin(), seen.end(), group) != seen.end()) {
        groups.Fail("the group " + Quoted(group) + " is in two categories");
      }
      seen.push_back(group);
    }
    definition.categories.push_back(std::move(category));
  }
}

}  // namespace meval::tasks
