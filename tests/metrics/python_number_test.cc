#include "metrics/text/python_number.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace meval::text
