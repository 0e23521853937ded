// Metrics that call an answer right or wrong, 0 or 1 for a pair.

#include <memory>

#include "metrics/exact_match.h"
#include "metrics/metric_error.h"
#include "metrics/numeric_match.h"
#include "metrics/pairs/answer_metric.h"

namespace meval::pairs {
namespace {

std::string Bracketed(const std::vector<std::string>& patterns) {
  std::string text;
  for (const std::string& pattern : patterns) text += "[" + pattern + "]";
  return text.empty() ? "none" : text;
}

Family ExactMatchFamily() {
  const auto make = [](const Parameters& parameters) -> std::unique_ptr<PairMetric> {
    const ExactMatchOptions options = {.ignore_case = parameters.Flag("ignore_case"),
                                       .ignore_punctuation = parameters.Flag("ignore_punctuation"),
                                       .ignore_numbers = parameters.Flag("ignore_numbers"),
                                       .regexes_to_ignore = parameters.List("regexes_to_ignore")};
    return std::make_unique<AnswerMetric>(
        "exact_match",
        [match = std::make_shared<const ExactMatch>(options)](
            const std::string& prediction, std::span<const std::string> references) {
          return match->MatchesAny(prediction, references);
        },
        AnswerMetric::Fields{{"case", options.ignore_case ? "lc" : "mixed"},
                             {"punct", options.ignore_punctuation ? "no" : "yes"},
                             {"digits", options.ignore_numbers ? "no" : "yes"},
                             {"ignore", Bracketed(options.regexes_to_ignore)}});
  };
  return {{.name = "exact_match",
           .title = "equal to a reference after what is ignored is deleted on both sides",
           .scores = {"exact_match"},
           .parameters = {FlagParameter("ignore_case", false, "lower-case both sides"),
                          FlagParameter("ignore_punctuation", false, "delete ASCII punctuation"),
                          FlagParameter("ignore_numbers", false, "delete ASCII digits"),
                          {.key = "regexes_to_ignore",
                           .fallback = "",
                           .meaning = "a pattern (Python's syntax) whose matches are deleted",
                           .words = {},
                           .is_list = true}}},
          make};
}

Family NumericFamily() {
  const auto make = [](const Parameters& /*none*/) -> std::unique_ptr<PairMetric> {
    return std::make_unique<AnswerMetric>(
        "numeric", AnyReference([](const std::string& prediction, const std::string& reference) {
          RequireUtf8("numeric", "prediction", prediction);
          RequireUtf8("numeric", "reference", reference);
          return NumericMatch(prediction, reference);
        }),
        AnswerMetric::Fields{{"compare", "decimal"}});
  };
  return {{.name = "numeric",
           .title = "the same decimal number as a reference, however written",
           .scores = {"numeric"},
           .parameters = {}},
          make};
}

}  // namespace

std::vector<Family> AnswerFamilies() { return {ExactMatchFamily(), NumericFamily()}; }

}  // namespace meval::pairs
