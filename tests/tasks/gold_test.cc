#include "tasks/render/gold.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/object_scope.h"

namespace meval::tasks {
namespace {

using meval::testing::ObjectScope;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;
using Kind = GoldRule::Kind;

const std::vector<std::string> kChoices = {"no", "yes", "maybe"};

std::vector<std::int64_t> Read(Kind kind, const std::string& label, const char* field = "label") {
  const FilterSet filters;
  GoldRule rule;
  rule.kind = kind;
  rule.field = Placeholder::Parse(field, filters);
  return ReadGold(rule, ObjectScope("{\"label\": " + label + "}"), filters, kChoices);
}

TEST(ReadGold, ReadsEveryForm) {
  const struct {
    Kind kind;
    const char* label;
    std::vector<std::int64_t> gold;
  } cases[] = {
      {Kind::kIndex, "2", {2}},         {Kind::kIndex, "\"2\"", {2}},
      {Kind::kIndex, "[0, 2]", {0, 2}}, {Kind::kIndex, "[\"1\"]", {1}},
      {Kind::kNumber, "1", {0}},        {Kind::kNumber, "\"3\"", {2}},
      {Kind::kLetter, "\"B\"", {1}},    {Kind::kLetter, "[\"C\", \"A\"]", {2, 0}},
      {Kind::kText, "\"yes\"", {1}},    {Kind::kText, "[\"yes\", \"no\"]", {1, 0}},
  };
  for (const auto& c : cases) EXPECT_EQ(Read(c.kind, c.label), c.gold) << c.label;
}

TEST(ReadGold, FindsALabelAmongThoseOfTheChoices) {
  const FilterSet filters;
  GoldRule rule;
  rule.kind = Kind::kLabel;
  rule.field = Placeholder::Parse("key|strip", filters);
  rule.labels = Placeholder::Parse("labels", filters);
  const auto read = [&](const std::string& record) {
    return ReadGold(rule, ObjectScope(record), filters, kChoices);
  };
  EXPECT_EQ(read(R"({"key": "2", "labels": ["1", "2", "3"]})"), std::vector<std::int64_t>{1});
  EXPECT_EQ(read(R"({"key": " C", "labels": ["A", "B", "C"]})"), std::vector<std::int64_t>{2});
  EXPECT_THAT([&] { read(R"({"key": "D", "labels": ["A", "B", "C"]})"); },
              ThrowsMessage<FieldError>(
                  "field \"key\": expected the label of one of the 3 choices, found \"D\""));
  EXPECT_THAT([&] { read(R"({"key": "A", "labels": ["A", "B"]})"); },
              ThrowsMessage<FieldError>(
                  "field \"labels\": expected a list of 3 labels, found a list of 2"));
}

TEST(ReadGold, ReadsAFlagForEachChoice) {
  EXPECT_EQ(Read(Kind::kFlags, "[0, 1, 1]"), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(Read(Kind::kFlags, "[true, false, false]"), std::vector<std::int64_t>{0});
  for (const char* flags : {"[0, 0, 0]", "[1, 0]", "[1, 0, 2]", "1", "[]"}) {
    EXPECT_THAT([&] { Read(Kind::kFlags, flags); },
                ThrowsMessage<FieldError>(HasSubstr("expected a list of 3 of 0 and 1, with a 1")))
        << flags;
  }
}

TEST(ReadGold, ReadsScalarsAsTextWhereTheFieldLetsThemIn) {
  EXPECT_THAT([] { Read(Kind::kText, "true"); },
              ThrowsMessage<FieldError>(HasSubstr("found true")));
  const FilterSet filters;
  GoldRule rule;
  rule.kind = Kind::kText;
  rule.field = Placeholder::Parse("label|text", filters);
  const ObjectScope scope(R"({"label": false})");
  EXPECT_EQ(ReadGold(rule, scope, filters, {"true", "false"}), std::vector<std::int64_t>{1});
}

TEST(ReadGold, AppliesTheFieldsFilters) {
  EXPECT_EQ(Read(Kind::kLetter, "\" C \"", "label|strip"), std::vector<std::int64_t>{2});
  EXPECT_EQ(Read(Kind::kText, "\"YES\"", "label|lower"), std::vector<std::int64_t>{1});
}

TEST(ReadGold, RefusesWhatIsOutsideTheChoicesOrOfAnotherForm) {
  const struct {
    Kind kind;
    const char* label;
    const char* message;
  } cases[] = {
      {Kind::kIndex, "3", "expected an integer 0..2, found the integer 3"},
      {Kind::kIndex, "-1", "expected an integer 0..2, found the integer -1"},
      {Kind::kIndex, "\"E\"", "expected an integer 0..2, found \"E\""},
      {Kind::kIndex, "\"\"", "expected an integer 0..2, found \"\""},
      {Kind::kIndex, "\" 1\"", "expected an integer 0..2, found \" 1\""},
      {Kind::kIndex, "1.0", "expected an integer 0..2, found the number 1.0"},
      {Kind::kIndex, "true", "expected an integer 0..2, found true"},
      {Kind::kIndex, "null", "expected an integer 0..2, found null"},
      {Kind::kIndex, "{}", "expected an integer 0..2, found an object"},
      {Kind::kIndex, "[]", "expected an integer 0..2, found an empty list"},
      {Kind::kIndex, "[[1]]", "expected an integer 0..2, found a list of 1"},
      {Kind::kIndex, "[1, 7]", "expected an integer 0..2, found the integer 7"},
      {Kind::kIndex, "[1, 1]", "the integer 1 is listed twice"},
      {Kind::kIndex, "99999999999999999999", "found the number 99999999999999999999"},
      {Kind::kNumber, "0", "expected an integer 1..3, found the integer 0"},
      {Kind::kNumber, "4", "expected an integer 1..3, found the integer 4"},
      {Kind::kNumber, "\"-9223372036854775808\"", "expected an integer 1..3"},
      {Kind::kLetter, "\"D\"", "expected a letter A..C, found \"D\""},
      {Kind::kLetter, "\"b\"", "expected a letter A..C, found \"b\""},
      {Kind::kLetter, "\"AB\"", "expected a letter A..C, found \"AB\""},
      {Kind::kLetter, "\"\u00e9\"", "expected a letter A..C"},
      {Kind::kLetter, "1", "expected a letter A..C, found the integer 1"},
      {Kind::kText, "\"Yes\"", "expected the text of one of the 3 choices, found \"Yes\""},
      {Kind::kText, "1", "expected the text of one of the 3 choices, found the integer 1"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT([&] { Read(c.kind, c.label); },
                ThrowsMessage<FieldError>(
                    ::testing::AllOf(StartsWith("field \"label\": "), HasSubstr(c.message))))
        << c.label;
  }
}

}  // namespace
}  // namespace meval::tasks
