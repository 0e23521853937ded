#include "metrics/drop.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "metrics/aggregate.h"
#include "metrics/drop/assignment.h"
#include "metrics/metric_error.h"
#include "metrics/text/articles.h"
#include "metrics/text/ngrams.h"
#include "metrics/text/python_number.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "drop";

using Texts = std::vector<std::string>;

// A span as two sets, sorted: its words by number, and those of them that are numbers.
struct Bag {
  text::NgramIds words;
  text::NgramIds numbers;
};

bool IsNumber(std::string_view text) { return text::ParsePythonFloat(text).has_value(); }

std::string NormalizePiece(std::string_view piece) {
  std::string text = Lower(piece);
  if (!IsNumber(text)) {
    text = DeleteAsciiPunctuation(text);
  }
  if (const auto number = text::ParsePythonFloat(text)) {
    text = text::PythonFloatText(*number);
  }
  return CollapseWhitespace(text::ReplaceArticles(text));
}

Texts NormalizeSpans(std::string_view side, std::span<const std::string> spans) {
  if (spans.size() > kMaxDropSpans) {
    throw MetricError(
        kMetric, side,
        std::to_string(spans.size()) + " spans: expected at most " + std::to_string(kMaxDropSpans));
  }
  Texts normalized;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    RequireUtf8(kMetric, std::string(side) + " span " + std::to_string(i), spans[i]);
    normalized.push_back(NormalizeDropSpan(spans[i]));
  }
  return normalized;
}

// Sorts, and keeps one of equal elements.
void MakeSet(text::NgramIds& elements) {
  std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
}

std::vector<Bag> MakeBags(const Texts& normalized, text::TokenNumbering& numbering) {
  std::vector<Bag> bags;
  for (const std::string& span : normalized) {
    const auto words = SplitWhitespace(span);
    Bag bag{numbering.Number(words), {}};
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (IsNumber(words[i])) {
        bag.numbers.push_back(bag.words[i]);
      }
    }
    MakeSet(bag.words);
    MakeSet(bag.numbers);
    bags.push_back(std::move(bag));
  }
  return bags;
}

std::size_t CountCommon(const text::NgramIds& a, const text::NgramIds& b) {
  std::size_t common = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    const bool takes_a = *i <= *j;
    const bool takes_b = *j <= *i;
    common += takes_a && takes_b ? 1 : 0;
    i += takes_a ? 1 : 0;
    j += takes_b ? 1 : 0;
  }
  return common;
}

double PairF1(const Bag& predicted, const Bag& gold) {
  if (!gold.numbers.empty() && CountCommon(gold.numbers, predicted.numbers) == 0) {
    return 0;
  }
  const auto common = static_cast<double>(CountCommon(predicted.words, gold.words));
  const auto share = [&](const Bag& bag) {
    return bag.words.empty() ? 1 : common / static_cast<double>(bag.words.size());
  };
  const double precision = share(predicted);
  const double recall = share(gold);
  return precision == 0 && recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
}

double AlignedF1(const std::vector<Bag>& predicted, const std::vector<Bag>& gold) {
  std::vector<double> scores;
  for (const Bag& g : gold) {
    for (const Bag& p : predicted) {
      scores.push_back(PairF1(p, g));
    }
  }
  const auto column_of = drop::AssignColumns(scores, gold.size(), predicted.size());
  // The reference takes numpy's mean of an array with a place for every span of the longer list.
  std::vector<double> aligned(std::max(gold.size(), predicted.size()), 0);
  for (std::size_t row = 0; row < gold.size(); ++row) {
    if (column_of[row]) {
      aligned[row] = scores[row * predicted.size() + *column_of[row]];
    }
  }
  const double f1 = PairwiseSum(aligned) / static_cast<double>(aligned.size());
  return std::rint(f1 * 100) / 100;
}

}  // namespace

std::string NormalizeDropSpan(std::string_view span) {
  RequireUtf8(kMetric, "span", span);
  std::string normalized;
  for (;;) {
    const std::size_t end = span.find_first_of(" -");
    const std::string piece = NormalizePiece(span.substr(0, end));
    if (!piece.empty()) {
      normalized.append(normalized.empty() ? "" : " ").append(piece);
    }
    if (end == std::string_view::npos) {
      return normalized;
    }
    span.remove_prefix(end + 1);
  }
}

DropScore ScoreDropSpans(std::span<const std::string> predicted,
                         std::span<const std::string> gold) {
  if (gold.empty()) {
    throw MetricError(kMetric, "gold", "no spans: expected at least one");
  }
  const Texts predicted_texts = NormalizeSpans("predicted", predicted);
  const Texts gold_texts = NormalizeSpans("gold", gold);
  const bool is_exact =
      predicted.size() == gold.size() &&
      std::set<std::string_view>(predicted_texts.begin(), predicted_texts.end()) ==
          std::set<std::string_view>(gold_texts.begin(), gold_texts.end());
  text::TokenNumbering numbering;
  const double f1 =
      AlignedF1(MakeBags(predicted_texts, numbering), MakeBags(gold_texts, numbering));
  return {is_exact ? 1.0 : 0.0, f1};
}

DropScore ScoreDrop(std::span<const std::string> predicted,
                    std::span<const std::vector<std::string>> golds) {
  if (golds.empty()) {
    throw MetricError(kMetric, "gold", "no answers: expected at least one list of spans");
  }
  DropScore best;
  for (const std::vector<std::string>& gold : golds) {
    const DropScore score = ScoreDropSpans(predicted, gold);
    if (!Strip(gold[0]).empty()) {
      best.exact_match = std::max(best.exact_match, score.exact_match);
      best.f1 = std::max(best.f1, score.f1);
    }
  }
  return best;
}

}  // namespace meval
