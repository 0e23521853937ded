#include "metrics/rouge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "metrics/metric_error.h"
#include "metrics/parallel.h"
#include "metrics/rouge/tokenized_text.h"
#include "metrics/sequence/lcs.h"
#include "metrics/text/ngram_overlap.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

using text::NgramIds;

constexpr std::string_view kMetric = "rouge";

// The N of "rougeN"; nothing for rougeL, rougeLsum and anything else.
std::optional<std::size_t> OrderOf(std::string_view type) {
  if (type.size() == 6 && type.starts_with("rouge") && type[5] >= '1' && type[5] <= '9') {
    return static_cast<std::size_t>(type[5] - '0');
  }
  return std::nullopt;
}

RougeScore MakeScore(double precision, double recall) {
  const double sum = precision + recall;
  return {precision, recall, sum > 0 ? 2 * precision * recall / sum : 0};
}

RougeScore MakeScore(std::int64_t hits, std::size_t num_predicted, std::size_t num_target) {
  return MakeScore(static_cast<double>(hits) / static_cast<double>(num_predicted),
                   static_cast<double>(hits) / static_cast<double>(num_target));
}

// Throws MetricError unless `text` is valid UTF-8; `index` is that of a target.
void RequireText(std::optional<std::size_t> document, std::string_view side,
                 std::optional<std::size_t> index, std::string_view text) {
  if (!FindInvalidUtf8(text)) {
    return;
  }
  std::string where = document ? "document " + std::to_string(*document) + ", " : "";
  where += side;
  where += index ? " " + std::to_string(*index) : "";
  RequireUtf8(kMetric, where, text);
}

}  // namespace

std::vector<std::string> RougeTokenize(std::string_view text, bool use_stemmer) {
  RequireUtf8(kMetric, "", text);
  rouge::TokenizedText tokenized;
  tokenized.Read(text, use_stemmer);
  return {tokenized.tokens().begin(), tokenized.tokens().end()};
}

Rouge::Rouge(std::vector<std::string> types, bool use_stemmer)
    : types_(std::move(types)), use_stemmer_(use_stemmer) {
  if (types_.empty()) {
    throw MetricError(kMetric, "",
                      "no types: expected some of rouge1 to rouge9, rougeL, rougeLsum");
  }
  for (const std::string& type : types_) {
    if (const auto order = OrderOf(type)) {
      max_order_ = std::max(max_order_, *order);
    } else if (type == "rougeL") {
      needs_lcs_ = true;
    } else if (type == "rougeLsum") {
      needs_lines_ = true;
    } else {
      throw MetricError(
          kMetric, "",
          "unknown type \"" + type + "\": expected rouge1 to rouge9, rougeL, rougeLsum");
    }
  }
}

// Scores predictions against targets with the memory of the last pair. Texts are valid UTF-8.
class Rouge::Scorer {
 public:
  explicit Scorer(const Rouge& rouge) : rouge_(rouge), matches_(rouge.max_order_) {}

  void SetPrediction(std::string_view text) { prediction_.Read(text, rouge_.use_stemmer_); }

  std::vector<RougeScore> ScoreAgainst(std::string_view target) {
    target_.Read(target, rouge_.use_stemmer_);
    NumberTokens();
    std::vector<RougeScore> scores(rouge_.types_.size());
    const auto set = [&](std::string_view type, const RougeScore& score) {
      for (std::size_t i = 0; i < scores.size(); ++i) {
        if (rouge_.types_[i] == type) {
          scores[i] = score;
        }
      }
    };
    if (rouge_.needs_lcs_) {
      set("rougeL", ScoreLcs());
    }
    if (rouge_.needs_lines_) {
      set("rougeLsum", ScoreLineUnions());
    }
    // The last, since it overwrites the ids.
    overlap_.Count(target_ids_, {&prediction_ids_, 1}, matches_);
    for (std::size_t n = 1; n <= matches_.size(); ++n) {
      set("rouge" + std::to_string(n),
          MakeScore(matches_[n - 1], NumNgrams(prediction_, n), NumNgrams(target_, n)));
    }
    return scores;
  }

 private:
  static std::size_t NumNgrams(const rouge::TokenizedText& text, std::size_t n) {
    return std::max(text.tokens().size(), n) - n + 1;
  }

  // Ids for the target's tokens; those that only the prediction has are unknown.
  void NumberTokens() {
    numbers_.Reset(target_.tokens().size());
    target_ids_.clear();
    for (const std::string_view token : target_.tokens()) {
      target_ids_.push_back(numbers_.Number(token));
    }
    prediction_ids_.clear();
    for (const std::string_view token : prediction_.tokens()) {
      prediction_ids_.push_back(numbers_.Find(token));
    }
  }

  RougeScore ScoreLcs() {
    if (target_ids_.empty() || prediction_ids_.empty()) {
      return {};
    }
    lcs_.SetFirst(target_ids_);
    return MakeScore(lcs_.Length(prediction_ids_), prediction_ids_.size(), target_ids_.size());
  }

  RougeScore ScoreLineUnions() {
    if (target_ids_.empty() || prediction_ids_.empty()) {
      return {};
    }
    target_left_ = text::CountIds(target_ids_, numbers_.size());
    prediction_left_.assign(numbers_.size(), 0);
    for (const std::uint32_t id : prediction_ids_) {
      if (id < prediction_left_.size()) {
        ++prediction_left_[id];
      }
    }
    std::int64_t hits = 0;
    ForEachLine(target_, target_ids_, [&](Ids line) { hits += CountHits(line); });
    return MakeScore(hits, prediction_ids_.size(), target_ids_.size());
  }

  using Ids = std::span<const std::uint32_t>;

  // Tokens of one target line that are in its longest common subsequence with some prediction line
  // and have not been used up.
  std::int64_t CountHits(Ids line) {
    lcs_.SetFirst(line);
    in_union_.assign(line.size(), false);
    ForEachLine(prediction_, prediction_ids_, [&](Ids other) { lcs_.Mark(other, in_union_); });
    std::int64_t hits = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (in_union_[i] && target_left_[line[i]] > 0 && prediction_left_[line[i]] > 0) {
        ++hits;
        --target_left_[line[i]];
        --prediction_left_[line[i]];
      }
    }
    return hits;
  }

  template <typename Body>
  static void ForEachLine(const rouge::TokenizedText& text, Ids ids, Body body) {
    std::size_t begin = 0;
    for (const std::size_t end : text.line_ends()) {
      body(ids.subspan(begin, end - begin));
      begin = end;
    }
  }

  const Rouge& rouge_;
  rouge::TokenizedText target_;
  rouge::TokenizedText prediction_;
  text::Numbering<std::string_view> numbers_;
  NgramIds target_ids_;
  NgramIds prediction_ids_;
  text::NgramOverlap overlap_;
  std::vector<std::int64_t> matches_;  // by order
  sequence::Lcs lcs_;
  std::vector<bool> in_union_;
  std::vector<std::int64_t> target_left_;      // by id
  std::vector<std::int64_t> prediction_left_;  // by id
};

std::vector<RougeScore> Rouge::Score(std::string_view target, std::string_view prediction) const {
  RequireText(std::nullopt, "target", std::nullopt, target);
  RequireText(std::nullopt, "prediction", std::nullopt, prediction);
  Scorer scorer(*this);
  scorer.SetPrediction(prediction);
  return scorer.ScoreAgainst(target);
}

std::vector<RougeScore> Rouge::ScoreMulti(std::span<const std::string> targets,
                                          std::string_view prediction) const {
  Scorer scorer(*this);
  return ScoreBest(scorer, std::nullopt, targets, prediction);
}

std::vector<std::vector<RougeScore>> Rouge::ScoreDocuments(std::span<const RougeTargets> targets,
                                                           std::span<const std::string> predictions,
                                                           int num_threads) const {
  RequireSameCount(kMetric, predictions.size(), targets.size());
  std::vector<std::vector<RougeScore>> scores(predictions.size());
  ParallelBlocks(num_threads, scores.size(), [&](std::size_t begin, std::size_t end) {
    Scorer scorer(*this);
    for (std::size_t i = begin; i < end; ++i) {
      scores[i] = ScoreBest(scorer, i, targets[i], predictions[i]);
    }
  });
  return scores;
}

std::vector<RougeScore> Rouge::ScoreBest(Scorer& scorer, std::optional<std::size_t> document,
                                         std::span<const std::string> targets,
                                         std::string_view prediction) {
  if (targets.empty()) {
    throw MetricError(kMetric, document ? "document " + std::to_string(*document) : "",
                      "no targets: expected at least one");
  }
  RequireText(document, "prediction", std::nullopt, prediction);
  for (std::size_t t = 0; t < targets.size(); ++t) {
    RequireText(document, "target", t, targets[t]);
  }
  scorer.SetPrediction(prediction);
  std::vector<RougeScore> best = scorer.ScoreAgainst(targets[0]);
  for (const std::string& target : targets.subspan(1)) {
    const std::vector<RougeScore> scores = scorer.ScoreAgainst(target);
    for (std::size_t i = 0; i < best.size(); ++i) {
      if (scores[i].fmeasure > best[i].fmeasure) {
        best[i] = scores[i];
      }
    }
  }
  return best;
}

}  // namespace meval
