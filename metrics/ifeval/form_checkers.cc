// How a response is laid out, in which language and with which letters it is written.

#include <algorithm>
#include <optional>

#include "metrics/ifeval/checkers.h"
#include "metrics/ifeval/language.h"
#include "metrics/ifeval/words.h"
#include "metrics/python_regex.h"
#include "metrics/unicode_text.h"

namespace meval::ifeval {
namespace {

std::string_view WithoutAround(std::string_view text, char front, char back) {
  while (text.starts_with(front)) text.remove_prefix(1);
  while (text.ends_with(back)) text.remove_suffix(1);
  return text;
}

void RemovePrefix(std::string_view& text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
}

bool HasBullets(const std::string& response, const Arguments& arguments) {
  static const PythonRegex kStars(R"((?m)^\s*\*[^\*].*$)");
  static const PythonRegex kDashes(R"((?m)^\s*-.*$)");
  const std::size_t count = kStars.FindAll(response).size() + kDashes.FindAll(response).size();
  return static_cast<std::int64_t>(count) == arguments.Integer("num_bullets");
}

bool HasOneOfTheAnswers(const std::string& response, const Arguments& /*none*/) {
  for (const char* answer : {"My answer is yes.", "My answer is no.", "My answer is maybe."}) {
    if (response.find(answer) != std::string::npos) return true;
  }
  return false;
}

bool HasHighlights(const std::string& response, const Arguments& arguments) {
  static const PythonRegex kSingle(R"(\*[^\n\*]*\*)");
  static const PythonRegex kDouble(R"(\*\*[^\n\*]*\*\*)");
  std::int64_t count = 0;
  for (const auto& match : kSingle.FindAll(response)) {
    if (!Strip(WithoutAround(match.groups[0], '*', '*')).empty()) ++count;
  }
  for (const auto& match : kDouble.FindAll(response)) {
    const std::string_view text = match.groups[0];
    if (!Strip(text.substr(2, text.size() - 4)).empty()) ++count;
  }
  return count >= arguments.Integer("num_highlights");
}

bool HasSections(const std::string& response, const Arguments& arguments) {
  const std::string splitter(Strip(arguments.Text("section_spliter")));
  const std::size_t count =
      PythonRegex("\\s?" + splitter + "\\s?\\d+\\s?").FindAll(response).size();
  return static_cast<std::int64_t>(count) >= arguments.Integer("num_sections");
}

bool IsAllJson(const std::string& response, const Arguments& /*none*/) {
  std::string_view text = Strip(response);
  for (const char* fence : {"```json", "```Json", "```JSON", "```"}) RemovePrefix(text, fence);
  if (text.ends_with("```")) text.remove_suffix(3);
  return IsJson(Strip(text));
}

bool HasTitle(const std::string& response, const Arguments& /*none*/) {
  static const PythonRegex kTitle(R"(<<[^\n]+>>)");
  const auto titles = kTitle.FindAll(response);
  return std::any_of(titles.begin(), titles.end(), [](const PythonRegex::Match& title) {
    return !Strip(WithoutAround(title.groups[0], '<', '>')).empty();
  });
}

// Two different parts around six asterisks; an empty part may only come first or last.
bool HasTwoResponses(const std::string& response, const Arguments& /*none*/) {
  constexpr std::string_view kDivider = "******";
  std::vector<std::string_view> valid;
  std::string_view rest = response;
  for (bool is_first = true;; is_first = false) {
    const std::size_t end = rest.find(kDivider);
    const std::string_view part = Strip(rest.substr(0, end));
    if (!part.empty()) {
      valid.push_back(part);
    } else if (!is_first && end != rest.npos) {
      return false;
    }
    if (end == rest.npos) break;
    rest.remove_prefix(end + kDivider.size());
  }
  return valid.size() == 2 && valid[0] != valid[1];
}

bool RepeatsPrompt(const std::string& response, const Arguments& arguments) {
  return Lower(Strip(response)).starts_with(Lower(Strip(arguments.Text("prompt_to_repeat"))));
}

bool EndsAsAsked(const std::string& response, const Arguments& arguments) {
  const std::string ending = Lower(Strip(arguments.Text("end_phrase")));
  return Lower(WithoutAround(Strip(response), '"', '"')).ends_with(ending);
}

bool IsQuoted(const std::string& response, const Arguments& /*none*/) {
  const std::string_view text = Strip(response);
  return text.size() > 1 && text.starts_with('"') && text.ends_with('"');
}

bool HasNoComma(const std::string& response, const Arguments& /*none*/) {
  return response.find(',') == std::string::npos;
}

// A text without letters is in any language, as in the reference. One with letters whose language
// cannot be told is in none.
bool IsIn(const std::string& response, std::string_view code) {
  const std::optional<std::string> language = DetectLanguage(response);
  if (language) return *language == code;
  static const PythonRegex kLetter(R"([^\W\d_])");
  return kLetter.FindAll(response).empty();
}

bool IsInLanguage(const std::string& response, const Arguments& arguments) {
  return IsIn(response, arguments.Text("language"));
}

bool IsCapitalEnglish(const std::string& response, const Arguments& /*none*/) {
  // Language models know words in lower case.
  return IsUpper(response) && IsIn(Lower(response), "en");
}

bool IsLowercaseEnglish(const std::string& response, const Arguments& /*none*/) {
  return IsLower(response) && IsIn(response, "en");
}

bool HasCapitalWords(const std::string& response, const Arguments& arguments) {
  const std::vector<std::string> tokens = TreebankTokens(response);
  const std::int64_t count = std::count_if(tokens.begin(), tokens.end(), IsUpper);
  return Compares(count, arguments.IsAtLeast("capital_relation"),
                  arguments.Integer("capital_frequency"));
}

}  // namespace

std::vector<Checker> FormCheckers() {
  return {{"detectable_format:number_bullet_lists", HasBullets},
          {"detectable_format:constrained_response", HasOneOfTheAnswers},
          {"detectable_format:number_highlighted_sections", HasHighlights},
          {"detectable_format:multiple_sections", HasSections},
          {"detectable_format:json_format", IsAllJson},
          {"detectable_format:title", HasTitle},
          {"combination:two_responses", HasTwoResponses},
          {"combination:repeat_prompt", RepeatsPrompt},
          {"startend:end_checker", EndsAsAsked},
          {"startend:quotation", IsQuoted},
          {"punctuation:no_comma", HasNoComma},
          {"language:response_language", IsInLanguage},
          {"change_case:english_capital", IsCapitalEnglish},
          {"change_case:english_lowercase", IsLowercaseEnglish},
          {"change_case:capital_word_frequency", HasCapitalWords}};
}

}  // namespace meval::ifeval
