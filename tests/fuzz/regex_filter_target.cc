#include "metrics/extract.h"
#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

// Both filters, from: where to select, options, pattern, response, an ignored pattern, choices.
MEVAL_FUZZ_TARGET(regex_filter) {
  const std::int64_t select = static_cast<std::int64_t>(input.Below(5)) - 2;
  ChoiceRegexFilterOptions options;
  options.ignore_case = input.Flag();
  options.ignore_punctuation = input.Flag();
  options.regex = {.pattern = input.Text(), .group_select = select};
  const std::string response = input.Text();
  options.regexes_to_ignore = {input.Text()};
  const std::vector<std::string> choices = input.Texts();
  try {
    const RegexFilter filter(options.regex);
    const std::string answer = filter.Apply(response);
    fuzz::Require(Strip(answer) == answer, "an answer has no whitespace at its ends");
    fuzz::Require(answer == filter.fallback() || response.find(answer) != response.npos,
                  "an answer occurs in the response, or is the fallback");
  } catch (const RegexError&) {
  } catch (const MetricError&) {
  }
  try {
    const std::string answer = ChoiceRegexFilter(options).Apply(response, choices);
    fuzz::Require(!answer.empty() && !FindInvalidUtf8(answer), "there is an answer, in UTF-8");
  } catch (const RegexError&) {
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
