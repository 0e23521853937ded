#include "reports/result.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/reports/example_report.h"

namespace meval {
namespace {

TEST(IdentityText, HasOneSortedLinePerKey) {
  const RunIdentity identity = {.model = "tiny",
                                .model_digest = "d1",
                                .tokenizer_digest = "d2",
                                .dtype = "f32",
                                .numerics = "v1, simd, builtin",
                                .seed = -7,
                                .max_length = 4096,
                                .flags = {{"limit", "10"}, {"until", "a\nb\\"}},
                                .tasks = {"mmlu v1 d3", "gsm8k v1 d4"},
                                .prompts = {{"mmlu", "d5"}, {"gsm8k", "d6"}}};
  EXPECT_EQ(ToText(identity),
            "dtype=f32\n"
            "flags.limit=10\n"
            "flags.until=a\\nb\\\\\n"
            "max_length=4096\n"
            "model=tiny\n"
            "model_digest=d1\n"
            "numerics=v1, simd, builtin\n"
            "prompts.gsm8k=d6\n"
            "prompts.mmlu=d5\n"
            "seed=-7\n"
            "tasks[0]=mmlu v1 d3\n"
            "tasks[1]=gsm8k v1 d4\n"
            "tokenizer_digest=d2\n");
}

// Every single change of a field gives another text, and so do the changes that would look alike
// without escaping.
TEST(IdentityText, DiffersWheneverTheIdentitiesDiffer) {
  const RunIdentity base = testing::ExampleReport().identity;
  std::vector<RunIdentity> others(13, base);
  others[0].model += "x";
  others[1].model_digest[0] = 'f';
  others[2].tokenizer_digest.clear();
  others[3].dtype = "bf16";
  others[4].seed = 0;
  others[5].max_length = 0;
  others[6].flags.clear();
  others[7].flags["limit"] = "241";
  others[8].tasks.pop_back();
  others[9].tasks = {base.tasks[1], base.tasks[0], base.tasks[2]};
  others[10].flags = {{"a", "1\nflags.b=2"}};
  others[11].flags = {{"a", "1"}, {"b", "2"}};
  others[12].flags = {{"a", "1\\nflags.b=2"}};
  others.push_back(base);
  others.back().flags = {{"a=1", "2"}};
  others.push_back(base);
  others.back().flags = {{"a", "1=2"}};
  others.push_back(base);
  others.back().numerics = "v2, simd, builtin";
  others.push_back(base);
  others.back().prompts.begin()->second += "x";
  others.push_back(base);
  others.back().prompts.clear();
  std::set<std::string> texts = {ToText(base)};
  for (const RunIdentity& other : others) texts.insert(ToText(other));
  EXPECT_EQ(texts.size(), others.size() + 1);
  EXPECT_EQ(ToText(base), ToText(testing::ExampleReport().identity));
}

}  // namespace
}  // namespace meval
