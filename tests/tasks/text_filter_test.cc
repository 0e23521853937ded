#include "tasks/render/text_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/render/field_path.h"

namespace meval::tasks {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TextStep Step(TextStep::Kind kind, std::string from = "", std::string to = "") {
  TextStep step;
  step.kind = kind;
  step.from = std::move(from);
  step.to = std::move(to);
  return step;
}

TEST(TextStep, StripsUnicodeWhitespace) {
  EXPECT_EQ(Step(TextStep::Kind::kStrip).Apply("\u3000\t a b\u00a0\n"), "a b");
}

TEST(TextStep, CapitalizesTheFirstAndLowersTheRest) {
  const TextStep step = Step(TextStep::Kind::kCapitalize);
  EXPECT_EQ(step.Apply("he SAW Paris"), "He saw paris");
  EXPECT_EQ(step.Apply("\u00e9TUDE"), "\u00c9tude");
  EXPECT_EQ(step.Apply(""), "");
}

TEST(TextStep, ReplacesInOnePassFromTheLeft) {
  const TextStep step = Step(TextStep::Kind::kReplace, "  ", " ");
  EXPECT_EQ(step.Apply("a  b"), "a b");
  EXPECT_EQ(step.Apply("a    b"), "a  b");  // not to a fixed point
  EXPECT_EQ(step.Apply("a   b"), "a  b");
}

TEST(TextStep, TurnsCrlfIntoLfAndLeavesALoneCr) {
  EXPECT_EQ(Step(TextStep::Kind::kCrlfToLf).Apply("a\r\nb\rc\n\r\n"), "a\nb\rc\n\n");
}

TEST(TextStep, DeletesEveryMatch) {
  TextStep step = Step(TextStep::Kind::kDeleteRegex);
  step.regex.emplace("\\[.*?\\]");
  EXPECT_EQ(step.Apply("[header] a [step]b[ c"), " a b[ c");
}

TEST(TextStep, ReplacesEveryMatchAndPutsItsGroupsIn) {
  TextStep step = Step(TextStep::Kind::kReplaceRegex, "", "<\\2\\1>");
  step.regex.emplace("(a+)(b)?");
  EXPECT_EQ(step.Apply("xaab aé"), "x<baa> <a>é");
  EXPECT_EQ(step.Apply("none"), "none");
  step.regex.emplace("x*()()");  // empty matches too, as re.sub counts them
  step.to = "-";
  EXPECT_EQ(step.Apply("axb"), "-a--b-");
}

TEST(TextStep, TakesWhatFollowsTheLastOrPrecedesTheFirstMarker) {
  const TextStep after = Step(TextStep::Kind::kAfterLast, "#### ");
  EXPECT_EQ(after.Apply("a\n#### 1\n#### 2"), "2");
  const TextStep before = Step(TextStep::Kind::kBeforeFirst, "#### ");
  EXPECT_EQ(before.Apply("a\n#### 1\n#### 2"), "a\n");
  const TextStep before_last = Step(TextStep::Kind::kBeforeLast, "#### ");
  EXPECT_EQ(before_last.Apply("a\n#### 1\n#### 2"), "a\n#### 1\n");
  for (const TextStep* step : {&after, &before, &before_last}) {
    EXPECT_THAT([&] { step->Apply("no marker"); },
                ThrowsMessage<FieldError>(HasSubstr("expected a text that holds \"#### \"")));
  }
}

// HellaSwag's four steps, on the cases that tell their order.
TEST(TextStep, TakesTheFirstGroupOfAMatchOrWhatIsToStandThere) {
  TextStep step;
  step.kind = TextStep::Kind::kMatch;
  step.regex.emplace("n([0-9]+)");
  step.to = "none";
  EXPECT_EQ(step.Apply("n12 n3"), "12");
  EXPECT_EQ(step.Apply("n"), "none");
  step.must_match = true;
  EXPECT_EQ(step.Apply("n12"), "12");
  EXPECT_THROW(step.Apply("n"), FieldError);
}

TEST(TextFilter, AppliesStepsInOrder) {
  TextFilter clean;
  clean.steps.push_back(Step(TextStep::Kind::kStrip));
  clean.steps.push_back(Step(TextStep::Kind::kReplace, " [title]", ". "));
  clean.steps.push_back(Step(TextStep::Kind::kDeleteRegex));
  clean.steps.back().regex.emplace("\\[.*?\\]");
  clean.steps.push_back(Step(TextStep::Kind::kReplace, "  ", " "));
  EXPECT_EQ(clean.Apply("[header] How to tie a knot [title] Take a rope. [step] Hold it. "),
            " How to tie a knot. Take a rope. Hold it.");
  EXPECT_EQ(clean.Apply("[substeps] Pull."), " Pull.");  // no second strip
}

TEST(FilterSet, KnowsTheBuiltInNamesAndRefusesADoubleOne) {
  FilterSet filters;
  EXPECT_THAT(filters.names(),
              ElementsAre("strip", "lower", "capitalize", "crlf_to_lf", "last_boxed"));
  TextFilter mine;
  mine.name = "mine";
  filters.Add(std::move(mine));
  ASSERT_TRUE(filters.Find("mine").has_value());
  EXPECT_EQ(filters.at(*filters.Find("mine")).Apply("x"), "x");
  EXPECT_FALSE(filters.Find("yours").has_value());
  TextFilter again;
  again.name = "strip";
  EXPECT_THROW(filters.Add(std::move(again)), FieldError);
}

}  // namespace
}  // namespace meval::tasks
