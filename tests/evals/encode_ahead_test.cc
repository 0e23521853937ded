#include "evals/encode_ahead.h"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"
#include "tests/evals/eval_fixture.h"

namespace meval {
namespace {

using testing::FakeLanguageModel;
using testing::SampleRun;

TEST(EncodeAhead, GivesEveryTaskInOrderAsEncodeTaskDoes) {
  const PlannedTasks planned(SampleRun("mmlu,gsm8k,hellaswag,samsum"));
  const FakeLanguageModel encoder;
  EncodeAhead ahead(planned.plans(), encoder, 2);
  for (const EvalPlan& plan : planned.plans()) {
    const EncodedTask task = ahead.Next();
    const EncodedTask expected = EncodeTask(plan, encoder, 1);
    EXPECT_EQ(task.keys, expected.keys) << plan.task->name();
    EXPECT_EQ(task.samples.size(), plan.selected.size());
  }
  EXPECT_THROW(ahead.Next(), std::logic_error);
}

// Counts texts, so that a test sees which tasks have been begun.
class Counting : public FakeLanguageModel {
 public:
  std::vector<TokenId> Encode(std::string_view text) const override {
    ++num_texts;
    return FakeLanguageModel::Encode(text);
  }
  mutable std::atomic<std::int64_t> num_texts = 0;
};

TEST(EncodeAhead, IsOneTaskAheadAndNotTwo) {
  const PlannedTasks planned(SampleRun("mmlu,gsm8k,hellaswag"));
  Counting alone;
  std::vector<std::int64_t> texts;  // of the first so many tasks
  for (const EvalPlan& plan : planned.plans()) {
    EncodeTask(plan, alone, 1);
    texts.push_back(alone.num_texts);
  }
  const auto wait_for = [](const Counting& encoder, std::int64_t count) {
    while (encoder.num_texts < count) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(encoder.num_texts, count);
  };
  const Counting encoder;
  EncodeAhead ahead(planned.plans(), encoder, 1);
  wait_for(encoder, texts[0]);  // before anybody asks
  ahead.Next();
  wait_for(encoder, texts[1]);
  ahead.Next();
  wait_for(encoder, texts[2]);
  ahead.Next();
}

TEST(EncodeAhead, ThrowsWhatEncodingThrewAtItsTask) {
  RunOptions options = SampleRun("gsm8k,mmlu");
  const PlannedTasks planned(options);
  std::vector<EvalPlan> plans = planned.plans();
  plans[1].encode.truncation = TruncationPolicy::kError;
  FakeLanguageModel encoder;
  encoder.length = 600;  // bytes
  plans[0].generation.max_new_tokens = 10;
  EncodeAhead ahead(plans, encoder, 2);
  EXPECT_EQ(ahead.Next().generation_requests.size(), plans[0].selected.size());
  EXPECT_THROW(ahead.Next(), DataError);
}

TEST(EncodeAhead, MayBeLeftAtAnyTime) {
  const PlannedTasks planned(SampleRun("mmlu,gsm8k,hellaswag"));
  const FakeLanguageModel encoder;
  for (int taken = 0; taken <= 3; ++taken) {
    EncodeAhead ahead(planned.plans(), encoder, 3);
    for (int i = 0; i < taken; ++i) ahead.Next();
  }
}

}  // namespace
}  // namespace meval
