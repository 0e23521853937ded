#include "metrics/minerva_math.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "metrics/metric_error.h"
#include "metrics/text/substitution.h"
#include "metrics/text/utf8.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

using text::PreviousStart;
using text::Substitution;

constexpr std::string_view kMetric = "minerva_math";

constexpr std::array<Substitution, 10> kSubstitutions = {{
    {"an ", ""},
    {"a ", ""},
    {".$", "$"},
    {"\\$", ""},
    {"\\ ", ""},
    {" ", ""},
    {"mbox", "text"},
    {",\\text{and}", ","},
    {"\\text{and}", ","},
    {"\\text{m}", "\\text{}"},
}};

// Deleted one after the other, each everywhere: "\text{}^2" goes before "\text{}" does.
constexpr std::array<std::string_view, 42> kDeleted = {
    "square",       "ways",
    "integers",     "dollars",
    "mph",          "inches",
    "ft",           "hours",
    "km",           "units",
    "\\ldots",      "sue",
    "points",       "feet",
    "minutes",      "digits",
    "cents",        "degrees",
    "cm",           "gm",
    "pounds",       "meters",
    "meals",        "edges",
    "students",     "childrentickets",
    "multiples",    "\\text{s}",
    "\\text{.}",    "\\text{\ns}",
    "\\text{}^2",   "\\text{}^3",
    "\\text{\n}",   "\\text{}",
    "\\mathrm{th}", "^\\circ",
    "^{\\circ}",    "\\;",
    ",\\!",         "{,}",
    "\"",           "\\dots",
};

// Applies a rule that sees one line at a time.
template <typename Rewrite>
std::string RewriteLines(std::string_view text, Rewrite rewrite) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t newline = text.find('\n');
    rewrite(text.substr(0, newline), out);
    if (newline == std::string_view::npos) {
      return out;
    }
    out.push_back('\n');
    text.remove_prefix(newline + 1);
  }
}

// A line with two "$" becomes what stands between the first two, one "$" at each side.
void KeepFirstFormula(std::string_view line, std::string& out) {
  const std::size_t open = line.find('$');
  const std::size_t close =
      open == std::string_view::npos ? std::string_view::npos : line.find('$', open + 1);
  out += close == std::string_view::npos ? line : line.substr(open, close + 1 - open);
}

// Every `command` (such as "\text{") up to the first "}" behind it gives way to its content.
void UnwrapToFirstBrace(std::string_view line, std::string_view command, std::string& out) {
  for (;;) {
    const std::size_t at = line.find(command);
    const std::size_t close = at == std::string_view::npos ? at : line.find('}', at);
    if (close == std::string_view::npos) {
      out += line;
      return;
    }
    const std::size_t content = at + command.size();
    out.append(line.substr(0, at)).append(line.substr(content, close - content));
    line.remove_prefix(close + 1);
  }
}

// The first `command` up to the last "}" of the line gives way to its content.
void UnwrapToLastBrace(std::string_view line, std::string_view command, std::string& out) {
  const std::size_t at = line.find(command);
  const std::size_t close = line.rfind('}');
  const std::size_t content = at + command.size();
  if (at == std::string_view::npos || close == std::string_view::npos || close < content) {
    out += line;
    return;
  }
  out.append(line.substr(0, at)).append(line.substr(content, close - content));
  out += line.substr(close + 1);
}

// "frac12" becomes "frac{1}{2}". The first character may be anything but "{", the second anything
// but a newline.
std::string BraceFractions(std::string_view text) {
  constexpr std::string_view kWord = "frac";
  std::string out;
  for (std::size_t at; (at = text.find(kWord)) != std::string_view::npos;) {
    const std::size_t end = at + kWord.size();
    const std::string_view a = FirstCodePoints(text.substr(end), 1);
    const std::string_view b = FirstCodePoints(text.substr(end + a.size()), 1);
    out += text.substr(0, end);
    text.remove_prefix(end);
    if (!a.empty() && a != "{" && !b.empty() && b != "\n") {
      out.append("{").append(a).append("}{").append(b).append("}");
      text.remove_prefix(a.size() + b.size());
    }
  }
  return out.append(text);
}

// "sqrt3" becomes "sqrt{3}".
std::string BraceRoots(std::string_view text) {
  constexpr std::string_view kWord = "sqrt";
  std::string out;
  for (std::size_t at; (at = text.find(kWord)) != std::string_view::npos;) {
    const std::size_t end = at + kWord.size();
    const std::string_view a = FirstCodePoints(text.substr(end), 1);
    out += text.substr(0, end);
    text.remove_prefix(end);
    if (!a.empty() && a != "{") {
      out.append("{").append(a).append("}");
      text.remove_prefix(a.size());
    }
  }
  return out.append(text);
}

// "1,000" becomes "1000"; what is not all digits keeps its commas.
std::string WithoutCommasIfNumber(std::string text) {
  std::string plain = ReplaceAll(text, ",", "");
  const std::u32string characters = ToCodePoints(plain);
  const bool is_number =
      !characters.empty() && std::all_of(characters.begin(), characters.end(), IsDigit);
  return is_number ? plain : text;
}

}  // namespace

std::string ExtractMinervaAnswer(std::string_view response) {
  constexpr std::string_view kBegin = "Final Answer: The final answer is";
  constexpr std::string_view kEnd = " I hope it is correct";
  RequireUtf8(kMetric, "response", response);
  // A response that stops behind the answer's full stop and space is an answer, too.
  const std::string text = std::string(response) + "I hope it is correct.";
  std::size_t line_end = 0;
  for (std::size_t begin = text.find(kBegin); begin != std::string::npos;
       begin = text.find(kBegin, line_end)) {
    line_end = std::min(text.find('\n', begin), text.size());
    const std::string_view tail =
        std::string_view(text).substr(0, line_end).substr(begin + kBegin.size());
    // One character, not part of the answer, stands before the phrase, and one more behind it.
    const std::size_t end = tail.find(kEnd, 1);
    if (end != std::string_view::npos && end + kEnd.size() < tail.size()) {
      return std::string(Strip(tail.substr(0, PreviousStart(tail, end))));
    }
  }
  return std::string(kInvalidMinervaAnswer);
}

std::string NormalizeMinervaAnswer(std::string_view answer) {
  RequireUtf8(kMetric, "answer", answer);
  const std::size_t equals = answer.rfind('=');
  std::string text(equals == std::string_view::npos ? answer : answer.substr(equals + 1));
  text = text::ReplaceInTurn(std::move(text), kSubstitutions);
  for (const std::string_view deleted : kDeleted) {
    text = ReplaceAll(text, deleted, "");
  }
  text = RewriteLines(text, KeepFirstFormula);
  for (const std::string_view command : {"\\text{", "\\textbf{", "\\overline{"}) {
    text = RewriteLines(text, [&](std::string_view line, std::string& out) {
      UnwrapToFirstBrace(line, command, out);
    });
  }
  text = RewriteLines(text, [](std::string_view line, std::string& out) {
    UnwrapToLastBrace(line, "\\boxed{", out);
  });
  text = BraceRoots(BraceFractions(text));
  return WithoutCommasIfNumber(ReplaceAll(text, "$", ""));
}

}  // namespace meval
