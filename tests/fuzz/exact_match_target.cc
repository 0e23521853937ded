#include "metrics/exact_match.h"
#include "metrics/metric_error.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

// From: three options, a pattern to ignore, a prediction, references.
MEVAL_FUZZ_TARGET(exact_match) {
  ExactMatchOptions options;
  options.ignore_case = input.Flag();
  options.ignore_punctuation = input.Flag();
  options.ignore_numbers = input.Flag();
  const bool ignores = input.Flag();
  const std::string pattern = input.Text();
  if (ignores) {
    options.regexes_to_ignore = {pattern, R"(\.$)"};
  }
  const std::string prediction = input.Text();
  const std::vector<std::string> references = input.Texts();
  try {
    const ExactMatch match(options);
    fuzz::Require(match.Matches(prediction, prediction), "a text matches itself");
    fuzz::Require(match.MatchesAny(prediction, std::vector<std::string>{prediction}),
                  "a text matches a list of itself");
    const bool any = match.MatchesAny(prediction, references);
    fuzz::Require(references.size() > 1 || any == match.Matches(prediction, references[0]),
                  "one reference is a list of one");
    fuzz::Require(
        match.Matches(prediction, references[0]) == match.Matches(references[0], prediction),
        "both sides go through the same deletions");
    const std::vector<std::string> predictions(references.size(), prediction);
    const double score = match.Score(predictions, references);
    fuzz::Require(score >= 0 && score <= 1, "a score is in 0..1");
    fuzz::Require(match.Score(references, references) == 1, "a list matches itself");
  } catch (const RegexError&) {
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
