#include "metrics/numeric_match.h"

#include <gtest/gtest.h>

#include "metrics/metric_error.h"
#include "metrics/python_random.h"

namespace meval {
namespace {

TEST(NumericMatch, KnowsNumbersAsPeopleWriteThem) {
  const struct {
    const char* text;
    const char* canonical;
  } cases[] = {
      {"29", "29"},
      {"$29.00", "29"},
      {"29.", "29"},
      {"29,", "29"},
      {" 29\n", "29"},
      {"\u00a029", "29"},
      {"029", "29"},
      {"+29", "29"},
      {"-29", "-29"},
      {"-$29", "-29"},
      {"$-29.50", "-29.5"},
      {"1,450,000", "1450000"},
      {"$1,200.5", "1200.5"},
      {"12,345.", "12345"},
      {".5", "0.5"},
      {"-.50", "-0.5"},
      {"0.10", "0.1"},
      {"0", "0"},
      {"-0", "0"},
      {"-0.00", "0"},
      {"000", "0"},
      {"0.0.", "0"},
      {"123456789012345678901234567890.000000000000000000000000000001",
       "123456789012345678901234567890.000000000000000000000000000001"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(CanonicalDecimal(c.text), c.canonical) << c.text;
  }
}

TEST(NumericMatch, KnowsWhatIsNoNumber) {
  for (const char* text :
       {"",         " ",    "abc",    "[invalid]", "$",   "-",   ".",       ",",
        "...",      "$,",   "--5",    "-$-5",      "+-5", "1,2", "12,00",   "1,2345",
        "1234,567", ",123", "1,,000", "1.2.3",     "1..", "5 6", "1e3",     "0x10",
        "5%",       "٣",    "１２",   "- 5",       "$ 5", "5$",  "1.000,5", "1.,"}) {
    EXPECT_EQ(CanonicalDecimal(text), std::nullopt) << text;
  }
}

TEST(NumericMatch, ComparesValuesExactly) {
  EXPECT_TRUE(NumericMatch("$29.00", "29"));
  EXPECT_TRUE(NumericMatch("1,200", "1200"));
  EXPECT_FALSE(NumericMatch("-29", "29"));
  EXPECT_FALSE(NumericMatch("0.1", "0.10000000000000000001"));
  EXPECT_FALSE(NumericMatch("9007199254740993", "9007199254740992"));
  EXPECT_FALSE(NumericMatch("[invalid]", "[invalid]"));
  EXPECT_FALSE(NumericMatch("29", "twenty-nine"));
}

TEST(NumericMatch, GivesOneFormToEveryWayOfWritingANumber) {
  PythonRandom random(11);
  for (int i = 0; i < 2000; ++i) {
    const std::int64_t value = random.Below(3'000'000) - 1'500'000;
    const std::string plain = std::to_string(value);
    std::string digits = plain.substr(value < 0 ? 1 : 0);
    for (std::size_t at = digits.size(); at > 3; at -= 3) {
      digits.insert(at - 3, ",");
    }
    const std::string sign = value < 0 ? "-" : "";
    EXPECT_EQ(CanonicalDecimal(plain), plain);
    EXPECT_EQ(CanonicalDecimal(sign + "$" + digits + ".00"), plain);
    EXPECT_EQ(CanonicalDecimal(sign + "00" + plain.substr(sign.size()) + "."), plain);
    EXPECT_EQ(CanonicalDecimal(*CanonicalDecimal(sign + digits)), plain);
  }
}

TEST(NumericMatch, RefusesTextThatIsNotUtf8) {
  EXPECT_THROW(CanonicalDecimal("5\xFF"), MetricError);
}

}  // namespace
}  // namespace meval
