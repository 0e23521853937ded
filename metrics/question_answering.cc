#include "metrics/question_answering.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "metrics/metric_error.h"
#include "metrics/text/articles.h"
#include "metrics/text/nfd.h"
#include "metrics/text/ngrams.h"
#include "metrics/text/utf8.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "question answering";

// ASCII punctuation and the quotes of TriviaQA's script become spaces.
std::string PunctuationToSpaces(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    const char32_t c = text::DecodeForward(text, i);
    const bool is_quote = c == 0x2018 || c == 0x2019 || c == 0x00B4;
    if (is_quote || IsAsciiPunctuation(c)) {
      out.push_back(' ');
    } else {
      out.append(text, begin, i - begin);
    }
  }
  return out;
}

// Precondition: valid UTF-8, as for everything below.
std::string Normalize(std::string_view answer, AnswerRules rules) {
  std::string text;
  if (rules == AnswerRules::kTriviaQa) {
    text = PunctuationToSpaces(Lower(ReplaceAll(answer, "_", " ")));
  } else {
    text = DeleteAsciiPunctuation(
        Lower(rules == AnswerRules::kOrqa ? text::ToNfd(answer) : std::string(answer)));
  }
  return CollapseWhitespace(text::ReplaceArticles(text));
}

double TokenF1(std::string_view prediction, std::string_view gold, AnswerRules rules) {
  text::TokenNumbering numbering;
  const auto predicted = numbering.Number(SplitWhitespace(prediction));
  const auto expected = numbering.Number(SplitWhitespace(gold));
  if (rules == AnswerRules::kSquadV2 && (predicted.empty() || expected.empty())) {
    return predicted.empty() && expected.empty() ? 1 : 0;
  }
  const auto predicted_counts = text::CountIds(predicted, numbering.size());
  const auto expected_counts = text::CountIds(expected, numbering.size());
  std::int64_t num_common = 0;
  for (std::size_t id = 0; id < numbering.size(); ++id) {
    num_common += std::min(predicted_counts[id], expected_counts[id]);
  }
  if (num_common == 0) {
    return 0;
  }
  const auto common = static_cast<double>(num_common);
  const double precision = common / static_cast<double>(predicted.size());
  const double recall = common / static_cast<double>(expected.size());
  return 2 * precision * recall / (precision + recall);
}

AnswerScore ScoreNormalized(std::string_view prediction, std::string_view gold, AnswerRules rules) {
  return {prediction == gold ? 1.0 : 0.0, TokenF1(prediction, gold, rules)};
}

std::string CheckedPrediction(std::string_view prediction, AnswerRules rules) {
  RequireUtf8(kMetric, "prediction", prediction);
  return Normalize(prediction, rules);
}

std::vector<std::string> CheckedGolds(std::span<const std::string> golds, AnswerRules rules) {
  std::vector<std::string> normalized;
  for (std::size_t i = 0; i < golds.size(); ++i) {
    RequireUtf8(kMetric, "gold " + std::to_string(i), golds[i]);
    normalized.push_back(Normalize(golds[i], rules));
  }
  return normalized;
}

[[noreturn]] void RefuseNoGolds() {
  throw MetricError(kMetric, "", "no gold answers: expected at least one");
}

// The mean over i of the largest of all scores but scores[i]; of a single score, itself.
double LeaveOneOutMean(const std::vector<double>& scores) {
  const auto largest = std::max_element(scores.begin(), scores.end());
  if (scores.size() == 1) {
    return *largest;
  }
  double second = -std::numeric_limits<double>::infinity();
  for (auto score = scores.begin(); score != scores.end(); ++score) {
    second = score == largest ? second : std::max(second, *score);
  }
  double sum = 0;
  for (auto score = scores.begin(); score != scores.end(); ++score) {
    sum += score == largest ? second : *largest;
  }
  return sum / static_cast<double>(scores.size());
}

}  // namespace

std::string NormalizeAnswer(std::string_view answer, AnswerRules rules) {
  RequireUtf8(kMetric, "answer", answer);
  return Normalize(answer, rules);
}

AnswerScore ScoreAnswer(std::string_view prediction, std::string_view gold, AnswerRules rules) {
  RequireUtf8(kMetric, "gold", gold);
  return ScoreNormalized(CheckedPrediction(prediction, rules), Normalize(gold, rules), rules);
}

AnswerScore ScoreBestAnswer(std::string_view prediction, std::span<const std::string> golds,
                            AnswerRules rules) {
  const std::string predicted = CheckedPrediction(prediction, rules);
  std::vector<std::string> normalized = CheckedGolds(golds, rules);
  if (rules == AnswerRules::kSquadV2) {
    std::erase(normalized, "");
    if (normalized.empty()) {
      normalized.emplace_back();
    }
  }
  if (normalized.empty()) {
    RefuseNoGolds();
  }
  AnswerScore best;
  for (const std::string& gold : normalized) {
    const AnswerScore score = ScoreNormalized(predicted, gold, rules);
    best.exact_match = std::max(best.exact_match, score.exact_match);
    best.f1 = std::max(best.f1, score.f1);
  }
  return best;
}

AnswerScore ScoreCoqaAnswer(std::string_view prediction, std::span<const std::string> golds) {
  constexpr AnswerRules kRules = AnswerRules::kSquadV2;
  if (golds.empty()) {
    RefuseNoGolds();
  }
  const std::string predicted = CheckedPrediction(prediction, kRules);
  std::vector<double> exact_matches;
  std::vector<double> f1s;
  for (const std::string& gold : CheckedGolds(golds, kRules)) {
    const AnswerScore score = ScoreNormalized(predicted, gold, kRules);
    exact_matches.push_back(score.exact_match);
    f1s.push_back(score.f1);
  }
  return {LeaveOneOutMean(exact_matches), LeaveOneOutMean(f1s)};
}

std::string_view CoqaPrediction(std::string_view response) {
  RequireUtf8(kMetric, "response", response);
  const std::string_view stripped = Strip(response);
  return stripped.substr(0, stripped.find('\n'));
}

}  // namespace meval
