#include "metrics/pair_metric.h"

#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/python_regex.h"
#include "metrics/summed_statistics.h"
#include "tests/metrics/error_of.h"

namespace meval {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

AnswerPair Pair(const std::string& prediction, const std::vector<std::string>& references) {
  return {.predictions = {prediction}, .references = references};
}

std::vector<double> Count(const PairMetric& metric, const AnswerPair& pair) {
  std::vector<double> statistics(metric.num_statistics());
  metric.Count(pair, statistics);
  return statistics;
}

// Of a metric's first score.
double ScoreOf(const PairMetricRequest& request, const AnswerPair& pair) {
  const auto metric = MakePairMetric(request);
  return metric->ScoreOfPair(0, Count(*metric, pair)).value();
}

// Its references are instructions and not answers (ifeval_test.cc).
bool HasNoAnswers(const PairMetricEntry& entry) { return entry.name.starts_with("ifeval_"); }

// Every metric of the catalogue that compares answers, as it is without parameters.
std::vector<std::unique_ptr<PairMetric>> EveryMetric() {
  std::vector<std::unique_ptr<PairMetric>> metrics;
  for (const PairMetricEntry& entry : PairMetricCatalogue()) {
    if (HasNoAnswers(entry)) continue;
    metrics.push_back(MakePairMetric({.name = entry.name, .parameters = {}}));
  }
  return metrics;
}

TEST(PairMetricCatalogue, NamesEachMetricOnceAndSaysWhatItGives) {
  std::set<std::string> names;
  for (const PairMetricEntry& entry : PairMetricCatalogue()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name << " twice";
    EXPECT_FALSE(entry.title.empty()) << entry.name;
    const auto metric = MakePairMetric({.name = entry.name, .parameters = {}});
    std::vector<std::string> scores;
    for (const PairScore& score : metric->scores()) scores.push_back(score.name);
    EXPECT_EQ(scores, entry.scores) << entry.name;
  }
  for (const char* name : {"bleu", "chrf++", "ter", "rouge", "rouge9", "exact_match", "squad_f1",
                           "drop", "hendrycks_math", "kappa"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

// What a parameter falls back to is among its words, and giving it changes nothing.
TEST(PairMetricCatalogue, TakesItsOwnFallbacks) {
  for (const PairMetricEntry& entry : PairMetricCatalogue()) {
    PairMetricRequest request = {.name = entry.name, .parameters = {}};
    const std::vector<AnswerPair> pairs = {Pair("1 2", {"1 2"})};
    const std::string signature = MakePairMetric(request)->SignatureOf(0, pairs);
    for (const PairParameter& parameter : entry.parameters) {
      EXPECT_FALSE(parameter.meaning.empty()) << entry.name << ' ' << parameter.key;
      if (!parameter.is_list) request.parameters.emplace_back(parameter.key, parameter.fallback);
    }
    EXPECT_EQ(MakePairMetric(request)->SignatureOf(0, pairs), signature) << entry.name;
  }
}

// What a set's pairs add up to.
std::vector<double> Sum(const PairMetric& metric, const std::vector<AnswerPair>& pairs) {
  std::vector<double> sums(metric.num_statistics(), 0);
  for (const AnswerPair& pair : pairs) AddRow(sums, Count(metric, pair));
  return sums;
}

TEST(PairMetric, EveryOneKeepsToItsRangeAndSignsItsScore) {
  const std::vector<AnswerPair> pairs = {Pair("the cat sat on the mat", {"the cat sat on the mat"}),
                                         Pair("12", {"12.0"}), Pair("", {"something"}),
                                         Pair("quite another thing", {"a cat"})};
  for (const auto& metric : EveryMetric()) {
    metric->Prepare(pairs);
    const std::vector<double> sums = Sum(*metric, pairs);
    for (std::size_t i = 0; i < metric->scores().size(); ++i) {
      const PairScore& score = metric->scores()[i];
      EXPECT_THAT(score.unit, ::testing::AnyOf("fraction", "percent", "coefficient"));
      EXPECT_GE(metric->Score(i, sums), score.lowest) << score.name;
      EXPECT_LE(metric->Score(i, sums), score.highest.value_or(1e9)) << score.name;
      EXPECT_THAT(metric->SignatureOf(i, pairs), HasSubstr("nrefs:1|")) << score.name;
      EXPECT_THAT(metric->SignatureOf(i, pairs), HasSubstr("|version:mistral-eval-")) << score.name;
    }
  }
}

// A set answered with its own references scores everything there is.
TEST(PairMetric, EveryOneGivesTheReferencesThemselvesFullMarks) {
  const std::vector<AnswerPair> pairs = {Pair("7", {"7"}), Pair("42", {"42"})};
  for (const PairMetricEntry& entry : PairMetricCatalogue()) {
    if (HasNoAnswers(entry)) continue;
    PairMetricRequest request = {.name = entry.name, .parameters = {}};
    // One word has no four, and Minerva reads a whole sentence.
    if (entry.name == "bleu") request.parameters = {{"effective_order", "yes"}};
    if (entry.name == "minerva_math" || entry.name == "math_equiv_symbolic") {
      request.parameters = {{"extract", "no"}};
    }
    const auto metric = MakePairMetric(request);
    metric->Prepare(pairs);
    const std::vector<double> sums = Sum(*metric, pairs);
    for (std::size_t i = 0; i < metric->scores().size(); ++i) {
      const PairScore& score = metric->scores()[i];
      if (score.name.starts_with("rouge") && score.name[5] > '1' && score.name[5] <= '9') continue;
      EXPECT_NEAR(metric->Score(i, sums), score.higher_is_better ? *score.highest : score.lowest,
                  1e-9)
          << score.name;
    }
  }
}

TEST(PairMetric, EveryOneRefusesAPairWithoutPredictionOrReference) {
  for (const auto& metric : EveryMetric()) {
    const std::string name = metric->scores()[0].name;
    EXPECT_THAT(ErrorOf([&] { Count(*metric, {.predictions = {}, .references = {"a"}}); }),
                HasSubstr("no prediction: expected one"));
    if (!name.starts_with("squad_v2")) {
      EXPECT_THAT(ErrorOf([&] { Count(*metric, Pair("a", {})); }),
                  HasSubstr("no references: expected at least one"));
    }
    if (name.starts_with("drop")) continue;
    EXPECT_THAT(ErrorOf([&] {
                  Count(*metric, {.predictions = {"a", "b"}, .references = {"a"}});
                }),
                HasSubstr("2 predictions: expected one"));
    AnswerPair spans = Pair("a", {});
    spans.span_references = {{"a", "b"}};
    EXPECT_THAT(ErrorOf([&] { Count(*metric, spans); }),
                HasSubstr("references that are lists: expected texts"));
  }
}

TEST(PairMetric, EveryOneRefusesTextThatIsNotUtf8) {
  for (const auto& metric : EveryMetric()) {
    EXPECT_THAT(ErrorOf([&] { Count(*metric, Pair("ab\xFF", {"ab"})); }),
                HasSubstr("byte offset 2"))
        << metric->scores()[0].name;
  }
}

TEST(BleuPairMetric, IsTheCorpusScoreOfTheSums) {
  const std::vector<std::string> hypotheses = {"the cat sat on the mat", "a dog ran", "birds"};
  const std::vector<BleuReferences> references = {
      {"the cat sat on a mat"}, {"a dog runs", "the dog ran home"}, {"birds sing at dawn"}};
  const auto metric = MakePairMetric({.name = "bleu", .parameters = {{"tokenize", "intl"}}});
  std::vector<double> sums(metric->num_statistics(), 0);
  std::vector<AnswerPair> pairs;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    pairs.push_back(Pair(hypotheses[i], references[i]));
    const std::vector<double> row = Count(*metric, pairs.back());
    for (std::size_t k = 0; k < row.size(); ++k) sums[k] += row[k];
    EXPECT_EQ(
        metric->ScoreOfPair(0, row),
        SentenceBleu(hypotheses[i], references[i], {.tokenizer = BleuTokenizer::kIntl}).score);
  }
  const BleuOptions options = {.tokenizer = BleuTokenizer::kIntl};
  EXPECT_EQ(metric->Score(0, sums), CorpusBleu(hypotheses, references, options).score);
  EXPECT_EQ(metric->SignatureOf(0, pairs), BleuSignature(references, options));
  EXPECT_EQ(metric->SignatureOf(0, pairs),
            "nrefs:var|case:mixed|eff:no|tok:intl|smooth:exp|version:mistral-eval-1");
}

TEST(BleuPairMetric, TakesSacrebleusOptions) {
  const auto signature = [](std::vector<std::pair<std::string, std::string>> parameters) {
    const std::vector<AnswerPair> pairs = {Pair("a", {"a"})};
    return MakePairMetric({"bleu", std::move(parameters)})->SignatureOf(0, pairs);
  };
  EXPECT_THAT(signature({{"smooth_method", "floor"}, {"smooth_value", "0.25"}}),
              HasSubstr("smooth:floor[0.25]"));
  EXPECT_THAT(signature({{"lowercase", "true"}, {"effective_order", "true"}}),
              HasSubstr("case:lc|eff:yes"));
  EXPECT_EQ(MakePairMetric({"bleu", {{"max_ngram_order", "2"}}})->num_statistics(), 6U);
}

TEST(RougePairMetric, GivesTheBestReferenceOfEachTypeInPercent) {
  const auto metric = MakePairMetric({.name = "rouge", .parameters = {}});
  // Two of three words, one of two word pairs.
  const std::vector<double> row = Count(*metric, Pair("a b c", {"x", "a b d"}));
  EXPECT_DOUBLE_EQ(*metric->ScoreOfPair(0, row), 200.0 / 3);
  EXPECT_DOUBLE_EQ(*metric->ScoreOfPair(1, row), 50);
  EXPECT_DOUBLE_EQ(*metric->ScoreOfPair(2, row), 200.0 / 3);
  const AnswerPair forms = Pair("running", {"runs"});
  EXPECT_EQ(ScoreOf({"rouge1", {}}, forms), 0);
  EXPECT_EQ(ScoreOf({"rouge1", {{"stemmer", "yes"}}}, forms), 100);
}

TEST(ExactMatchPairMetric, DeletesWhatItIsTold) {
  const AnswerPair pair = Pair("The 5 CATS!", {"dogs", "cats"});
  EXPECT_EQ(ScoreOf({"exact_match", {}}, pair), 0);
  const PairMetricRequest request = {"exact_match",
                                     {{"ignore_case", "true"},
                                      {"ignore_punctuation", "true"},
                                      {"ignore_numbers", "true"},
                                      {"regexes_to_ignore", "[Tt]he"},
                                      {"regexes_to_ignore", "\\s|x"}}};
  EXPECT_EQ(ScoreOf(request, pair), 1);
  const std::vector<AnswerPair> pairs = {pair};
  EXPECT_EQ(MakePairMetric(request)->SignatureOf(0, pairs),
            "nrefs:2|case:lc|punct:no|digits:no|ignore:[[Tt]he][\\s%7Cx]|version:mistral-eval-1");
}

TEST(NumericPairMetric, ComparesNumbersHoweverWritten) {
  EXPECT_EQ(ScoreOf({"numeric", {}}, Pair("$1,450.00", {"7", "1450"})), 1);
  EXPECT_EQ(ScoreOf({"numeric", {}}, Pair("1451", {"7", "1450"})), 0);
}

TEST(ChrfPairMetric, IsTheCorpusScoreOfTheSums) {
  const std::vector<std::string> hypotheses = {"the cat sat on the mat", "a dog ran"};
  const std::vector<ChrfReferences> references = {{"the cat sat on a mat"}, {"a dog runs", "dogs"}};
  const auto metric = MakePairMetric({.name = "chrf++", .parameters = {{"beta", "3"}}});
  const std::vector<double> sums =
      Sum(*metric, {Pair(hypotheses[0], references[0]), Pair(hypotheses[1], references[1])});
  ChrfOptions options = ParseChrf("chrf++");
  options.beta = 3;
  EXPECT_EQ(metric->Score(0, sums), CorpusChrf(hypotheses, references, options));
}

TEST(TerPairMetric, IsTheRatioOfSumsAndLowerIsBetter) {
  const auto metric = MakePairMetric({.name = "ter", .parameters = {}});
  EXPECT_FALSE(metric->scores()[0].higher_is_better);
  EXPECT_FALSE(metric->scores()[0].highest.has_value());
  // One edit of four words, then three of one.
  const AnswerPair first = Pair("a b c d", {"a b c x"});
  EXPECT_EQ(metric->Score(0, Sum(*metric, {first})), 25);
  EXPECT_EQ(metric->Score(0, Sum(*metric, {first, Pair("p q r", {"x"})})), 80);
}

TEST(QuestionPairMetrics, FollowTheirScripts) {
  const AnswerPair pair = Pair("The Café!", {"a café", "pub"});
  EXPECT_EQ(ScoreOf({"squad_em", {}}, pair), 1);
  EXPECT_EQ(ScoreOf({"triviaqa_em", {}}, pair), 1);
  EXPECT_EQ(ScoreOf({"nq_em", {}}, pair), 1);
  EXPECT_EQ(ScoreOf({"squad_f1", {}}, Pair("red house", {"red car"})), 0.5);
  // A question without an answer: only v2.0 knows them.
  EXPECT_EQ(ScoreOf({"squad_v2_em", {}}, Pair("", {})), 1);
  EXPECT_EQ(ScoreOf({"squad_v2_f1", {}}, Pair("some", {})), 0);
  // Two of three golds agree: leaving out either of them, the other one is right; the prediction
  // ends with its first line.
  EXPECT_EQ(ScoreOf({"coqa_em", {}}, Pair("yes\nQ: and then?", {"yes", "yes", "no"})), 1);
  const auto both = MakePairMetric({"squad", {}});
  EXPECT_EQ(Count(*both, Pair("red house", {"red car"})), (std::vector<double>{0, 0.5, 1}));
}

TEST(DropPairMetric, TakesAnswersOfSeveralSpans) {
  const AnswerPair pair = {.predictions = {"Smith", "Jones"},
                           .references = {},
                           .span_references = {{"Brown"}, {"jones", "smith"}}};
  EXPECT_EQ(Count(*MakePairMetric({"drop", {}}), pair), (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(ScoreOf({"drop_em", {}}, Pair("5", {"five", "5.0"})), 1);
}

TEST(MathPairMetrics, ReadAnswersOutOfResponsesAndSolutions) {
  const AnswerPair pair = Pair("so it is $\\frac12$", {"thus \\boxed{\\frac{1}{2}}."});
  EXPECT_EQ(ScoreOf({"hendrycks_math", {}}, pair), 1);
  EXPECT_EQ(ScoreOf({"hendrycks_math", {{"extract", "no"}}}, pair), 0);
  EXPECT_EQ(ScoreOf({"minerva_math", {}}, pair), 0);  // no "Final Answer:"
  EXPECT_EQ(ScoreOf({"minerva_math", {}},
                    Pair("Final Answer: The final answer is $\\frac12$. I hope it is correct.",
                         pair.references)),
            1);
  // One "/" beside something else than whole numbers: lm-evaluation-harness compares as it is.
  const AnswerPair slash = Pair("x/y", {"x / y"});
  EXPECT_EQ(ScoreOf({"hendrycks_math", {}}, slash), 0);
  EXPECT_EQ(ScoreOf({"hendrycks_math", {{"variant", "hendrycks"}}}, slash), 1);
}

TEST(LabelPairMetrics, ScoreTheLabelsThatOccur) {
  const std::vector<AnswerPair> pairs = {Pair("a", {"a"}), Pair("a", {"b"}), Pair("b", {"b"}),
                                         Pair("b", {"b"})};
  const auto metric = MakePairMetric({"labels", {}});
  metric->Prepare(pairs);
  metric->Prepare(std::vector<AnswerPair>{Pair("c", {"a"})});  // another system's label
  const std::vector<double> sums = Sum(*metric, pairs);
  ASSERT_EQ(sums.size(), 9U);
  const auto of = [&](const std::string& name) {
    for (std::size_t i = 0; i < metric->scores().size(); ++i) {
      if (metric->scores()[i].name == name) return metric->Score(i, sums);
    }
    throw std::logic_error(name);
  };
  EXPECT_EQ(of("accuracy"), 0.75);
  // a: P 1/2, R 1; b: P 1, R 2/3.
  EXPECT_DOUBLE_EQ(of("macro_f1"), (2.0 / 3 + 0.8) / 2);
  EXPECT_DOUBLE_EQ(of("weighted_f1"), 0.25 * 2 / 3 + 0.75 * 0.8);
  EXPECT_DOUBLE_EQ(of("balanced_accuracy"), (1 + 2.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(of("kappa"), (0.75 - 0.5) / (1 - 0.5));
  EXPECT_EQ(metric->ScoreOfPair(0, Count(*metric, pairs[1])), 0.0);
  EXPECT_FALSE(metric->ScoreOfPair(2, Count(*metric, pairs[1])).has_value());
}

TEST(LabelPairMetrics, SayWhatIsNotALabel) {
  const auto metric = MakePairMetric({"kappa", {}});
  const std::vector<AnswerPair> same = {Pair("a", {"a"})};
  metric->Prepare(same);
  EXPECT_THAT(ErrorOf([&] { metric->Score(0, Sum(*metric, same)); }),
              HasSubstr("not defined where one label is all there is"));
  EXPECT_THAT(ErrorOf([&] {
                Count(*metric, Pair("a", {"a", "b"}));
              }),
              HasSubstr("2 references: expected one label"));
  std::vector<AnswerPair> texts;
  for (int i = 0; i < 1001; ++i) texts.push_back(Pair(std::to_string(i), {"0"}));
  EXPECT_THAT(ErrorOf([&] {
                MakePairMetric({"accuracy", {}})->Prepare(texts);
              }),
              HasSubstr("1001 different labels: expected at most 1000"));
}

TEST(MakePairMetric, SaysWhatIsAccepted) {
  const auto message = [](const PairMetricRequest& request) {
    return ErrorOf([&] { MakePairMetric(request); });
  };
  EXPECT_THAT(message({"blue", {}}), HasSubstr("blue: unknown metric: expected one of bleu, "));
  EXPECT_THAT(
      message({"bleu", {{"tok", "13a"}}}),
      HasSubstr("bleu: unknown parameter \"tok\": expected one of tokenize, smooth_method"));
  EXPECT_THAT(message({"numeric", {{"x", "1"}}}), HasSubstr("\"x\": expected none"));
  EXPECT_THAT(message({"bleu", {{"tokenize", "spm"}}}),
              HasSubstr("parameter tokenize: \"spm\": expected one of none, char, 13a, zh, intl"));
  EXPECT_THAT(message({"bleu", {{"lowercase", "ja"}}}),
              HasSubstr("expected one of yes, no, true, false"));
  EXPECT_THAT(message({"bleu", {{"tokenize", "zh"}, {"tokenize", "zh"}}}),
              HasSubstr("given twice"));
  EXPECT_THAT(message({"bleu", {{"smooth_value", "1e999"}}}), HasSubstr("expected a number"));
  EXPECT_THAT(message({"bleu", {{"smooth_value", "1"}}}), HasSubstr("expected floor or add-k"));
  for (const char* bad : {"0", "-1", "4.0", "", "99999999999"}) {
    EXPECT_THAT(message({"bleu", {{"max_ngram_order", bad}}}),
                HasSubstr("expected a whole number >= 1"))
        << bad;
  }
  EXPECT_THROW(MakePairMetric({"exact_match", {{"regexes_to_ignore", "("}}}), RegexError);
}

}  // namespace
}  // namespace meval
