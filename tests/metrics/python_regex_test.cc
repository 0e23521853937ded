#include "metrics/python_regex.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/metrics/golden.h"

namespace meval {
namespace {

using ::testing::HasSubstr;
using testing::LoadGolden;

std::string MessageFor(const std::string& pattern) {
  try {
    PythonRegex regex(pattern);
  } catch (const RegexError& error) {
    return error.what();
  }
  return "";
}

TEST(PythonRegex, FindsAndReplacesWhatCPythonDoes) {
  int num_errors = 0;
  for (const auto& row : LoadGolden("python/python_re.jsonl", 1852)) {
    SCOPED_TRACE(row.Id() + " " + row.Text("/pattern"));
    if (row.Has("/error")) {
      EXPECT_THROW(PythonRegex(row.Text("/pattern")), RegexError);
      ++num_errors;
      continue;
    }
    const PythonRegex regex(row.Text("/pattern"));
    const auto matches = regex.FindAll(row.Text("/text"));
    ASSERT_EQ(matches.size(), row.Size("/matches"));
    for (std::size_t i = 0; i < matches.size(); ++i) {
      const std::string at = "/matches/" + std::to_string(i);
      EXPECT_EQ(static_cast<std::int64_t>(matches[i].begin), row.Int(at + "/begin"));
      EXPECT_EQ(static_cast<std::int64_t>(matches[i].end), row.Int(at + "/end"));
      EXPECT_EQ(matches[i].groups, row.Texts(at + "/groups"));
    }
    EXPECT_EQ(regex.Replace(row.Text("/text"), "<>"), row.Text("/replaced"));
  }
  EXPECT_GT(num_errors, 50);
}

TEST(PythonRegex, CountsItsGroupsAndKeepsItsPattern) {
  const PythonRegex regex(R"((a)(?:b)(?P<name>c(d))(?=(e)))");
  EXPECT_EQ(regex.num_groups(), 4);
  EXPECT_EQ(regex.pattern(), R"((a)(?:b)(?P<name>c(d))(?=(e)))");
  const auto matches = regex.FindAll("abcde");
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].groups[4], "e");
}

TEST(PythonRegex, NamesPatternOffsetAndUnsupportedFeature) {
  const struct {
    const char* pattern;
    const char* feature;
    const char* offset;
  } cases[] = {
      {R"((a)\1)", "backreference", "offset 3"},
      {R"((?P<x>a)(?P=x))", "backreference", "offset 8"},
      {"a*+", "possessive", "offset 1"},
      {"(?>a)", "atomic group", "offset 0"},
      {"(a)?(?(1)b|c)", "conditional", "offset 4"},
      {R"(\N{DIGIT ONE})", "\\N", "offset 0"},
      {"(?x) a", "flag x", "offset 0"},
      {R"((?a)\w)", "flag a", "offset 0"},
  };
  for (const auto& c : cases) {
    const std::string message = MessageFor(c.pattern);
    EXPECT_THAT(message, HasSubstr("unsupported regex feature"));
    EXPECT_THAT(message, HasSubstr(c.feature));
    EXPECT_THAT(message, HasSubstr(c.offset));
    EXPECT_THAT(message, HasSubstr(std::string("\"") + c.pattern + "\""));
  }
}

TEST(PythonRegex, RefusesWhatIsNoPattern) {
  const struct {
    const char* pattern;
    const char* what;
  } cases[] = {
      {"(a", "missing )"},
      {"a)", "unbalanced parenthesis"},
      {"[a", "unterminated character set"},
      {"[z-a]", "bad character range"},
      {R"([a-\d])", "bad character range"},
      {"*", "nothing to repeat"},
      {"a|*", "nothing to repeat"},
      {"^*", "nothing to repeat"},
      {"{2}", "nothing to repeat"},
      {"a**", "multiple repeat"},
      {"a{2}{3}", "multiple repeat"},
      {"a{3,2}", "larger than the maximum"},
      {"a{50001}", "above 50000"},
      {"a{99999999999999}", "above 50000"},
      {"(?<=a+)b", "fixed-width"},
      {"(?<=a|bc)b", "fixed-width"},
      {R"(\q)", "bad escape"},
      {"\\", "bad escape"},
      {R"(\x1)", "hex digits"},
      {R"(\U00110000)", "above U+10FFFF"},
      {R"(\777)", "octal"},
      {"(?P<1a>x)", "bad group name"},
      {"(?P<a>x)(?P<a>y)", "used twice"},
      {"a(?i)b", "start of the pattern"},
      {"(?y)", "unknown extension"},
      {"(?i", "missing flag"},
      {"(?#a", "missing )"},
      {"((((a{1000}){1000}){1000}){1000})", "too large"},
      {"a\xff", "not valid UTF-8 at byte offset 1"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(MessageFor(c.pattern), HasSubstr(c.what)) << c.pattern;
  }
  EXPECT_THAT(MessageFor(std::string(5000, '(')), HasSubstr("nest deeper"));
}

TEST(PythonRegex, LeavesToRe2WhatRe2CanDoExactly) {
  const struct {
    const char* pattern;
    bool uses_re2;
  } cases[] = {
      // Task definitions and the reference's filters.
      {R"(#### (\-?[0-9\.\,]+))", true},
      {R"((-?[$0-9.,]{2,})|(-?[0-9]+))", true},
      {R"(The answer is (\-?[0-9\.\,]+).)", true},
      {R"(The answer is (\-?[0-9\.\,]*[0-9]+))", true},
      {R"((?i)the answer is[:\s]*\$?\s*(-?[0-9][0-9,]*(?:\.[0-9]+)?))", true},
      {R"((?i)answer is:?\s*\(?([A-J])\)?)", true},
      {"(?s).*#### ", true},
      {R"(\.$)", true},
      {R"(\$)", true},
      {",", true},
      {R"(\[.*?\])", true},
      {R"(\n\Z)", true},
      {R"(\(\s*([^\)]*?)\s*\))", true},
      {R"(:[\s]*(A|B|C|D))", true},
      {R"((\([A-Z]\)))", true},
      {R"((\w+)\s*=\s*(\d+))", true},
      {R"([^\W_]+)", true},
      {R"((?m)^(\d+)\.\s+(.*)$)", true},
      {R"(\s+$|^\s+)", true},
      {"x*", true},
      // $ where the match may end, also within groups.
      {"(a+$)|b", true},
      {"(?:a$)?", true},
      // What RE2 does not have.
      {R"(\b(?:The |the |An |A |The |a |an ))", false},
      {R"(\Ba)", false},
      {"(?<=answer is )(.*)(?=.)", false},
      {"a(?!b)", false},
      {"a$\n?", false},
      {"(?:a$)*", false},
      {"(a*)*", false},
      {"a*?", false},
      {"|a", false},
      {"a{1001}", false},
      {"(?:a{100}){100}", false},
      {R"(\w{900})", false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(PythonRegex(c.pattern).uses_re2(), c.uses_re2) << c.pattern;
  }
}

TEST(PythonRegex, EndsBeforeAFinalNewlineAtADollarSign) {
  const struct {
    const char* pattern;
    const char* text;
    const char* replaced;
  } cases[] = {
      {R"(\.$)", "a.\n", "a-\n"},    {R"(\.$)", "a.\n\n", "a.\n\n"}, {R"(\.\n$)", "a.\n\n", "a-\n"},
      {"$", "a\n", "a-\n-"},         {"a|$", "a\n", "--\n-"},        {R"(\s*$)", "a \n", "a--"},
      {"(a+$)|(b\n?$)", "b\n", "-"}, {".*$", "ab\n", "--\n-"},       {"(?:a$)?", "aa\n", "-a--\n-"},
  };
  for (const auto& c : cases) {
    const PythonRegex regex(c.pattern);
    EXPECT_TRUE(regex.uses_re2());
    EXPECT_EQ(regex.Replace(c.text, "-"), c.replaced) << c.pattern << " on " << c.text;
  }
  const auto matches = PythonRegex("((x)|(b+)$)").FindAll("abb\n");
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].groups, (std::vector<std::string>{"bb", "bb", "", "bb"}));
}

TEST(PythonRegex, RepeatsMoreOftenThanRe2Does) {
  const std::string text(2500, 'a');
  EXPECT_EQ(PythonRegex("a{1001}").FindAll(text).size(), 2u);
  EXPECT_EQ(PythonRegex("(?:a{40}){30}").FindAll(text).size(), 2u);
  EXPECT_EQ(PythonRegex("(?:(?:(?:(?:){50000}){50000}){50000}){50000}a").FindAll("aa").size(), 2u);
}

TEST(PythonRegex, RefusesTextThatIsNotUtf8) {
  const PythonRegex regex("a");
  EXPECT_THROW(regex.FindAll("ab\xC3"), std::invalid_argument);
  EXPECT_THROW(regex.Replace("\xED\xA0\x80", ""), std::invalid_argument);
}

TEST(PythonRegex, TakesNoExponentialTime) {
  const std::string text(3000, 'a');
  for (const char* pattern : {"(?:a?){200}a{200}b", "(?=(a*)*c)b", "(?:(?=(a+)+c)a)+b",
                              "(?=(?=(?=(?=(?=.*).*).*).*)a*b)"}) {
    EXPECT_TRUE(PythonRegex(pattern).FindAll(text).empty()) << pattern;
  }
  const std::string long_text = std::string(100000, 'a') + "!";
  for (const char* pattern :
       {"(a+)+$", "(a*)*b", "(a|a)*b", "(a|aa)+$", "([a-zA-Z]+)*\\b$", "(.*a){11}$", "(a+)+\\bc"}) {
    EXPECT_TRUE(PythonRegex(pattern).FindAll(long_text).empty()) << pattern;
  }
}

TEST(PythonRegex, SearchesALineOfTenMegabytes) {
  std::string line(10'000'000, 'a');
  line.replace(5'000'000, 6, " 12.5 ");
  for (const char* pattern : {R"(\d+\.\d)", R"(\b\d+\.\d\b)", R"(\s[^a]+\s)"}) {
    EXPECT_EQ(PythonRegex(pattern).FindAll(line).size(), 1u) << pattern;
  }
  EXPECT_EQ(PythonRegex(R"(a+\b)").Replace(line, "").size(), 6u);
}

TEST(PythonRegex, SaysThatAPatternTakesTooMuchMemoryForAText) {
  const std::string line(10'000'000, 'a');
  const PythonRegex regex(R"((?:a?b?){500}\b)");
  try {
    regex.FindAll(line);
    ADD_FAILURE() << "no error";
  } catch (const RegexError& error) {
    EXPECT_THAT(error.what(), HasSubstr("a?b?"));
    EXPECT_THAT(error.what(), HasSubstr("on a text of 10000000 bytes"));
    EXPECT_THAT(error.what(), HasSubstr("more than 536870912 bytes of memory"));
  }
  EXPECT_EQ(regex.FindAll("aba b").size(), 4u) << "the pattern itself is fine";
}

TEST(PythonRegex, FindsManyMatchesInALongTextOnce) {
  std::string text;
  for (int i = 0; i < 50000; ++i) {
    text += "12,5 é ";
  }
  EXPECT_EQ(PythonRegex(R"(\b\d+(,\d+)?\b)").FindAll(text).size(), 50000u);
}

TEST(PythonRegex, CanBeMoved) {
  PythonRegex a("a+");
  PythonRegex b = std::move(a);
  PythonRegex c("c");
  c = std::move(b);
  EXPECT_EQ(c.Replace("xaay", "-"), "x-y");
}

}  // namespace
}  // namespace meval
