#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tasks/jinja/template.h"

namespace meval::tasks::jinja {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

Value MessagesOf(const json& messages) {
  List list;
  for (const json& message : messages) {
    Members members;
    for (const auto& [name, value] : message.items()) {
      members.emplace_back(name, Value(value.get<std::string>()));
    }
    list.emplace_back(std::move(members));
  }
  return list;
}

std::string RenderCase(const json& golden) {
  return Template::Parse(golden.at("template").get<std::string>())
      .Render({{"messages", MessagesOf(golden.at("messages"))},
               {"add_generation_prompt", Value(true)},
               {"bos_token", Value(std::string("<s>"))},
               {"eos_token", Value(std::string("</s>"))},
               {"tools", Value(None{})}});
}

std::string Rendered(const std::string& source) { return Template::Parse(source).Render({}); }

std::string RefusalOf(const std::string& source) {
  try {
    Template::Parse(source);
  } catch (const TemplateError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(JinjaTemplate, RendersWhatJinjaDoes) {
  std::ifstream in(std::string(MEVAL_SOURCE_DIR) + "/tests/golden/tasks/jinja_cases.jsonl");
  int count = 0;
  int refused = 0;
  for (std::string line; std::getline(in, line); ++count) {
    const json golden = json::parse(line);
    SCOPED_TRACE(golden.at("kind").get<std::string>() + ": " + golden.at("template").dump());
    if (golden.at("output").is_null()) {
      EXPECT_THROW(RenderCase(golden), TemplateError);
      ++refused;
      continue;
    }
    try {
      EXPECT_EQ(RenderCase(golden), golden.at("output").get<std::string>());
    } catch (const TemplateError& error) {
      ADD_FAILURE() << error.what();
    }
  }
  EXPECT_GT(count, 500);
  EXPECT_GT(refused, 5);
}

TEST(JinjaTemplate, RefusesWhatItDoesNotKnowWithItsPlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a\n {% macro f() %}{% endmacro %}", "line 2, column 5: the tag \"macro\""},
      {"{% include 'x' %}", "line 1, column 4: the tag \"include\""},
      {"{{ x | upper }}", "line 1, column 8: the filter \"upper\""},
      {"ä{{ x is callable }}", "line 1, column 10: the test \"callable\""},
      {"{{ cycler(1) }}", "line 1, column 4: the function \"cycler\""},
      {"{{ x.format(1) }}", "line 1, column 6: the method \"format\""},
      {"{{ 2 ** 3 }}", "line 1, column 6: expected an operator that is supported"},
      {"{% set x %}a{% endset %}", "a set around a block is not supported"},
      {"{{ x | trim(chars='a', other=1) }}", "\"trim\" with argument 2 (other)"},
      {"{% break %}", "the tag \"break\" is not supported here"},
      {"{{ x[1] (2) }}", "expected a function or method to call"},
  };
  for (const auto& [source, message] : cases) EXPECT_THAT(RefusalOf(source), HasSubstr(message));
}

TEST(JinjaTemplate, RefusesWhatIsNotWellFormed) {
  for (const char* source : {"{{",
                             "{{ 'a }}",
                             "{{ 1 + }}",
                             "{% if x %}",
                             "{% endif %}",
                             "{% for x %}{% endfor %}",
                             "{# open",
                             "{{ (1 }}",
                             "{{ [1, }}",
                             "{{ {'a' 1} }}",
                             "{% else %}",
                             "{{ }}",
                             "{% %}",
                             "{% if 1 %}{% endfor %}",
                             "{{ a b }}",
                             "{{ 1e5 }}",
                             "{{ x[] }}",
                             "{{ x[1:2:3:4] }}",
                             "{% for x in y %}{% endif %}{% endfor %}",
                             "{{ 99999999999999999999 }}",
                             "{{ $ }}"}) {
    EXPECT_NE(RefusalOf(source), "accepted") << source;
  }
}

TEST(JinjaTemplate, DeepNestingIsAnErrorAndNoCrash) {
  constexpr std::size_t kMany = 20'000;
  std::string nots;
  std::string blocks;
  std::string sum = "1";
  std::string trims = "x";
  for (std::size_t i = 0; i < kMany; ++i) {
    nots += "not ";
    blocks += "{% if 1 %}";
    sum += "+1";
    trims += "|trim";
  }
  const std::string parentheses = std::string(kMany, '(') + "1" + std::string(kMany, ')');
  EXPECT_THAT(RefusalOf("{{ " + parentheses + " }}"), HasSubstr("at most 100"));
  EXPECT_THAT(RefusalOf("{{ " + sum + " }}"), HasSubstr("at most 500"));
  EXPECT_THAT(RefusalOf("{{ " + trims + " }}"), HasSubstr("at most 500"));
  EXPECT_THAT(RefusalOf("{{ " + nots + "1 }}"), HasSubstr("at most 100"));
  EXPECT_THAT(RefusalOf(blocks), HasSubstr("at most 100"));
}

TEST(JinjaTemplate, ErrorsWhileRenderingNameTheirPlace) {
  const Template made = Template::Parse("ok\n{{ missing.member }}");
  try {
    made.Render({});
    ADD_FAILURE() << "rendered";
  } catch (const TemplateError& error) {
    EXPECT_THAT(error.what(), HasSubstr("line 2, column 11"));
    EXPECT_THAT(error.what(), HasSubstr("undefined \"missing\""));
  }
  EXPECT_THROW(Rendered("{{ [1] }}"), TemplateError);
  EXPECT_THROW(Rendered("{{ 9000000000 * 9000000000 }}"), TemplateError);
  EXPECT_THROW(Rendered("{{ range(1000000) }}"), TemplateError);
  EXPECT_THROW(Rendered("{{ strftime_now('%d') }}"), TemplateError);
}

TEST(JinjaTemplate, RendersTheSameEveryTime) {
  const Template made = Template::Parse(
      "{% set ns = namespace(n=0) %}{% for x in [1, 2] %}{% set ns.n = ns.n + x %}{% endfor %}"
      "{{ ns.n }}");
  EXPECT_EQ(made.Render({}), "3");
  EXPECT_EQ(made.Render({}), "3");
}

// A template comes from whoever made the model.
TEST(JinjaTemplate, CannotRunForEverOrTakeAllMemory) {
  const std::vector<std::string> templates = {
      "{% for i in range(100000) %}{% for j in range(100000) %}{{ i }}{% endfor %}{% endfor %}",
      "{% for i in range(10000) %}{% for j in range(10000) if i == j %}x{% endfor %}{% endfor %}",
      "{% set n = namespace(t='ab') %}{% for i in range(90) %}{% set n.t = n.t ~ n.t %}{% endfor "
      "%}",
      "{% set n = namespace(t='aa') %}{% for i in range(90) %}"
      "{% set n.t = n.t|replace('a', 'aa') %}{% endfor %}",
      "{% set n = namespace(l=[1]) %}{% for i in range(90) %}{% set n.l = [n.l, n.l] %}{% endfor %}"
      "{{ n.l | tojson }}",
      "{% set n = namespace(l=[1]) %}{% for i in range(90) %}{% set n.l = [n.l, n.l] %}{% endfor %}"
      "{{ n.l == n.l }}",
      "{% set n = namespace(l=[]) %}{% for i in range(1000) %}{% set n.l = [n.l] %}{% endfor %}"};
  for (const std::string& text : templates) {
    try {
      Template::Parse(text).Render({});
      ADD_FAILURE() << text;
    } catch (const TemplateError& error) {
      EXPECT_THAT(error.what(), HasSubstr("expected")) << text;
    }
  }
}

// Reference counts alone would keep these for ever; the leak checker of the asan preset looks.
TEST(JinjaTemplate, FreesNamespacesThatHoldThemselves) {
  EXPECT_EQ(Template::Parse("{% set a = namespace(n=1) %}{% set b = namespace(a=a) %}"
                            "{% set a.b = b %}{% set a.a = a %}{{ a.b.a.n }}")
                .Render({}),
            "1");
}

TEST(JinjaTemplate, CountsARangeUpToTheLargestNumber) {
  EXPECT_EQ(Template::Parse("{{ range(0, 4000000000 * 2000000000, 3000000000 * 2000000000) "
                            "| length }}")
                .Render({}),
            "2");
}

}  // namespace
}  // namespace meval::tasks::jinja
