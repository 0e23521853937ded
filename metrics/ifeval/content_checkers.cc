// What a response says, and how much of it.

#include <algorithm>

#include "metrics/ifeval/checkers.h"
#include "metrics/ifeval/words.h"
#include "metrics/metric_error.h"
#include "metrics/python_regex.h"
#include "metrics/unicode_text.h"

namespace meval::ifeval {
namespace {

std::int64_t CountMatches(const PythonRegex& pattern, const std::string& text) {
  return static_cast<std::int64_t>(pattern.FindAll(text).size());
}

// Keywords are patterns, as the reference takes them.
std::int64_t CountMatches(const std::string& pattern, const std::string& text) {
  return CountMatches(PythonRegex(pattern), text);
}

bool HasKeywords(const std::string& response, const Arguments& arguments) {
  const std::vector<std::string>& keywords = arguments.Texts("keywords");
  return std::all_of(keywords.begin(), keywords.end(), [&](const std::string& keyword) {
    return CountMatches("(?i)" + keyword, response) > 0;
  });
}

bool HasNoForbiddenWords(const std::string& response, const Arguments& arguments) {
  const std::vector<std::string>& words = arguments.Texts("forbidden_words");
  return std::none_of(words.begin(), words.end(), [&](const std::string& word) {
    return CountMatches("(?i)\\b" + word + "\\b", response) > 0;
  });
}

bool HasKeywordSoOften(const std::string& response, const Arguments& arguments) {
  const std::string keyword(Strip(arguments.Text("keyword")));
  return Compares(CountMatches("(?i)" + keyword, response), arguments.IsAtLeast("relation"),
                  arguments.Integer("frequency"));
}

bool HasLetterSoOften(const std::string& response, const Arguments& arguments) {
  const std::u32string letter = ToCodePoints(Lower(arguments.Text("letter")));
  if (letter.size() != 1) arguments.Fail("letter", "one character");
  const std::u32string text = ToCodePoints(Lower(response));
  return Compares(std::count(text.begin(), text.end(), letter[0]),
                  arguments.IsAtLeast("let_relation"), arguments.Integer("let_frequency"));
}

bool HasSoManySentences(const std::string& response, const Arguments& arguments) {
  return Compares(CountSentences(response), arguments.IsAtLeast("relation"),
                  arguments.Integer("num_sentences"));
}

bool HasSoManyWords(const std::string& response, const Arguments& arguments) {
  static const PythonRegex kWord("\\w+");
  return Compares(CountMatches(kWord, response), arguments.IsAtLeast("relation"),
                  arguments.Integer("num_words"));
}

// What stands between matches.
std::vector<std::string> Split(const std::string& text, const PythonRegex& pattern) {
  std::vector<std::string> parts;
  std::size_t done = 0;
  for (const PythonRegex::Match& match : pattern.FindAll(text)) {
    parts.push_back(text.substr(done, match.begin - done));
    done = match.end;
  }
  parts.push_back(text.substr(done));
  return parts;
}

// Parts between dividers, none of them empty but the first and the last, which then do not count.
bool HasSoManyParagraphs(const std::string& response, const Arguments& arguments) {
  static const PythonRegex kDivider(R"(\s?\*\*\*\s?)");
  const std::vector<std::string> parts = Split(response, kDivider);
  auto count = static_cast<std::int64_t>(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!Strip(parts[i]).empty()) continue;
    if (i != 0 && i + 1 != parts.size()) return false;
    --count;
  }
  return count == arguments.Integer("num_paragraphs");
}

// The letters of a paragraph's first word up to a punctuation mark, in lower case.
std::string FirstWord(std::string_view paragraph) {
  std::string_view word = SplitWhitespace(paragraph).front();
  for (const char quote : {'\'', '"'}) {
    while (word.starts_with(quote)) word.remove_prefix(1);
  }
  return Lower(word.substr(0, std::min(word.find_first_of(".,?!'\""), word.size())));
}

bool BeginsNthParagraph(const std::string& response, const Arguments& arguments) {
  static const PythonRegex kBlankLine("\n\n");
  const std::vector<std::string> parts = Split(response, kBlankLine);
  const std::int64_t count = std::count_if(
      parts.begin(), parts.end(), [](const std::string& part) { return !Strip(part).empty(); });
  const std::int64_t nth = arguments.Integer("nth_paragraph");
  if (nth < 1) arguments.Fail("nth_paragraph", "1 or more");
  const std::int64_t wanted = arguments.Integer("num_paragraphs");
  const std::string word = Lower(arguments.Text("first_word"));
  if (nth > count) return false;
  const std::string_view paragraph = Strip(parts[static_cast<std::size_t>(nth - 1)]);
  return !paragraph.empty() && count == wanted && FirstWord(paragraph) == word;
}

bool HasPlaceholders(const std::string& response, const Arguments& arguments) {
  static const PythonRegex kPlaceholder(R"(\[.*?\])");
  return CountMatches(kPlaceholder, response) >= arguments.Integer("num_placeholders");
}

bool HasPostscript(const std::string& response, const Arguments& arguments) {
  const std::string marker(Strip(arguments.Text("postscript_marker")));
  std::string pattern = Lower(marker);
  if (marker == "P.P.S") pattern = R"(p\.\s?p\.\s?s)";
  if (marker == "P.S.") pattern = R"(p\.\s?s\.)";
  return CountMatches("(?m)\\s*" + pattern + ".*$", Lower(response)) > 0;
}

}  // namespace

std::vector<Checker> ContentCheckers() {
  return {{"keywords:existence", HasKeywords},
          {"keywords:forbidden_words", HasNoForbiddenWords},
          {"keywords:frequency", HasKeywordSoOften},
          {"keywords:letter_frequency", HasLetterSoOften},
          {"length_constraints:number_sentences", HasSoManySentences},
          {"length_constraints:number_words", HasSoManyWords},
          {"length_constraints:number_paragraphs", HasSoManyParagraphs},
          {"length_constraints:nth_paragraph_first_word", BeginsNthParagraph},
          {"detectable_content:number_placeholders", HasPlaceholders},
          {"detectable_content:postscript", HasPostscript}};
}

std::span<const Checker> Checkers() {
  static const std::vector<Checker> all = [] {
    std::vector<Checker> checkers = ContentCheckers();
    for (const Checker& checker : FormCheckers()) checkers.push_back(checker);
    return checkers;
  }();
  return all;
}

const Checker& FindChecker(std::string_view kind) {
  std::vector<std::string_view> kinds;
  for (const Checker& checker : Checkers()) {
    if (checker.kind == kind) return checker;
    kinds.push_back(checker.kind);
  }
  throw MetricError(
      "ifeval", "request",
      "unknown instruction \"" + std::string(kind) + "\": expected one of " + JoinNames(kinds));
}

}  // namespace meval::ifeval
