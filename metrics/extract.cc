#include "metrics/extract.h"

#include <map>
#include <optional>
#include <utility>

#include <unicode/uchar.h>

#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

// The match at group_select, negative from the end; nothing if there is no match at all.
std::optional<PythonRegex::Match> Select(std::string_view metric, const PythonRegex& regex,
                                         std::string_view response, std::int64_t group_select) {
  std::vector<PythonRegex::Match> matches = regex.FindAll(response);
  if (matches.empty()) {
    return std::nullopt;
  }
  const auto count = static_cast<std::int64_t>(matches.size());
  const std::int64_t index = group_select < 0 ? count + group_select : group_select;
  if (index < 0 || index >= count) {
    throw MetricError(metric, "pattern \"" + regex.pattern() + "\"",
                      "group_select " + std::to_string(group_select) + ", but there are " +
                          std::to_string(count) + " matches: expected " + std::to_string(-count) +
                          " to " + std::to_string(count - 1));
  }
  return std::move(matches[static_cast<std::size_t>(index)]);
}

// The item of re.findall for a match; nothing if it has several groups and all are empty.
std::optional<std::string> ItemOf(const PythonRegex::Match& match) {
  if (match.groups.size() <= 2) {
    return match.groups.back();
  }
  for (std::size_t g = 1; g < match.groups.size(); ++g) {
    if (!match.groups[g].empty()) {
      return match.groups[g];
    }
  }
  return std::nullopt;
}

std::string Escaped(std::string_view literal) {
  std::string pattern;
  for (const char c : literal) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && !IsWordCharacter(byte)) {
      pattern.push_back('\\');
    }
    pattern.push_back(c);
  }
  return pattern;
}

std::string DeletePunctuation(std::string_view text) {
  std::u32string kept;
  for (const char32_t c : ToCodePoints(text)) {
    if ((U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_P_MASK) == 0) {
      kept.push_back(c);
    }
  }
  return ToUtf8(kept);
}

std::string Parenthesised(char letter) { return std::string("(") + letter + ")"; }

}  // namespace

RegexFilter::RegexFilter(RegexFilterOptions options)
    : options_(std::move(options)), regex_(options_.pattern) {}

std::string RegexFilter::Apply(std::string_view response) const {
  RequireUtf8("regex filter", "response", response);
  const auto match = Select("regex filter", regex_, response, options_.group_select);
  if (!match) {
    return options_.fallback;
  }
  return std::string(Strip(ItemOf(*match).value_or(options_.fallback)));
}

ChoiceRegexFilter::ChoiceRegexFilter(ChoiceRegexFilterOptions options)
    : options_(std::move(options)), regex_(options_.regex.pattern) {
  for (const std::string& pattern : options_.regexes_to_ignore) {
    ignored_.emplace_back(pattern);
  }
}

std::string ChoiceRegexFilter::Clean(std::string_view text) const {
  std::string cleaned(text);
  for (const PythonRegex& regex : ignored_) {
    cleaned = regex.Replace(cleaned, "");
  }
  if (options_.ignore_case) {
    cleaned = Lower(cleaned);
  }
  return options_.ignore_punctuation ? DeletePunctuation(cleaned) : cleaned;
}

std::string ChoiceRegexFilter::Apply(std::string_view response,
                                     std::span<const std::string> choices) const {
  constexpr std::string_view kMetric = "multi_choice_regex filter";
  if (choices.empty() || choices.size() > 26) {
    throw MetricError(kMetric, "", std::to_string(choices.size()) + " choices: expected 1 to 26");
  }
  RequireUtf8(kMetric, "response", response);
  std::map<std::string, std::string> letter_of;
  std::string any_choice;
  std::string any_letter;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    RequireUtf8(kMetric, "choice " + std::to_string(i), choices[i]);
    const char letter = static_cast<char>('A' + static_cast<int>(i));
    const std::string cleaned = Clean(Strip(choices[i]));
    letter_of[cleaned] = Parenthesised(letter);
    any_choice.append(i == 0 ? "" : "|").append(Escaped(cleaned));
    any_letter.append(i == 0 ? "" : "|").push_back(letter);
  }
  const auto find = [&](const PythonRegex& regex, std::string_view text) {
    const auto match = Select(kMetric, regex, text, options_.regex.group_select);
    const std::string item = match ? ItemOf(*match).value_or("") : "";
    return std::string(Strip(item));
  };

  if (std::string found = find(regex_, response); !found.empty()) {
    return found;
  }
  if (std::string found = find(PythonRegex(any_choice), Clean(response)); !found.empty()) {
    const auto letter = letter_of.find(found);
    return letter == letter_of.end() ? found : letter->second;
  }
  if (const std::string found = find(PythonRegex(":[\\s]*(" + any_letter + ")"), response);
      !found.empty()) {
    return Parenthesised(found[0]);
  }
  return options_.regex.fallback;
}

}  // namespace meval
