#include "metrics/hendrycks_math.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "metrics/metric_error.h"
#include "metrics/text/python_number.h"
#include "metrics/text/substitution.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

using text::IsCanonicalPythonInt;
using text::IsPythonInt;
using text::Substitution;

constexpr std::string_view kMetric = "hendrycks_math";
constexpr std::string_view kSpacedBox = "\\boxed ";
constexpr std::string_view kBracedBox = "\\boxed{";

constexpr std::array<Substitution, 10> kBeforeUnits = {{
    {"\n", ""},
    {"\\!", ""},
    {"\\\\", "\\"},
    {"tfrac", "frac"},
    {"dfrac", "frac"},
    {"\\left", ""},
    {"\\right", ""},
    {"^{\\circ}", ""},
    {"^\\circ", ""},
    {"\\$", ""},
}};

// The references delete "\%" twice, which matters where the first time brings its two characters
// together.
constexpr std::array<Substitution, 4> kBehindUnits = {{
    {"\\%", ""},
    {"\\%", ""},
    {" .", " 0."},
    {"{.", "{0."},
}};

// str.split(separator): one piece more than there are separators.
std::vector<std::string_view> SplitAt(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t at = text.find(separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return pieces;
    }
    text.remove_prefix(at + separator.size());
  }
}

// "x=5" and "k =5" name what they give.
std::string WithoutShortLeftSide(std::string text) {
  const auto sides = SplitAt(text, "=");
  const bool is_named = sides.size() == 2 && CountCodePoints(sides[0]) <= 2;
  return is_named ? std::string(sides[1]) : text;
}

// "\sqrt3" becomes "\sqrt{3}". Nothing if a root has nothing behind it.
std::optional<std::string> BraceRoots(std::string_view text) {
  const auto pieces = SplitAt(text, "\\sqrt");
  std::string out(pieces[0]);
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const std::string_view a = FirstCodePoints(pieces[i], 1);
    if (a.empty()) {
      return std::nullopt;
    }
    out += "\\sqrt";
    if (a == "{") {
      out += pieces[i];
    } else {
      out.append("{").append(a).append("}").append(pieces[i].substr(a.size()));
    }
  }
  return out;
}

// "\frac12" and "\frac1{2}" become "\frac{1}{2}". The text as it was if a fraction has but one
// character behind it; nothing if it has none. The first such fraction decides.
std::optional<std::string> BraceFractions(std::string_view text) {
  const auto pieces = SplitAt(text, "\\frac");
  std::string out(pieces[0]);
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const std::string_view a = FirstCodePoints(pieces[i], 1);
    const std::string_view behind = pieces[i].substr(a.size());
    const std::string_view b = FirstCodePoints(behind, 1);
    if (a.empty()) {
      return std::nullopt;
    }
    if (a != "{" && b.empty()) {
      return std::string(text);
    }
    out += "\\frac";
    if (a == "{") {
      out += pieces[i];
    } else if (b == "{") {
      out.append("{").append(a).append("}").append(behind);
    } else {
      out.append("{").append(a).append("}{").append(b).append("}").append(behind.substr(b.size()));
    }
  }
  return out;
}

// "a/b" with two integers becomes "\frac{a}{b}".
std::optional<std::string> SlashToFraction(std::string text, MathVariant variant) {
  const auto sides = SplitAt(text, "/");
  if (sides.size() != 2) {
    return text;
  }
  if (IsCanonicalPythonInt(sides[0]) && IsCanonicalPythonInt(sides[1])) {
    return "\\frac{" + std::string(sides[0]) + "}{" + std::string(sides[1]) + "}";
  }
  const bool raises =
      variant == MathVariant::kLmEval && !(IsPythonInt(sides[0]) && IsPythonInt(sides[1]));
  return raises ? std::nullopt : std::optional(std::move(text));
}

}  // namespace

std::optional<std::string> LastBoxed(std::string_view text) {
  RequireUtf8(kMetric, "text", text);
  if (const std::size_t spaced = text.rfind(kSpacedBox); spaced != std::string_view::npos) {
    const std::string_view box = text.substr(spaced);
    return std::string(box.substr(0, box.find('$', kSpacedBox.size())));
  }
  std::size_t begin = text.rfind("\\boxed");
  if (begin == std::string_view::npos) {
    begin = text.rfind("\\fbox");
  }
  std::int64_t num_open = 0;
  for (std::size_t i = begin; i < text.size(); ++i) {
    num_open += text[i] == '{' ? 1 : 0;
    // A brace that closes nothing only makes the count negative.
    if (text[i] == '}' && --num_open == 0) {
      return std::string(text.substr(begin, i + 1 - begin));
    }
  }
  return std::nullopt;
}

std::string Unbox(std::string_view boxed) {
  RequireUtf8(kMetric, "boxed answer", boxed);
  if (boxed.find(kSpacedBox) != std::string_view::npos) {
    if (boxed.starts_with(kSpacedBox)) {
      return std::string(boxed.substr(kSpacedBox.size()));
    }
  } else if (boxed.starts_with(kBracedBox) && boxed.ends_with('}')) {
    return std::string(boxed.substr(kBracedBox.size(), boxed.size() - kBracedBox.size() - 1));
  }
  constexpr std::size_t kShown = 40;  // bytes of the answer in the message
  const std::string shown = boxed.size() <= kShown
                                ? "\"" + std::string(boxed) + "\""
                                : "a text of " + std::to_string(boxed.size()) + " bytes";
  throw MetricError(kMetric, "boxed answer",
                    "expected \"\\boxed{...}\" or \"\\boxed ...\", found " + shown);
}

std::string ExtractMathAnswer(std::string_view response) {
  RequireUtf8(kMetric, "response", response);
  const std::size_t first = response.find('$');
  const std::size_t last = response.rfind('$');
  return std::string(first == last ? response : response.substr(first + 1, last - first - 1));
}

std::optional<std::string> NormalizeMathAnswer(std::string_view answer, MathVariant variant) {
  RequireUtf8(kMetric, "answer", answer);
  std::string text = text::ReplaceInTurn(std::string(answer), kBeforeUnits);
  const auto around_units = SplitAt(text, "\\text{ ");
  if (around_units.size() > 2) {
    return std::nullopt;
  }
  text = text::ReplaceInTurn(std::string(around_units[0]), kBehindUnits);
  if (text.starts_with('.')) {
    text.insert(text.begin(), '0');
  }
  auto rewritten = BraceRoots(WithoutShortLeftSide(std::move(text)));
  if (rewritten) {
    rewritten = BraceFractions(ReplaceAll(*rewritten, " ", ""));
  }
  if (rewritten == "0.5") {
    return "\\frac{1}{2}";
  }
  return rewritten ? SlashToFraction(std::move(*rewritten), variant) : std::nullopt;
}

bool AreEquivalentMathAnswers(std::optional<std::string_view> a, std::optional<std::string_view> b,
                              MathVariant variant) {
  if (!a || !b) {
    return !a && !b;
  }
  const auto normalized_a = NormalizeMathAnswer(*a, variant);
  const auto normalized_b = NormalizeMathAnswer(*b, variant);
  return normalized_a && normalized_b ? normalized_a == normalized_b : a == b;
}

bool HendrycksMathMatch(std::string_view response, std::string_view solution) {
  const auto boxed = LastBoxed(solution);
  if (!boxed) {
    throw MetricError(kMetric, "solution",
                      "no answer in a box: expected \"\\boxed{...}\" or \"\\boxed ...\"");
  }
  return AreEquivalentMathAnswers(ExtractMathAnswer(response), Unbox(*boxed), MathVariant::kLmEval);
}

}  // namespace meval
