#include "metrics/ifeval/words.h"

#include <functional>

#include <unicode/uchar.h>

#include "metrics/python_regex.h"
#include "metrics/unicode_text.h"

namespace meval::ifeval {
namespace {

// A step of NLTK's word tokenizer: every match becomes `to`, in which \0 to \9 stand for the
// match's groups.
class Step {
 public:
  Step(const char* pattern, const char* to) : regex_(pattern), to_(to) {}

  std::string Apply(const std::string& text) const {
    std::string out;
    std::size_t done = 0;
    for (const PythonRegex::Match& match : regex_.FindAll(text)) {
      out.append(text, done, match.begin - done);
      for (std::size_t i = 0; i < to_.size(); ++i) {
        if (to_[i] == '\\') {
          out += match.groups[static_cast<std::size_t>(to_[++i] - '0')];
        } else {
          out += to_[i];
        }
      }
      done = match.end;
    }
    return out.append(text, done);
  }

 private:
  PythonRegex regex_;
  std::string to_;
};

// Quotes that open, punctuation, brackets, dashes, quotes that close and contractions, in the order
// of NLTK's tokenizer. Full stops are left where they are: they change no token's case.
const std::vector<Step>& Steps() {
  static const std::vector<Step> steps = [] {
    std::vector<Step> list;
    list.emplace_back("([\u00AB\u201C\u2018\u201E]|[`]+)", " \\1 ");
    list.emplace_back(R"(^")", "``");
    list.emplace_back("(``)", " \\1 ");
    list.emplace_back(R"re(([ \(\[{<])("|'{2}))re", "\\1 `` ");
    list.emplace_back(R"((?i)(')(?!re|ve|ll|m|t|s|d|n)(\w)\b)", "\\1 \\2");
    list.emplace_back(R"(([:,])([^\d]))", " \\1 \\2");
    list.emplace_back(R"(([:,])$)", " \\1 ");
    list.emplace_back(R"(\.{2,}|[;@#$%&?!*])", " \\0 ");
    list.emplace_back(R"(([^'])'\s)", "\\1 ' ");
    list.emplace_back(R"([\]\[\(\)\{\}<>])", " \\0 ");
    list.emplace_back("--", " -- ");
    list.emplace_back("([\u00BB\u201D\u2019])", " \\1 ");
    list.emplace_back("''", " '' ");
    list.emplace_back("\"", " '' ");
    list.emplace_back(R"(([^' ])('[sSmMdD]|') )", "\\1 \\2 ");
    list.emplace_back(R"(([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) )", "\\1 \\2 ");
    list.emplace_back(R"((?i)\b(can)(not)\b|\b(gon|wan)(na)\b|\b(got)(ta)\b|\b(gim|lem)(me)\b)",
                      " \\1\\3\\5\\7 \\2\\4\\6\\8 ");
    list.emplace_back(R"((?i)\b(d)('ye)\b|\b(more)('n)\b| ('t)(is|was)\b)",
                      " \\1\\3\\5 \\2\\4\\6 ");
    return list;
  }();
  return steps;
}

bool IsCase(std::string_view text, const std::function<bool(UChar32)>& is_wanted) {
  bool has_cased = false;
  for (const char32_t c : ToCodePoints(text)) {
    const auto character = static_cast<UChar32>(c);
    const bool is_cased = u_isUUppercase(character) != 0 || u_isULowercase(character) != 0 ||
                          u_charType(character) == U_TITLECASE_LETTER;
    if (!is_cased) continue;
    if (!is_wanted(character)) return false;
    has_cased = true;
  }
  return has_cased;
}

}  // namespace

std::vector<std::string> TreebankTokens(std::string_view text) {
  std::string spaced = " " + std::string(text) + " ";
  for (const Step& step : Steps()) spaced = step.Apply(spaced);
  std::vector<std::string> tokens;
  for (const std::string_view token : SplitWhitespace(spaced)) tokens.emplace_back(token);
  return tokens;
}

bool IsUpper(std::string_view text) {
  return IsCase(text, [](UChar32 c) { return u_isUUppercase(c) != 0; });
}

bool IsLower(std::string_view text) {
  return IsCase(text, [](UChar32 c) { return u_isULowercase(c) != 0; });
}

}  // namespace meval::ifeval
