#include "metrics/rouge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "metrics/metric_error.h"
#include "metrics/porter_stemmer.h"
#include "metrics/sequence/lcs.h"
#include "metrics/text/ngrams.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

using text::NgramIds;

constexpr std::string_view kMetric = "rouge";
constexpr std::size_t kMinStemmedLength = 4;

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

RougeScore ScoreNgrams(const NgramIds& target, const NgramIds& prediction, std::size_t num_ids) {
  const auto target_counts = text::CountIds(target, num_ids);
  const auto prediction_counts = text::CountIds(prediction, num_ids);
  std::int64_t overlap = 0;
  for (std::size_t id = 0; id < num_ids; ++id) {
    overlap += std::min(target_counts[id], prediction_counts[id]);
  }
  return MakeScore(overlap, std::max<std::size_t>(1, prediction.size()),
                   std::max<std::size_t>(1, target.size()));
}

RougeScore ScoreLcs(const NgramIds& target, const NgramIds& prediction) {
  if (target.empty() || prediction.empty()) {
    return {};
  }
  return MakeScore(sequence::LcsLength(target, prediction), prediction.size(), target.size());
}

using Lines = std::vector<std::vector<std::string>>;

// The tokens of each line that is not empty. Since a newline separates tokens, all lines' tokens
// together are the text's.
Lines TokenizeLines(std::string_view text, bool use_stemmer) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) {
      lines.push_back(RougeTokenize(text.substr(0, end), use_stemmer));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

struct NumberedText {
  std::vector<NgramIds> lines;
  NgramIds all;
};

NumberedText Number(const Lines& lines, text::TokenNumbering& numbering) {
  NumberedText numbered;
  for (const auto& line : lines) {
    numbered.lines.push_back(numbering.Number(line));
    numbered.all.insert(numbered.all.end(), numbered.lines.back().begin(),
                        numbered.lines.back().end());
  }
  return numbered;
}

RougeScore ScoreLineUnions(const NumberedText& target, const NumberedText& prediction,
                           std::size_t num_ids) {
  if (target.all.empty() || prediction.all.empty()) {
    return {};
  }
  auto target_left = text::CountIds(target.all, num_ids);
  auto prediction_left = text::CountIds(prediction.all, num_ids);
  std::int64_t hits = 0;
  for (const NgramIds& line : target.lines) {
    std::vector<bool> in_union(line.size(), false);
    for (const NgramIds& other : prediction.lines) {
      sequence::MarkLcs(line, other, in_union);
    }
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (in_union[i] && target_left[line[i]] > 0 && prediction_left[line[i]] > 0) {
        ++hits;
        --target_left[line[i]];
        --prediction_left[line[i]];
      }
    }
  }
  return MakeScore(hits, prediction.all.size(), target.all.size());
}

}  // namespace

std::vector<std::string> RougeTokenize(std::string_view text, bool use_stemmer) {
  RequireUtf8(kMetric, "", text);
  const std::string lower = Lower(text);
  std::vector<std::string> tokens;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= lower.size(); ++i) {
    const char c = i < lower.size() ? lower[i] : ' ';
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      continue;
    }
    if (i > begin) {
      std::string token = lower.substr(begin, i - begin);
      tokens.push_back(use_stemmer && token.size() >= kMinStemmedLength ? PorterStem(token)
                                                                        : std::move(token));
    }
    begin = i + 1;
  }
  return tokens;
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

std::vector<RougeScore> Rouge::Score(std::string_view target, std::string_view prediction) const {
  RequireUtf8(kMetric, "target", target);
  RequireUtf8(kMetric, "prediction", prediction);
  std::vector<RougeScore> scores(types_.size());
  const auto set = [&](std::string_view type, const RougeScore& score) {
    for (std::size_t i = 0; i < types_.size(); ++i) {
      if (types_[i] == type) {
        scores[i] = score;
      }
    }
  };
  const Lines target_lines = TokenizeLines(target, use_stemmer_);
  const Lines prediction_lines = TokenizeLines(prediction, use_stemmer_);
  text::TokenNumbering numbering;
  NumberedText numbered_target = Number(target_lines, numbering);
  NumberedText numbered_prediction = Number(prediction_lines, numbering);
  if (needs_lcs_) {
    set("rougeL", ScoreLcs(numbered_target.all, numbered_prediction.all));
  }
  if (needs_lines_) {
    set("rougeLsum", ScoreLineUnions(numbered_target, numbered_prediction, numbering.size()));
  }
  std::size_t num_ids = numbering.size();
  for (std::size_t n = 1; n <= max_order_; ++n) {
    if (n > 1) {
      text::NgramExtension extension;
      extension.Extend(numbered_target.all);
      extension.Extend(numbered_prediction.all);
      num_ids = extension.size();
    }
    set("rouge" + std::to_string(n),
        ScoreNgrams(numbered_target.all, numbered_prediction.all, num_ids));
  }
  return scores;
}

std::vector<RougeScore> Rouge::ScoreMulti(std::span<const std::string> targets,
                                          std::string_view prediction) const {
  if (targets.empty()) {
    throw MetricError(kMetric, "", "no targets: expected at least one");
  }
  std::vector<RougeScore> best = Score(targets[0], prediction);
  for (const std::string& target : targets.subspan(1)) {
    const std::vector<RougeScore> scores = Score(target, prediction);
    for (std::size_t i = 0; i < best.size(); ++i) {
      if (scores[i].fmeasure > best[i].fmeasure) {
        best[i] = scores[i];
      }
    }
  }
  return best;
}

}  // namespace meval
