// One pass over a text must find the tokens that sacrebleu's passes leave. The passes are written
// out here as they are published, on code points.

#include <functional>

#include <gtest/gtest.h>

#include "metrics/bleu.h"
#include "metrics/python_random.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

using IsOne = std::function<bool(char32_t)>;

constexpr std::u32string_view kAsciiPunctuation = U"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

bool IsDigit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool IsPeriodOrComma(char32_t c) { return c == U'.' || c == U','; }
bool StandsAlone(char32_t c) {
  return c == U' ' || (kAsciiPunctuation.find(c) != std::u32string_view::npos &&
                       !IsPeriodOrComma(c) && c != U'\'' && c != U'-');
}

std::u32string Isolate(std::u32string_view text, const IsOne& is_one) {
  std::u32string out;
  for (const char32_t c : text) {
    is_one(c) ? out.append({U' ', c, U' '}) : out.append({c});
  }
  return out;
}

enum class Apart { kFirst, kSecond };

// Replaces pairs of neighbours from left to right, without overlap.
std::u32string SeparatePairs(std::u32string_view text, const IsOne& is_first,
                             const IsOne& is_second, Apart apart) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 < text.size() && is_first(text[i]) && is_second(text[i + 1])) {
      apart == Apart::kFirst ? out.append({U' ', text[i], U' ', text[i + 1]})
                             : out.append({text[i], U' ', text[i + 1], U' '});
      ++i;
    } else {
      out.append({text[i]});
    }
  }
  return out;
}

std::string WesternPasses(std::u32string_view text) {
  const IsOne is_no_digit = [](char32_t c) { return !IsDigit(c); };
  const IsOne is_dash = [](char32_t c) { return c == U'-'; };
  std::u32string line = Isolate(text, StandsAlone);
  line = SeparatePairs(line, is_no_digit, IsPeriodOrComma, Apart::kSecond);
  line = SeparatePairs(line, IsPeriodOrComma, is_no_digit, Apart::kFirst);
  return CollapseWhitespace(ToUtf8(SeparatePairs(line, IsDigit, is_dash, Apart::kSecond)));
}

std::string Passes13a(const std::string& text) {
  std::string line(StripRight(text));
  for (const auto& [from, to] :
       {std::pair("<skipped>", ""), std::pair("-\n", ""), std::pair("\n", " "),
        std::pair("&quot;", "\""), std::pair("&amp;", "&"), std::pair("&lt;", "<"),
        std::pair("&gt;", ">")}) {
    line = ReplaceAll(line, from, to);
  }
  return WesternPasses(ToCodePoints(" " + line + " "));
}

// Characters of the ranges that the random texts below have.
bool IsChineseOfTheTests(char32_t c) {
  return c == U'中' || c == U'\u3002' || c == U'\u2019' || c == U'\u20AC' || c == U'\uFF0E' ||
         c == U'\u2026';
}

std::string PassesZh(const std::string& text) {
  return WesternPasses(Isolate(ToCodePoints(Strip(text)), IsChineseOfTheTests));
}

bool IsOneOf(std::u32string_view set, char32_t c) {
  return set.find(c) != std::u32string_view::npos;
}

// General categories of the characters that the random texts have.
std::string PassesIntl(const std::string& text) {
  const IsOne is_no_number = [](char32_t c) { return !IsDigit(c) && !IsOneOf(U"\u0663\u00BD", c); };
  const IsOne is_mark = [](char32_t c) {
    return IsOneOf(U"!\"#%&'()*,-./:;?@[\\]_{}\u3002\u2019\uFF0E\u2026", c);
  };
  const IsOne is_symbol = [](char32_t c) { return IsOneOf(U"$+<=>^`|~\u20AC", c); };
  std::u32string line = ToCodePoints(StripRight(text));
  line = SeparatePairs(line, is_no_number, is_mark, Apart::kSecond);
  line = SeparatePairs(line, is_mark, is_no_number, Apart::kFirst);
  return CollapseWhitespace(ToUtf8(Isolate(line, is_symbol)));
}

std::string RandomText(PythonRandom& random, std::u32string_view characters) {
  static const std::u32string kPieces[] = {U"<skipped>", U"&amp;", U"&quot;", U"&lt;", U"&gt;",
                                           U"-\n",       U"&",     U"1,000",  U"..",   U"5-"};
  std::u32string text;
  for (std::int64_t n = random.Below(24); n > 0; --n) {
    if (random.Below(8) == 0) {
      text += kPieces[random.Below(std::ssize(kPieces))];
    } else {
      text += characters[static_cast<std::size_t>(random.Below(std::ssize(characters)))];
    }
  }
  return ToUtf8(text);
}

void ExpectTheTokensOfThePasses(const std::string& text) {
  EXPECT_EQ(BleuTokenize(text, BleuTokenizer::k13a), Passes13a(text)) << text;
  EXPECT_EQ(BleuTokenize(text, BleuTokenizer::kZh), PassesZh(text)) << text;
  EXPECT_EQ(BleuTokenize(text, BleuTokenizer::kIntl), PassesIntl(text)) << text;
}

TEST(BleuTokenizers, FindInOnePassWhatThePassesSeparate) {
  // The fewer characters to choose from, the more of their neighbourhoods are met.
  const std::u32string_view alphabets[] = {
      U"a5.",
      U"a5.,-",
      U" 5.,",
      U"a5.- $'",
      U"aZ09.,-'$%(&;<>!_~ \n\t\x1C\x7F",
      U"é5., \u00A0\u3000\u2028\u0085\u0663\u00BD中\u3002\u2019\u20AC\uFF0E\u2026\u0301-$a"};
  PythonRandom random(13);
  for (const auto characters : alphabets) {
    for (int round = 0; round < 3000; ++round) {
      ExpectTheTokensOfThePasses(RandomText(random, characters));
    }
  }
}

TEST(BleuTokenizers, FindInOnePassWhatThePassesSeparateInEveryShortText) {
  const std::string characters = "a5.,-$ ";
  for (std::size_t length = 0; length <= 5; ++length) {
    std::string text(length, characters[0]);
    std::vector<std::size_t> digits(length + 1, 0);
    while (digits[length] == 0) {
      ExpectTheTokensOfThePasses(text);
      // The next text, as an odometer counts.
      std::size_t i = 0;
      while (i < length && ++digits[i] == characters.size()) {
        digits[i++] = 0;
      }
      if (i == length) {
        break;
      }
      for (std::size_t k = 0; k < length; ++k) {
        text[k] = characters[digits[k]];
      }
    }
  }
}

TEST(BleuTokenizers, KeepNumbersWhole) {
  EXPECT_EQ(BleuTokenize("It cost $1,000.50, in 1990-95.", BleuTokenizer::k13a),
            "It cost $ 1,000.50 , in 1990 - 95 .");
  EXPECT_EQ(BleuTokenize("in 2024.", BleuTokenizer::kIntl), "in 2024.");
  EXPECT_EQ(BleuTokenize("a \u00A0\u3000 b", BleuTokenizer::k13a), "a b");
}

TEST(BleuTokenizers, SplitEveryCharacterWithChar) {
  EXPECT_EQ(BleuTokenize("né b ", BleuTokenizer::kChar), "n é   b");
}

}  // namespace
}  // namespace meval
