#include "tasks/render/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/object_scope.h"

namespace meval::tasks {
namespace {

using meval::testing::ObjectScope;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using ::testing::UnorderedElementsAre;

class TemplateTest : public ::testing::Test {
 protected:
  std::string Render(const char* text) const {
    return Template::Parse(text, filters_).Render(scope_, filters_);
  }
  FilterSet filters_;
  ObjectScope scope_{R"({"q": " what? ", "n": 7, "x": 1.50, "b": true, "none": null,
                         "choices": ["yes", "No", "maybe"], "mixed": ["a", 1],
                         "stem": {"text": "deep", "list": [["inner"]]}})"};
};

TEST_F(TemplateTest, CopiesLiteralsByteForByte) {
  EXPECT_EQ(Render(""), "");
  EXPECT_EQ(Render("Answer:\n\n \t"), "Answer:\n\n \t");
  EXPECT_EQ(Render("{{x}} and }}{{"), "{x} and }{");
  EXPECT_EQ(Render("\u00e9{q}\n"), "\u00e9 what? \n");
}

TEST_F(TemplateTest, FollowsPathsIntoRecords) {
  EXPECT_EQ(Render("{choices[1]}/{stem.text}/{stem.list[0][0]}"), "No/deep/inner");
}

TEST_F(TemplateTest, AppliesFiltersFromLeftToRight) {
  EXPECT_EQ(Render("<{q|strip}>"), "<what?>");
  EXPECT_EQ(Render("{q|strip|capitalize}"), "What?");
  EXPECT_EQ(Render("{q|capitalize|strip}"), "what?");  // the first character is a space
  EXPECT_EQ(Render("{choices[1]|lower}"), "no");
}

TEST_F(TemplateTest, LetsNumbersInOnlyWhereTheyAreAskedFor) {
  EXPECT_EQ(Render("{n|text} {x|text} {b|text} {q|text|strip}"), "7 1.50 true what?");
  for (const char* text : {"{n}", "{n|strip}", "{b}", "{none|text}", "{choices|text}", "{stem}"}) {
    EXPECT_THAT([&] { Render(text); }, ThrowsMessage<FieldError>(HasSubstr("expected a string")))
        << text;
  }
}

TEST_F(TemplateTest, SaysWhichStepOfAPathFails) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"{absent}", "field \"absent\" is missing"},
      {"{choices[3]}", "field \"choices\": expected a list of at least 4, found a list of 3"},
      {"{q[0]}", "field \"q\": expected a list of at least 1, found \" what? \""},
      {"{stem.titel}", "field \"stem\": expected an object with \"titel\", found an object"},
      {"{stem.list[0][9]}", "field \"stem.list[0]\": expected a list of at least 10"},
  };
  for (const auto& bad : cases) {
    EXPECT_THAT([&] { Render(bad.text); }, ThrowsMessage<FieldError>(HasSubstr(bad.message)));
  }
}

TEST_F(TemplateTest, RefusesWhatDoesNotParse) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"ab{q", "byte 3: the brace opened here is never closed"},
      {"ab}", "byte 3: a closing brace without an opening one"},
      {"{}", "expected a field's name"},
      {"{q|}", "unknown filter \"\""},
      {"{q|strp}", "unknown filter \"strp\"; did you mean \"strip\"?"},
      {"{q|strip|text}", "unknown filter \"text\""},
      {"{a b.}", "expected a name after the dot"},
      {"{a[x]}", "expected a number, *, keys or values in brackets"},
      {"{a[-1]}", "expected a number, *, keys or values in brackets"},
      {"{a[1}", "expected a closing bracket"},
      {"{a]}", "unexpected \"]\""},
      {"{a[1]\u00e9}", "unexpected \"\u00e9\""},
      {"{a[99999999999999999999]}", "expected a number, *, keys or values in brackets"},
  };
  for (const auto& bad : cases) {
    EXPECT_THAT([&] { Template::Parse(bad.text, filters_); },
                ThrowsMessage<FieldError>(HasSubstr(bad.message)))
        << bad.text;
  }
}

TEST_F(TemplateTest, KnowsWhichBytesAPlaceholderFills) {
  const Template text = Template::Parse("\u00e9: {stem.text}!{q}", filters_);
  Template::Span span;
  EXPECT_EQ(text.Render(scope_, filters_, "stem", span), "\u00e9: deep! what? ");
  EXPECT_EQ(span.begin, 4U);
  EXPECT_EQ(span.end, 8U);
  text.Render(scope_, filters_, "other", span);
  EXPECT_EQ(span.begin, span.end);
}

TEST_F(TemplateTest, RendersAListElementByElement) {
  const Template list = Template::Parse("{choices|lower}", filters_);
  ASSERT_TRUE(list.is_one_placeholder());
  EXPECT_THAT(list.RenderList(scope_, filters_), ElementsAre("yes", "no", "maybe"));
  EXPECT_THAT([&] { Template::Parse("{q}", filters_).RenderList(scope_, filters_); },
              ThrowsMessage<FieldError>(HasSubstr("expected a list")));
  EXPECT_THAT([&] { Template::Parse("{mixed}", filters_).RenderList(scope_, filters_); },
              ThrowsMessage<FieldError>(HasSubstr("found the integer 1")));
  EXPECT_FALSE(Template::Parse("{q} ", filters_).is_one_placeholder());
  EXPECT_FALSE(Template::Parse("q", filters_).is_one_placeholder());
}

TEST_F(TemplateTest, ListsTheFieldsItNames) {
  const Template text = Template::Parse("{q}{stem.text}{choices[0]}{choices[1]}", filters_);
  EXPECT_THAT(text.fields(), UnorderedElementsAre("q", "stem", "choices"));
  EXPECT_EQ(text.Count("choices"), 2U);
  EXPECT_EQ(text.Count("x"), 0U);
}

}  // namespace
}  // namespace meval::tasks
