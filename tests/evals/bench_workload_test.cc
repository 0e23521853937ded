#include "evals/bench_workload.h"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/install_paths.h"

namespace meval {
namespace {

using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

std::vector<Workload> TinyWorkloads(const std::string& tasks) {
  EngineOptions options;
  options.tiny_dir = TinyModelDir();
  DataSelection data;
  data.data_dir = SamplesDir().string();
  return TaskWorkloads(tasks, data, OutlineModel(options), 1);
}

TEST(TaskWorkloads, TakeOneTokenForARequestThatIsScored) {
  const std::vector<Workload> workloads = TinyWorkloads("mmlu");
  ASSERT_THAT(workloads, SizeIs(1));
  EXPECT_EQ(workloads[0].name, "mmlu");
  EXPECT_EQ(workloads[0].shapes.size() % 4, 0U);  // choices, each a request
  for (const RequestShape& shape : workloads[0].shapes) {
    EXPECT_GT(shape.prompt_tokens, 1);
    EXPECT_EQ(shape.output_tokens, 1);
  }
}

TEST(TaskWorkloads, TakeEverySampleOfAGeneration) {
  const std::vector<Workload> workloads = TinyWorkloads("gsm8k_cot,gsm8k_cot_maj8");
  ASSERT_THAT(workloads, SizeIs(2));
  EXPECT_EQ(workloads[1].shapes.size(), 8 * workloads[0].shapes.size());
  for (const RequestShape& shape : workloads[0].shapes) EXPECT_GE(shape.output_tokens, 1);
}

bool ByLength(const RequestShape& a, const RequestShape& b) {
  return a.prompt_tokens < b.prompt_tokens;
}

TEST(DrawShapes, DrawsWithoutReplacementAndThenAllAgain) {
  Workload workload = {"w", {{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}}};
  EXPECT_THAT(DrawShapes(workload, 5, 7), UnorderedElementsAreArray(workload.shapes));
  std::vector<RequestShape> some = DrawShapes(workload, 3, 7);
  std::sort(some.begin(), some.end(), ByLength);
  EXPECT_EQ(std::adjacent_find(some.begin(), some.end()), some.end());
  const std::vector<RequestShape> many = DrawShapes(workload, 12, 7);
  EXPECT_THAT(many, SizeIs(12));
  for (const RequestShape& shape : workload.shapes) {
    EXPECT_GE(std::count(many.begin(), many.end(), shape), 2);
    EXPECT_LE(std::count(many.begin(), many.end(), shape), 3);
  }
  EXPECT_EQ(DrawShapes(workload, 12, 7), many);
  EXPECT_NE(DrawShapes(workload, 12, 8), many);
}

}  // namespace
}  // namespace meval
