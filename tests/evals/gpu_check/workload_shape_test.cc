#include "evals/gpu_check/workload_shape.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/install_paths.h"
#include "tasks/error.h"
#include "tests/support/temp_directory.h"

namespace meval::gpu_check {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::int64_t Tokens(const std::vector<LengthCount>& counts) {
  std::int64_t tokens = 0;
  for (const LengthCount& count : counts) tokens += count.tokens * count.times;
  return tokens;
}

std::int64_t PromptTokens(const WorkloadShape& shape) {
  std::int64_t tokens = 0;
  for (const PromptGroup& group : shape.groups) {
    WorkloadShape one;
    one.groups = {group};
    tokens += Tokens(group.suffixes) + group.prefix * one.num_documents();
  }
  return tokens;
}

// Records of the published sets, and their mean lengths in tokens of Mistral 7B v0.1.
TEST(ShippedWorkloads, AreThoseOfTheRealSets) {
  const std::vector<WorkloadShape> shapes = ReadWorkloadShapes(WorkloadLengthsFile());
  ASSERT_THAT(shapes, SizeIs(3));
  const WorkloadShape& mmlu = shapes[0];
  EXPECT_EQ(mmlu.name, "mmlu");
  EXPECT_EQ(mmlu.num_documents(), 14042);
  EXPECT_THAT(mmlu.groups, SizeIs(57));
  EXPECT_EQ(mmlu.choices, 4);
  EXPECT_NEAR(static_cast<double>(PromptTokens(mmlu)) / 14042, 786, 3);
  const WorkloadShape& hellaswag = shapes[1];
  EXPECT_EQ(hellaswag.num_documents(), 10042);
  EXPECT_NEAR(static_cast<double>(Tokens(hellaswag.continuations)) / 40168, 31.4, 1);
  const WorkloadShape& gsm8k = shapes[2];
  EXPECT_EQ(gsm8k.num_documents(), 1319);
  EXPECT_EQ(gsm8k.samples, 8);
  EXPECT_EQ(gsm8k.choices, 0);
  EXPECT_NEAR(static_cast<double>(PromptTokens(gsm8k)) / 1319, 807, 3);
  EXPECT_NEAR(static_cast<double>(Tokens(gsm8k.new_tokens)) / 1319, 130, 3);
}

WorkloadShape Choices() {
  WorkloadShape shape;
  shape.name = "choices";
  shape.groups = {{3, {{2, 2}, {4, 1}}}, {5, {{1, 1}}}};
  shape.choices = 2;
  shape.continuations = {{1, 3}, {6, 5}};
  return shape;
}

TEST(MakeRequests, SharesTheBeginningsOfAGroupAndNothingElse) {
  const ShapedRequests requests = MakeRequests(Choices(), 0, 1000, 7);
  ASSERT_EQ(requests.documents, 4);
  ASSERT_THAT(requests.scores, SizeIs(8));
  EXPECT_THAT(requests.generations, IsEmpty());
  std::map<std::size_t, int> prompts;
  std::map<std::size_t, int> continuations;
  for (const ScoreRequest& request : requests.scores) {
    ++prompts[request.context.size()];
    ++continuations[request.continuation.size()];
    for (const TokenId token : request.context) EXPECT_LT(token, 1000);
  }
  EXPECT_EQ(prompts, (std::map<std::size_t, int>{{5, 4}, {7, 2}, {6, 2}}));
  EXPECT_EQ(continuations, (std::map<std::size_t, int>{{1, 3}, {6, 5}}));
  const auto same = [&](std::size_t a, std::size_t b) {
    const auto& one = requests.scores[a].context;
    const auto& other = requests.scores[b].context;
    return std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first - one.begin();
  };
  EXPECT_EQ(same(0, 1), 5) << "choices of a document have its whole prompt";
  EXPECT_EQ(same(0, 2), 3) << "documents of a group have its prefix";
  EXPECT_EQ(same(0, 6), 1) << "groups have the token that every text begins with";
}

TEST(MakeRequests, DrawsSomeDocumentsAndIsTheSameForASeed) {
  const ShapedRequests some = MakeRequests(Choices(), 2, 1000, 7);
  EXPECT_EQ(some.documents, 2);
  EXPECT_THAT(some.scores, SizeIs(4));
  const ShapedRequests again = MakeRequests(Choices(), 2, 1000, 7);
  for (std::size_t i = 0; i < some.scores.size(); ++i) {
    EXPECT_EQ(some.scores[i].context, again.scores[i].context);
    EXPECT_EQ(some.scores[i].continuation, again.scores[i].continuation);
  }
  EXPECT_NE(MakeRequests(Choices(), 0, 1000, 8).scores[0].context,
            MakeRequests(Choices(), 0, 1000, 7).scores[0].context);
  EXPECT_EQ(MakeRequests(Choices(), 100, 1000, 7).documents, 4);
}

TEST(MakeRequests, GeneratesAsManyTokensAsTheAnswersHave) {
  WorkloadShape shape;
  shape.groups = {{10, {{4, 3}}}};
  shape.samples = 8;
  shape.new_tokens = {{5, 2}, {9, 1}};
  const ShapedRequests requests = MakeRequests(shape, 0, 1000, 1);
  ASSERT_THAT(requests.generations, SizeIs(3));
  std::int64_t tokens = 0;
  for (const GenerationRequest& request : requests.generations) {
    EXPECT_THAT(request.prompt, SizeIs(14));
    EXPECT_EQ(request.num_samples, 8);
    EXPECT_GT(request.sampling.temperature, 0) << "samples differ";
    tokens += request.max_new_tokens;
  }
  EXPECT_EQ(tokens, 19);
}

std::string Refusal(const std::string& text) {
  const testing::TempDirectory directory;
  directory.Write("lengths.json", text);
  try {
    ReadWorkloadShapes(directory / "lengths.json");
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

TEST(ReadWorkloadShapes, SaysWhatIsWrongWithAFile) {
  EXPECT_THAT(Refusal("{"), HasSubstr("lengths.json"));
  EXPECT_THAT(Refusal(R"({"workloads": [{"name": "a"}]})"), HasSubstr("title"));
  const std::string begin = R"({"workloads": [{"name": "a", "title": "A", "groups": [)";
  EXPECT_THAT(Refusal(begin + R"({"prefix": 0, "suffixes": [[1, 1]]}]}]})"),
              HasSubstr("workload 1: prefix: expected at least 1, found 0"));
  EXPECT_THAT(Refusal(begin + R"({"prefix": 1, "suffixes": [[1, 0]]}]}]})"),
              HasSubstr("found [1,0]"));
  EXPECT_THAT(Refusal(begin + R"({"prefix": 1, "suffixes": [[4, 2]]}], "choices": 2,
                                  "continuations": [[1, 3]]}]})"),
              HasSubstr("expected 4 lengths for 2 documents, found 3"));
}

}  // namespace
}  // namespace meval::gpu_check
