#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "metrics/pair_metric.h"
#include "metrics/python_regex.h"
#include "tasks/define/parse_definition.h"
#include "tasks/nearest_name.h"

namespace meval::tasks {
namespace {

// What a task must do to have a metric.
enum class Asks { kChoices, kContinuation, kText, kGeneration };

struct MetricKind {
  const char* name;
  Asks asks;
  bool takes_comparison_options;  // ignore_case and so on
  bool takes_stem;
};

constexpr std::array<MetricKind, 23> kMetrics = {{
    {"acc", Asks::kChoices, false, false},
    {"acc_norm", Asks::kChoices, false, false},
    {"acc_bytes", Asks::kChoices, false, false},
    {"acc_pmi", Asks::kChoices, false, false},
    {"mc2", Asks::kChoices, false, false},
    {"macro_f1", Asks::kChoices, false, false},
    {"greedy", Asks::kContinuation, false, false},
    {"perplexity", Asks::kContinuation, false, false},
    {"word_perplexity", Asks::kText, false, false},
    {"byte_perplexity", Asks::kText, false, false},
    {"bits_per_byte", Asks::kText, false, false},
    {"token_perplexity", Asks::kText, false, false},
    {"chunk_perplexity", Asks::kText, false, false},
    {"exact_match", Asks::kGeneration, true, false},
    {"numeric_match", Asks::kGeneration, false, false},
    {"maj_at_k", Asks::kGeneration, true, false},
    {"pass_at_k", Asks::kGeneration, false, false},
    {"rouge1", Asks::kGeneration, false, true},
    {"rouge2", Asks::kGeneration, false, true},
    {"rougeL", Asks::kGeneration, false, true},
    {"rougeLsum", Asks::kGeneration, false, true},
    {"bleu", Asks::kGeneration, false, false},
    {"quac_heq_d", Asks::kGeneration, false, false},
}};

Asks WhatIsAsked(const TaskDefinition& definition) {
  if (definition.request == RequestKind::kGeneration) return Asks::kGeneration;
  if (definition.request == RequestKind::kRolling) return Asks::kText;
  return definition.scores_one_continuation ? Asks::kContinuation : Asks::kChoices;
}

const char* Describe(Asks asks) {
  switch (asks) {
    case Asks::kChoices:
      return "a loglikelihood task with choices";
    case Asks::kContinuation:
      return "a loglikelihood task with one continuation";
    case Asks::kText:
      return "a rolling task";
    case Asks::kGeneration:
      return "a generation task";
  }
  return "?";
}

// Chunks leave tokens out, whose words and bytes are in the text's counts all the same.
void CheckProtocol(const DefinitionValue& value, const std::string& metric,
                   const TaskDefinition& definition) {
  const bool is_per_token = metric == "token_perplexity" || metric == "chunk_perplexity";
  if (definition.request != RequestKind::kRolling || is_per_token ||
      definition.rolling.protocol == RollingProtocol::kRolling) {
    return;
  }
  value.Fail("the protocol " + Quoted(Name(definition.rolling.protocol)) +
             " does not score every token, so " + Quoted(metric) +
             " would be wrong; there are token_perplexity and chunk_perplexity");
}

// What stands for any metric of the catalogue: it has parameters of its own.
constexpr MetricKind kOfCatalogue = {"", Asks::kGeneration, false, false};

const MetricKind& FindMetric(const DefinitionValue& value, const std::string& name, Asks asks) {
  std::vector<std::string> known;
  for (const MetricKind& metric : kMetrics) {
    if (metric.asks != asks) continue;
    if (metric.name == name) return metric;
    known.emplace_back(metric.name);
  }
  for (const PairMetricEntry& entry : PairMetricCatalogue()) {
    // A family that gives several numbers is named by each of them.
    const bool is_one = asks == Asks::kGeneration && entry.scores.size() == 1;
    if (!is_one || std::find(known.begin(), known.end(), entry.name) != known.end()) continue;
    if (entry.name == name) return kOfCatalogue;
    known.push_back(entry.name);
  }
  value.Fail("unknown metric " + Quoted(name) + DidYouMean(name, known) + "; " + Describe(asks) +
             " has: " + JoinNames(known));
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
    } else if (name == "drop_space") {
      step.kind = FilterStep::Kind::kDropSpace;
    } else if (name == "first_line") {
      step.kind = FilterStep::Kind::kTakeFirstLine;
    } else if (name == "minerva_answer") {
      step.kind = FilterStep::Kind::kMinervaAnswer;
    } else {
      value.Fail("unknown step " + Quoted(name) +
                 DidYouMean(name, {"strip", "drop_space", "first_line", "minerva_answer"}) +
                 "; there are: strip, drop_space, first_line, minerva_answer, and objects with "
                 "\"regex\" or "
                 "\"before\"");
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
  if (score.metric == "maj_at_k") {
    const std::string votes = object.String("votes", "numbers");
    score.votes_on_math = votes == "math";
    if (votes != "numbers" && votes != "math") {
      object.Get("votes").Fail("expected numbers or math, found " + Quoted(votes));
    }
  }
  if (metric.takes_stem) score.stem = object.Boolean("stem", true);
}

void ParseParameters(DefinitionObject& object, const DefinitionValue& value,
                     ScoreDefinition& score) {
  score.is_from_catalogue = true;
  if (const auto parameters = object.Find("parameters")) {
    for (const auto& [key, values] : DefinitionObject(*parameters).Members()) {
      for (std::string& text : values.Strings())
        score.parameters.emplace_back(key, std::move(text));
    }
  }
  try {
    MakePairMetric({.name = score.metric, .parameters = score.parameters});
  } catch (const std::runtime_error& error) {  // MetricError, RegexError
    value.Fail(error.what());
  }
}

// What is run is the same for every k.
void ParsePassAtK(DefinitionObject& object, const DefinitionValue& value,
                  const TaskDefinition& definition, ScoreDefinition& score) {
  if (!definition.execution) {
    value.Fail("programs pass or fail, but there is no \"execution\" that says which to run");
  }
  if (const auto filters = object.Find("filters")) {
    filters->Fail("what of a completion is run stands in \"execution\"; leave it out");
  }
  score.k = object.Get("k").Integer(1);
  score.filters = definition.execution->filters;
}

ScoreDefinition ParseScore(const DefinitionValue& value, const TaskDefinition& definition) {
  const Asks asks = WhatIsAsked(definition);
  ScoreDefinition score;
  if (value.is(Value::Kind::kString)) {
    score.name = score.metric = value.String();
    score.is_from_catalogue = &FindMetric(value, score.metric, asks) == &kOfCatalogue;
    if (score.metric == "pass_at_k") value.Fail("expected an object with \"name\" and \"k\"");
    CheckProtocol(value, score.metric, definition);
    return score;
  }
  DefinitionObject object(value);
  score.name = object.String("name");
  score.metric = object.String("metric", score.name);
  const MetricKind& metric = FindMetric(value, score.metric, asks);
  CheckProtocol(value, score.metric, definition);
  score.is_headline = object.Boolean("headline", false);
  if (score.metric == "pass_at_k") {
    ParsePassAtK(object, value, definition, score);
  } else if (asks == Asks::kGeneration) {
    if (const auto filters = object.Find("filters")) score.filters = ParseFilterSteps(*filters);
  }
  ParseComparison(object, metric, score);
  if (&metric == &kOfCatalogue) ParseParameters(object, value, score);
  object.Finish();
  return score;
}

}  // namespace

std::vector<FilterStep> ParseFilterSteps(const DefinitionValue& value) {
  std::vector<FilterStep> steps;
  for (const DefinitionValue& step : value.List()) steps.push_back(ParseFilterStep(step));
  return steps;
}

void ParseScores(DefinitionObject& object, TaskDefinition& definition) {
  const DefinitionValue scores = object.Get("scores");
  std::vector<std::string> names;
  for (const DefinitionValue& value : scores.List()) {
    ScoreDefinition score = ParseScore(value, definition);
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
