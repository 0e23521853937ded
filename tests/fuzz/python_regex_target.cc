#include <optional>

#include "metrics/python_regex.h"
#include "metrics/regex/for_each_match.h"
#include "metrics/regex/matcher.h"
#include "metrics/regex/program.h"
#include "metrics/regex/syntax.h"
#include "metrics/unicode_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

using Matches = std::vector<PythonRegex::Match>;

// What our own matcher finds; nothing where the pattern is too large for it.
std::optional<Matches> FindAllWithOurOwn(const std::string& pattern, const std::string& text) {
  Matches matches;
  try {
    const regex::Program program = regex::Compile(pattern, regex::Parse(pattern));
    regex::Matcher matcher(program, text, {.max_bytes = 1 << 26, .max_steps = 20'000'000});
    regex::ForEachMatch(matcher, text.size(), [&](const regex::Matcher& match) {
      PythonRegex::Match& found = matches.emplace_back();
      found.begin = match.slot(0);
      found.end = match.slot(1);
      for (std::size_t g = 0; g <= program.num_groups; ++g) {
        const std::size_t begin = match.slot(2 * g);
        const std::size_t end = match.slot(2 * g + 1);
        const bool is_set = begin != regex::kUnset && end != regex::kUnset;
        found.groups.push_back(is_set ? text.substr(begin, end - begin) : "");
      }
    });
  } catch (const RegexError&) {
    return std::nullopt;
  }
  return matches;
}

void CheckMatches(const PythonRegex& regex, const std::string& text, const Matches& matches) {
  std::size_t end = 0;
  bool is_after_empty = false;
  std::string replaced;
  for (const PythonRegex::Match& match : matches) {
    fuzz::Require(match.begin >= end && match.end >= match.begin && match.end <= text.size(),
                  "matches stand in the text, one behind the other");
    const bool is_empty = match.begin == match.end;
    fuzz::Require(!(is_empty && is_after_empty && match.begin == end),
                  "no place has two empty matches");
    fuzz::Require(static_cast<int>(match.groups.size()) == regex.num_groups() + 1,
                  "each group has a text");
    fuzz::Require(match.groups[0] == text.substr(match.begin, match.end - match.begin),
                  "group 0 is the match");
    for (const std::string& group : match.groups) {
      fuzz::Require(text.find(group) != text.npos, "a group's text occurs in the text");
    }
    replaced.append(text, end, match.begin - end).append("<>");
    end = match.end;
    is_after_empty = is_empty;
  }
  replaced.append(text, end);
  fuzz::Require(regex.Replace(text, "<>") == replaced, "Replace replaces what FindAll finds");
}

MEVAL_FUZZ_TARGET(python_regex) {
  const std::string pattern = input.Text();
  const std::string text = input.Text();
  try {
    const PythonRegex regex(pattern);
    if (FindInvalidUtf8(text)) {
      try {
        regex.FindAll(text);
      } catch (const std::invalid_argument&) {
        return;
      }
      fuzz::Require(false, "takes text that is not UTF-8");
    }
    const Matches found = regex.FindAll(text);
    CheckMatches(regex, text, found);
    const auto expected = regex.uses_re2() ? FindAllWithOurOwn(pattern, text) : std::nullopt;
    if (expected) {
      fuzz::Require(found.size() == expected->size(), "both matchers find as many matches");
      for (std::size_t i = 0; i < found.size(); ++i) {
        fuzz::Require(found[i].begin == (*expected)[i].begin && found[i].end == (*expected)[i].end,
                      "both matchers find a match at the same place");
        fuzz::Require(found[i].groups == (*expected)[i].groups,
                      "both matchers find the same groups");
      }
    }
  } catch (const RegexError&) {
    // A pattern that is not valid, not supported, or too much for the text.
  }
}

}  // namespace
}  // namespace meval
