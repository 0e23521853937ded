// Exact match and F1 of answers to questions, as the data sets' own scripts compute them.

#include <cstddef>
#include <functional>
#include <utility>

#include "metrics/drop.h"
#include "metrics/pairs/families.h"
#include "metrics/question_answering.h"
#include "metrics/signature.h"

namespace meval::pairs {
namespace {

enum class References {
  kSome,       // at least one
  kAnyNumber,  // none: the question has no answer
  kSpans,      // each may be a list of spans, and so may the answer
};

// A metric that gives an exact match, an F1, or both.
struct QuestionRules {
  std::string prefix;  // "squad": scores squad_em and squad_f1
  std::string title;   // of the family
  std::string rules;   // the signature's field
  References references = References::kSome;
  bool has_f1 = true;
  std::function<AnswerScore(const AnswerPair& pair)> score;
};

class QuestionMetric final : public MeanMetric {
 public:
  // `wants_em`, `wants_f1`: which of the two it gives.
  QuestionMetric(QuestionRules rules, bool wants_em, bool wants_f1)
      : MeanMetric(Scores(rules.prefix, wants_em, wants_f1)),
        rules_(std::move(rules)),
        wants_em_(wants_em),
        wants_f1_(wants_f1) {}

  std::string SignatureOf(std::size_t /*score*/, std::span<const AnswerPair> pairs) const override {
    return Signature().Add("nrefs", ReferenceField(pairs)).Add("rules", rules_.rules).Text();
  }

 protected:
  void ScorePair(const AnswerPair& pair, std::span<double> scores) const override {
    const AnswerScore score = rules_.score(pair);
    if (wants_em_) scores.front() = score.exact_match;
    if (wants_f1_) scores.back() = score.f1;
  }
  bool TakesSeveralPredictions() const override { return rules_.references == References::kSpans; }
  bool TakesSpans() const override { return rules_.references == References::kSpans; }
  bool TakesNoReferences() const override { return rules_.references == References::kAnyNumber; }

 private:
  static std::vector<PairScore> Scores(const std::string& prefix, bool wants_em, bool wants_f1) {
    std::vector<PairScore> scores;
    if (wants_em) scores.push_back({.name = prefix + "_em", .unit = "fraction", .highest = 1});
    if (wants_f1) scores.push_back({.name = prefix + "_f1", .unit = "fraction", .highest = 1});
    return scores;
  }

  QuestionRules rules_;
  bool wants_em_;
  bool wants_f1_;
};

AnswerScore ScoreDropPair(const AnswerPair& pair) {
  DropScore score;
  if (pair.span_references.empty()) {
    // Each text is an answer of one span.
    std::vector<std::vector<std::string>> golds;
    for (const std::string& reference : pair.references) golds.push_back({reference});
    score = ScoreDrop(pair.predictions, golds);
  } else {
    score = ScoreDrop(pair.predictions, pair.span_references);
  }
  return {.exact_match = score.exact_match, .f1 = score.f1};
}

std::vector<QuestionRules> AllRules() {
  const auto best = [](AnswerRules rules) {
    return [rules](const AnswerPair& pair) {
      return ScoreBestAnswer(pair.predictions[0], pair.references, rules);
    };
  };
  return {{.prefix = "squad",
           .title = "SQuAD v1.1",
           .rules = "squad_v1",
           .score = best(AnswerRules::kSquadV1)},
          {.prefix = "squad_v2",
           .title = "SQuAD v2.0, where no references mean that no answer is right",
           .rules = "squad_v2",
           .references = References::kAnyNumber,
           .score = best(AnswerRules::kSquadV2)},
          {.prefix = "nq",
           .title = "Natural Questions, open",
           .rules = "orqa",
           .has_f1 = false,
           .score = best(AnswerRules::kOrqa)},
          {.prefix = "triviaqa",
           .title = "TriviaQA",
           .rules = "triviaqa",
           .score = best(AnswerRules::kTriviaQa)},
          {.prefix = "coqa",
           .title = "CoQA: the prediction's first line, each reference left out once",
           .rules = "coqa",
           .score =
               [](const AnswerPair& pair) {
                 return ScoreCoqaAnswer(CoqaPrediction(pair.predictions[0]), pair.references);
               }},
          {.prefix = "drop",
           .title = "DROP; answers and references may be lists of spans",
           .rules = "drop",
           .references = References::kSpans,
           .score = ScoreDropPair}};
}

Family Make(const QuestionRules& rules, const std::string& name, const std::string& title,
            bool wants_em, bool wants_f1) {
  PairMetricEntry entry = {.name = name, .title = title, .scores = {}, .parameters = {}};
  if (wants_em) entry.scores.push_back(rules.prefix + "_em");
  if (wants_f1) entry.scores.push_back(rules.prefix + "_f1");
  return {std::move(entry), [=](const Parameters& /*none*/) -> std::unique_ptr<PairMetric> {
            return std::make_unique<QuestionMetric>(rules, wants_em, wants_f1);
          }};
}

}  // namespace

std::vector<Family> QuestionFamilies() {
  std::vector<Family> families;
  for (const QuestionRules& rules : AllRules()) {
    if (rules.has_f1) {
      families.push_back(
          Make(rules, rules.prefix, "exact match and F1 of " + rules.title, true, true));
    }
    families.push_back(
        Make(rules, rules.prefix + "_em", "exact match of " + rules.title, true, false));
    if (rules.has_f1) {
      families.push_back(Make(rules, rules.prefix + "_f1", "F1 of " + rules.title, false, true));
    }
  }
  return families;
}

}  // namespace meval::pairs
