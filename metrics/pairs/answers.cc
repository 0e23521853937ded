// Metrics that score each answer by itself: means over pairs.

#include <algorithm>
#include <functional>

#include "metrics/drop.h"
#include "metrics/exact_match.h"
#include "metrics/hendrycks_math.h"
#include "metrics/metric_error.h"
#include "metrics/minerva_math.h"
#include "metrics/numeric_match.h"
#include "metrics/pairs/families.h"
#include "metrics/parallel.h"
#include "metrics/question_answering.h"

namespace meval::pairs {
namespace {

using AnswerScorer = std::function<double(const PredictionPair&)>;

struct Answers {
  AnswerScorer score;
  std::string settings;  // of the signature, each with a "|" behind
  bool takes_several_predictions = false;
};

template <typename Matches>
AnswerScorer BestOf(Matches matches) {
  return [matches](const PredictionPair& pair) {
    return std::any_of(pair.references.begin(), pair.references.end(),
                       [&](const std::string& gold) { return matches(pair.predictions[0], gold); })
               ? 1.0
               : 0.0;
  };
}

Answers ExactMatchAnswers(ParameterReader& parameters) {
  ExactMatchOptions options;
  options.ignore_case = parameters.YesNo("ignore_case", false);
  options.ignore_punctuation = parameters.YesNo("ignore_punctuation", false);
  options.ignore_numbers = parameters.YesNo("ignore_numbers", false);
  const std::string ignored = parameters.Text("regex_to_ignore", "");
  if (!ignored.empty()) options.regexes_to_ignore.push_back(ignored);
  const auto metric = std::make_shared<const ExactMatch>(options);
  Answers answers;
  answers.score = [metric](const PredictionPair& pair) {
    return metric->MatchesAny(pair.predictions[0], pair.references) ? 1.0 : 0.0;
  };
  answers.settings = std::string("case:") + (options.ignore_case ? "lc" : "mixed") +
                     "|punct:" + YesOrNo(!options.ignore_punctuation) +
                     "|numbers:" + YesOrNo(!options.ignore_numbers) +
                     (ignored.empty() ? "" : "|ignored:" + ignored) + "|";
  return answers;
}

Answers QuestionAnswers(std::string_view name, ParameterReader& parameters) {
  AnswerRules rules = AnswerRules::kSquadV2;
  Answers answers;
  if (name.starts_with("squad")) {
    const std::string version = parameters.Text("rules", "v2");
    if (version != "v1" && version != "v2") {
      throw MetricError(name, "rules", "expected v1 or v2, found \"" + version + "\"");
    }
    rules = version == "v1" ? AnswerRules::kSquadV1 : AnswerRules::kSquadV2;
    answers.settings = "rules:" + version + "|";
  } else if (name.starts_with("triviaqa")) {
    rules = AnswerRules::kTriviaQa;
  } else if (name.starts_with("nq")) {
    rules = AnswerRules::kOrqa;
  }
  const bool coqa = name.starts_with("coqa");
  const bool f1 = name.ends_with("_f1");
  answers.score = [rules, coqa, f1](const PredictionPair& pair) {
    const AnswerScore score =
        coqa ? ScoreCoqaAnswer(CoqaPrediction(pair.predictions[0]), pair.references)
             : ScoreBestAnswer(pair.predictions[0], pair.references, rules);
    return f1 ? score.f1 : score.exact_match;
  };
  return answers;
}

// A reference is one acceptable answer of one span, as a list of one.
Answers DropAnswers(bool f1) {
  Answers answers;
  answers.takes_several_predictions = true;
  answers.score = [f1](const PredictionPair& pair) {
    std::vector<std::vector<std::string>> golds;
    for (const std::string& reference : pair.references) golds.push_back({reference});
    const DropScore score = ScoreDrop(pair.predictions, golds);
    return f1 ? score.f1 : score.exact_match;
  };
  return answers;
}

Answers HendrycksAnswers(ParameterReader& parameters) {
  const std::string variant = parameters.Text("variant", "lm_eval");
  if (variant != "lm_eval" && variant != "hendrycks") {
    throw MetricError("hendrycks_math", "variant",
                      "expected lm_eval or hendrycks, found \"" + variant + "\"");
  }
  const MathVariant rules = variant == "lm_eval" ? MathVariant::kLmEval : MathVariant::kHendrycks;
  Answers answers;
  answers.settings = "variant:" + variant + "|";
  answers.score = BestOf([rules](const std::string& prediction, const std::string& gold) {
    const std::optional<std::string> boxed = LastBoxed(gold);
    return AreEquivalentMathAnswers(ExtractMathAnswer(prediction), boxed ? Unbox(*boxed) : gold,
                                    rules);
  });
  return answers;
}

Answers MinervaAnswers(ParameterReader& parameters) {
  const bool extract = parameters.YesNo("extract", true);
  Answers answers;
  answers.settings = "extract:" + YesOrNo(extract) + "|";
  answers.score = BestOf([extract](const std::string& prediction, const std::string& gold) {
    const std::string answer = extract ? ExtractMinervaAnswer(prediction) : prediction;
    return NormalizeMinervaAnswer(answer) == NormalizeMinervaAnswer(gold);
  });
  return answers;
}

Answers AnswersOf(std::string_view name, ParameterReader& parameters) {
  if (name == "exact_match") return ExactMatchAnswers(parameters);
  if (name == "numeric") return {.score = BestOf(NumericMatch), .settings = ""};
  if (name == "hendrycks_math") return HendrycksAnswers(parameters);
  if (name == "minerva_math") return MinervaAnswers(parameters);
  if (name.starts_with("drop")) return DropAnswers(name == "drop_f1");
  return QuestionAnswers(name, parameters);
}

}  // namespace

Metrics ScoreAnswerPairs(std::string_view name, ParameterReader& parameters, Pairs pairs,
                         int num_threads) {
  const Answers answers = AnswersOf(name, parameters);
  parameters.Finish();
  if (!answers.takes_several_predictions) SinglePredictions(name, pairs);
  std::vector<double> samples(pairs.size());
  ParallelFor(num_threads, pairs.size(), [&](std::size_t i) {
    try {
      samples[i] = answers.score(pairs[i]);
    } catch (const MetricError& error) {
      throw MetricError(name, pairs[i].where, error.what());
    }
  });
  return {MeanMetric(
      std::string(name),
      "nrefs:" + CountReferences(pairs) + "|" + answers.settings + std::string(kVersionField),
      std::move(samples))};
}

}  // namespace meval::pairs
