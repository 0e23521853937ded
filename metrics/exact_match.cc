#include "metrics/exact_match.h"

#include <algorithm>
#include <cstdint>

#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "exact_match";

// What storing a text in a numpy string array does to it.
void DropTrailingNuls(std::string& text) {
  while (!text.empty() && text.back() == '\0') {
    text.pop_back();
  }
}

void Truncate(std::string& text, std::int64_t num_code_points) {
  if (CountCodePoints(text) > num_code_points) {
    text = ToUtf8(std::u32string_view(ToCodePoints(text))
                      .substr(0, static_cast<std::size_t>(num_code_points)));
  }
}

void LowerAll(std::vector<std::string>& texts) {
  std::int64_t width = 0;
  for (const std::string& text : texts) {
    width = std::max(width, CountCodePoints(text));
  }
  for (std::string& text : texts) {
    text = Lower(text);
    Truncate(text, width);
  }
}

}  // namespace

ExactMatch::ExactMatch(const ExactMatchOptions& options) : options_(options) {
  for (const std::string& pattern : options_.regexes_to_ignore) {
    regexes_.emplace_back(pattern);
  }
}

std::vector<std::string> ExactMatch::Normalise(std::string_view side,
                                               std::vector<std::string> texts) const {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    RequireUtf8(kMetric, std::string(side) + " " + std::to_string(i), texts[i]);
  }
  if (regexes_.empty()) {
    std::for_each(texts.begin(), texts.end(), DropTrailingNuls);
  }
  for (const PythonRegex& regex : regexes_) {
    for (std::string& text : texts) {
      text = regex.Replace(text, "");
      DropTrailingNuls(text);
    }
  }
  if (options_.ignore_case) {
    LowerAll(texts);
  }
  for (std::string& text : texts) {
    if (options_.ignore_punctuation) {
      text = DeleteAsciiPunctuation(text);
    }
    if (options_.ignore_numbers) {
      std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
    }
    DropTrailingNuls(text);
  }
  return texts;
}

bool ExactMatch::Matches(std::string_view prediction, std::string_view reference) const {
  return Normalise("prediction", {std::string(prediction)}) ==
         Normalise("reference", {std::string(reference)});
}

bool ExactMatch::MatchesAny(std::string_view prediction,
                            std::span<const std::string> references) const {
  if (references.empty()) {
    throw MetricError(kMetric, "", "no references: expected at least one");
  }
  const auto predicted = Normalise("prediction", {std::string(prediction)});
  const auto accepted = Normalise("reference", {references.begin(), references.end()});
  return std::find(accepted.begin(), accepted.end(), predicted[0]) != accepted.end();
}

double ExactMatch::Score(std::span<const std::string> predictions,
                         std::span<const std::string> references) const {
  RequireSameCount(kMetric, predictions.size(), references.size());
  const auto predicted = Normalise("prediction", {predictions.begin(), predictions.end()});
  const auto expected = Normalise("reference", {references.begin(), references.end()});
  std::size_t num_equal = 0;
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    num_equal += predicted[i] == expected[i] ? 1 : 0;
  }
  return static_cast<double>(num_equal) / static_cast<double>(predicted.size());
}

}  // namespace meval
