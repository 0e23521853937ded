// Each kind of instruction with responses that follow it and others that do not. The whole is
// compared with lm-evaluation-harness in tests/parity/ifeval_verdicts.py.

#include "metrics/ifeval.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::string Request(const std::string& kind, const std::string& arguments) {
  return R"({"instructions": [")" + kind + R"("], "arguments": [)" + arguments + "]}";
}

struct Case {
  const char* kind;
  const char* arguments;
  std::vector<std::string> follow;
  std::vector<std::string> ignore;
};

// NOLINTNEXTLINE(readability-function-size): a table.
std::vector<Case> Cases() {
  return {
      {"keywords:existence",
       R"({"keywords": ["yeast", "warm"]})",
       {"Warm yeast.", "yeasty and lukewarm"},
       {"Warm.", "yeast"}},
      {"keywords:forbidden_words",
       R"({"forbidden_words": ["sugar"]})",
       {"No sweets.", "sugary"},
       {"Sugar!", "a sugar-free cake"}},
      {"keywords:frequency",
       R"({"keyword": "sea", "frequency": 2, "relation": "at least"})",
       {"The sea, the Sea.", "season of seals"},
       {"The sea."}},
      {"keywords:frequency",
       R"({"keyword": "sea", "frequency": 2, "relation": "less than"})",
       {"The sea."},
       {"sea sea"}},
      {"keywords:letter_frequency",
       R"({"letter": "E", "let_frequency": 3, "let_relation": "at least"})",
       {"eEe", "seventeen"},
       {"ten men"}},
      {"language:response_language",
       R"({"language": "de"})",
       {"Das Meer ist heute ruhig, und die Fischer kommen mit vielen Fischen zur\u00FCck."},
       {"The sea is calm today, and the fishermen come back with many fish."}},
      {"length_constraints:number_sentences",
       R"({"num_sentences": 3, "relation": "at least"})",
       {"One is here. Two is there! Is three?", "Dr. Smith came. He sat. He left."},
       {"Dr. Smith met Mr. Jones at 5 p.m. in town.", "It is 3.5 m. long... and wide."}},
      {"length_constraints:number_words",
       R"({"num_words": 4, "relation": "less than"})",
       {"one two-three", "don't go"},
       {"one two three four", "don't you go"}},
      {"length_constraints:number_paragraphs",
       R"({"num_paragraphs": 2})",
       {"one *** two", "***\none\n***\ntwo\n***"},
       {"one", "one *** *** two", "one *** two *** three"}},
      {"length_constraints:nth_paragraph_first_word",
       R"({"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "Rain"})",
       {"Sun.\n\nRain, then.", "Sun.\n\n'\"rain' falls"},
       {"Rain.\n\nSun.", "Sun.\n\nRainy.", "Sun.\n\nRain.\n\nSun.", "Rain."}},
      {"detectable_content:number_placeholders",
       R"({"num_placeholders": 2})",
       {"[name] at [place]", "[]..[]"},
       {"[name]", "[name\n]"}},
      {"detectable_content:postscript",
       R"({"postscript_marker": "P.S."})",
       {"Yours\nP.S. Bring bread.", "p. s. again"},
       {"Yours\nPS: Bring bread."}},
      {"detectable_content:postscript",
       R"({"postscript_marker": "P.P.S"})",
       {"Yours\nP.P.S and more", "p. p. s."},
       {"P.S. only"}},
      {"detectable_format:number_bullet_lists",
       R"({"num_bullets": 2})",
       {"* one\n* two", "- one\n  - two"},
       {"* one", "* one\n* two\n* three", "** one\n** two"}},
      {"detectable_format:constrained_response",
       "{}",
       {"My answer is maybe.", "Well: My answer is no. Yes."},
       {"my answer is yes.", "Yes."}},
      {"detectable_format:number_highlighted_sections",
       R"({"num_highlights": 2})",
       {"*one* and *two*", "**one** *two*"},
       {"*one*", "* * * *", "****"}},
      {"detectable_format:multiple_sections",
       R"({"section_spliter": "Section", "num_sections": 2})",
       {"Section 1\na\nSection 2\nb", "Section1 Section2"},
       {"Section 1\na", "SECTION 1\nSECTION 2"}},
      {"detectable_format:json_format",
       "{}",
       {R"({"a": [1, 2]})", "```json\n{\"a\": 1}\n```", "\"text\"", "3"},
       {"{'a': 1}", "Here: {\"a\": 1}", "```\n{\"a\": 1", "[1,]"}},
      {"detectable_format:title",
       "{}",
       {"<<The sea>>\nIt is calm.", "a <<b>> c"},
       {"<< >>", "<The sea>", "<<The\nsea>>"}},
      {"combination:two_responses",
       "{}",
       {"one******two", "******one******two******"},
       {"one", "one******one", "one****** ******two", "one******two******three"}},
      {"combination:repeat_prompt",
       R"({"prompt_to_repeat": "Say hello. "})",
       {"say hello. Hello!"},
       {"Hello! Say hello."}},
      {"startend:end_checker",
       R"({"end_phrase": "That is all."})",
       {"Bread. THAT IS ALL.", "\"Bread. That is all.\""},
       {"That is all. Bread."}},
      {"startend:quotation", "{}", {"\"Bread.\"", " \"Bread.\"\n"}, {"Bread.", "\"", "\"Bread"}},
      {"change_case:capital_word_frequency",
       R"({"capital_frequency": 2, "capital_relation": "at least"})",
       {"NO, NEVER!", "DON'T", "I am the NASA's"},
       {"NOT-AT-ALL", "no No"}},
      {"change_case:english_capital",
       "{}",
       {"THE SEA IS CALM TODAY AND THE FISHERMEN COME HOME."},
       {"THE SEA is calm.", "DAS MEER IST HEUTE RUHIG UND DIE FISCHER KOMMEN NACH HAUSE."}},
      {"change_case:english_lowercase",
       "{}",
       {"the sea is calm today and the fishermen come home."},
       {"The sea is calm.", "das meer ist heute ruhig und die fischer kommen nach hause."}},
      {"punctuation:no_comma", "{}", {"Bread and butter."}, {"Bread, butter."}},
  };
}

TEST(Ifeval, TellsWhoFollowsEachKindOfInstruction) {
  std::vector<std::string_view> seen;
  for (const Case& one : Cases()) {
    seen.push_back(one.kind);
    const std::string request = Request(one.kind, one.arguments);
    for (const std::string& text : one.follow) {
      EXPECT_THAT(CheckInstructions(text, request).strict, ElementsAre(true))
          << one.kind << ": " << text;
    }
    for (const std::string& text : one.ignore) {
      EXPECT_THAT(CheckInstructions(text, request).strict, ElementsAre(false))
          << one.kind << ": " << text;
    }
    EXPECT_THAT(CheckInstructions(" \n", request).loose, ElementsAre(false)) << one.kind;
  }
  for (const std::string_view kind : InstructionKinds()) {
    EXPECT_THAT(seen, ::testing::Contains(kind));
  }
  EXPECT_EQ(InstructionKinds().size(), 25U);
}

TEST(Ifeval, LooselyForgivesLinesAtTheEndsAndAsterisks) {
  const std::string quoted = Request("startend:quotation", "{}");
  for (const char* text :
       {"Sure:\n\"Bread.\"", "\"Bread.\"\nEnjoy!", "Sure:\n\"Bread.\"\nEnjoy!", "**\"Bread.\"**"}) {
    const InstructionScores scores = CheckInstructions(text, quoted);
    EXPECT_THAT(scores.strict, ElementsAre(false)) << text;
    EXPECT_THAT(scores.loose, ElementsAre(true)) << text;
  }
  EXPECT_THAT(CheckInstructions("a\nb\n\"Bread.\"", quoted).loose, ElementsAre(false));
  // Nothing is left of a single line: that follows nothing.
  EXPECT_THAT(CheckInstructions("a, b", Request("punctuation:no_comma", "{}")).loose,
              ElementsAre(false));
}

TEST(Ifeval, KeepsTheOrderOfTheInstructions) {
  const std::string request =
      R"({"instructions": ["punctuation:no_comma", "startend:quotation"], "arguments": [{}, {}]})";
  EXPECT_THAT(CheckInstructions("\"a, b\"", request).strict, ElementsAre(false, true));
}

TEST(Ifeval, RefusesWhatItCannotCheck) {
  const auto expect = [](const std::string& request, const char* message) {
    EXPECT_THAT([&] { CheckInstructions("text", request); },
                ThrowsMessage<MetricError>(HasSubstr(message)))
        << request;
  };
  expect("[]", "expected a JSON object");
  expect("{", "expected a JSON object");
  expect(R"({"instructions": [], "arguments": []})", "at least one instruction");
  expect(R"({"instructions": ["punctuation:no_comma"], "arguments": []})", "found 1 and 0");
  expect(Request("punctuation:no_dash", "{}"), "unknown instruction \"punctuation:no_dash\"");
  expect(Request("keywords:existence", "{}"), "keywords: expected a list of texts, found none");
  expect(Request("keywords:existence", R"({"keywords": null})"), "found none");
  expect(Request("keywords:existence", R"({"keywords": []})"), "at least one text");
  expect(Request("detectable_content:number_placeholders", R"({"num_placeholders": "2"})"),
         "expected an integer, found another type");
  expect(Request("length_constraints:number_words", R"({"num_words": 3, "relation": "about"})"),
         "expected \"at least\" or \"less than\", found \"about\"");
  expect(Request("keywords:letter_frequency",
                 R"({"letter": "ab", "let_frequency": 1, "let_relation": "at least"})"),
         "expected one character");
  EXPECT_THROW(CheckInstructions("\xFF", Request("punctuation:no_comma", "{}")), MetricError);
}

}  // namespace
}  // namespace meval
