#include "metrics/text/python_number.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "metrics/python_random.h"

namespace meval::text {
namespace {

TEST(PythonNumber, TakesForAnIntWhatPythonTakes) {
  for (const char* text : {"0", "007", "+5", "-5", "-0", "1_000", "0_0", " 12\n", "\u00A05\u3000",
                           "٣٤", "-５", "1_٢"}) {
    EXPECT_TRUE(IsPythonInt(text)) << text;
  }
  for (const char* text : {"", " ", "+", "--5", "+-5", "_1", "1_", "1__0", "1 0", "5.", "1e3", "x",
                           "\x1C"
                           "5",
                           "\u200B5", "²", "0x10", "½"}) {
    EXPECT_FALSE(IsPythonInt(text)) << text;
  }
  EXPECT_FALSE(IsPythonInt(std::string_view("5\0", 2)));
}

TEST(PythonNumber, ReadsAtMost4300DigitsAsCPythonDoes) {
  EXPECT_TRUE(IsPythonInt(std::string(4300, '7')));
  EXPECT_TRUE(IsPythonInt("-1_" + std::string(4299, '7')));
  EXPECT_FALSE(IsPythonInt(std::string(4301, '7')));
  EXPECT_TRUE(IsCanonicalPythonInt("-" + std::string(4300, '7')));
  EXPECT_FALSE(IsCanonicalPythonInt(std::string(4301, '7')));
}

TEST(PythonNumber, KnowsIntsThatPrintAsTheyWereWritten) {
  for (const char* text : {"0", "5", "-5", "10", "1234567890123456789012345678901234567890"}) {
    EXPECT_TRUE(IsCanonicalPythonInt(text)) << text;
  }
  for (const char* text : {"", "-", "-0", "00", "05", "-05", "+5", "1_0", " 5", "5 ", "٣", "x"}) {
    EXPECT_FALSE(IsCanonicalPythonInt(text)) << text;
  }
}

TEST(PythonNumber, TakesForAFloatWhatPythonTakes) {
  const struct {
    const char* text;
    double value;
  } cases[] = {
      {"5", 5},
      {"5.", 5},
      {".5", 0.5},
      {"-0.25", -0.25},
      {"+1e3", 1000},
      {"1E+2", 100},
      {"25e-2", 0.25},
      {"1_000.2_5", 1000.25},
      {"1e1_0", 1e10},
      {" 7\n", 7},
      {"\u30007\u00A0", 7},
      {"٣.٥", 3.5},
      {"０", 0},
      {"000.000e9", 0},
      {"1e400", INFINITY},
      {"-1e400", -INFINITY},
      {"1e-400", 0},
      {"InF", INFINITY},
      {"-Infinity", -INFINITY},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ParsePythonFloat(c.text), c.value) << c.text;
  }
  EXPECT_TRUE(std::isnan(ParsePythonFloat("+NaN").value()));
  EXPECT_TRUE(std::signbit(ParsePythonFloat("-0").value()));
  for (const char* text : {"",
                           ".",
                           "+",
                           "e5",
                           "1e",
                           "1e+",
                           "1_",
                           "_1",
                           "1__0",
                           "1_.5",
                           "1._5",
                           "1_e5",
                           "1e_5",
                           "in_f",
                           "nan(1)",
                           "0x1p3",
                           "1 2",
                           "1,000",
                           "½",
                           "²",
                           "\x1C"
                           "5",
                           "infinit",
                           "--1",
                           "1.2.3"}) {
    EXPECT_EQ(ParsePythonFloat(text), std::nullopt) << text;
  }
}

TEST(PythonNumber, RoundsCorrectlyHoweverManyDigits) {
  // Half-way between two doubles, and the least bit above that.
  const std::string half = "9007199254740993";
  EXPECT_EQ(ParsePythonFloat(half), 9007199254740992.0);
  EXPECT_EQ(ParsePythonFloat(half + "." + std::string(5000, '0') + "1"), 9007199254740994.0);
  EXPECT_EQ(ParsePythonFloat("4.9e-324"), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(ParsePythonFloat("2.4e-324"), 0.0);
  EXPECT_EQ(ParsePythonFloat("1.7976931348623157e308"), std::numeric_limits<double>::max());
  EXPECT_EQ(ParsePythonFloat("1.7976931348623159e308"), INFINITY);
  // Digits and exponent far beyond a double's range that make up for each other.
  const std::string zeros(100000, '0');
  EXPECT_EQ(ParsePythonFloat("25" + zeros + "e-100001"), 2.5);
  EXPECT_EQ(ParsePythonFloat("0." + zeros + "25e100001"), 2.5);
  EXPECT_EQ(ParsePythonFloat("1e" + std::string(1000, '9')), INFINITY);
  EXPECT_EQ(ParsePythonFloat("1e-" + std::string(1000, '9')), 0.0);
}

TEST(PythonNumber, PrintsTheShortestTextThatPythonPrints) {
  const struct {
    double value;
    const char* text;
  } cases[] = {
      {0, "0.0"},
      {-0.0, "-0.0"},
      {5, "5.0"},
      {0.1, "0.1"},
      {1.0 / 3, "0.3333333333333333"},
      {1e-4, "0.0001"},
      {0.00012345, "0.00012345"},
      {1e-5, "1e-05"},
      {1.5e-7, "1.5e-07"},
      {123456789, "123456789.0"},
      {1e15, "1000000000000000.0"},
      {9999999999999998, "9999999999999998.0"},
      {1e16, "1e+16"},
      {-1.25e20, "-1.25e+20"},
      {1e23, "1e+23"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {INFINITY, "inf"},
      {-INFINITY, "-inf"},
      {NAN, "nan"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(PythonFloatText(c.value), c.text);
  }
}

TEST(PythonNumber, ReadsBackWhatItPrints) {
  PythonRandom random(5);
  for (int i = 0; i < 20000; ++i) {
    const double value =
        std::ldexp(random.Random() - 0.5, static_cast<int>(random.Below(600)) - 300);
    EXPECT_EQ(ParsePythonFloat(PythonFloatText(value)), value);
  }
}

}  // namespace
}  // namespace meval::text
