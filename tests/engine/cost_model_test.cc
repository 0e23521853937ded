#include "engine/cost_model.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/model_config.h"

namespace meval {
namespace {

// A step of nothing but its shape: rows of each segment from a position on.
struct Rows {
  std::int64_t position_begin = 0;
  std::int64_t num_rows = 0;
};

Step StepOf(const std::vector<Rows>& segments) {
  Step step;
  for (const Rows& rows : segments) {
    step.segments.push_back({.row_begin = step.num_rows(),
                             .num_rows = rows.num_rows,
                             .position_begin = rows.position_begin});
    for (std::int64_t i = 0; i < rows.num_rows; ++i) {
      step.tokens.push_back(1);
      step.positions.push_back(static_cast<std::int32_t>(rows.position_begin + i));
    }
  }
  return step;
}

ModelConfig Mistral7B(std::int64_t window = 0) {
  ModelConfig config = NamedShape("mistral-7b-v0.1").value();
  config.sliding_window = window;
  return config;
}

// Published dimensions of Mistral 7B: 32 layers of 218,103,808 matrix parameters, 32 heads of 128,
// 131,072,000 parameters of the output matrix.
constexpr double kFlopsPerRow = 2.0 * 218103808.0 * 32.0;
constexpr double kFlopsPerKey = 524288.0;
constexpr double kFlopsPerLogitRow = 2.0 * 131072000.0;
constexpr double kKvBytes = 131072.0;
// Of the last layer: the output projection of attention and the three of the FFN.
constexpr double kTailParameters = 4096.0 * 4096.0 + 3 * 4096.0 * 14336.0;

TEST(CostModel, GivesThePublishedNumbersOfMistral7B) {
  const CostModel cost(Mistral7B(), DType::kBF16);
  EXPECT_NEAR(kFlopsPerRow, 13.96e9, 0.005e9);
  EXPECT_NEAR(kFlopsPerLogitRow, 0.262e9, 0.0005e9);
  // A row at position 0 sees itself.
  EXPECT_EQ(cost.StepWork(StepOf({{999, 1}}), 1).flops,
            kFlopsPerRow + 1000 * kFlopsPerKey + kFlopsPerLogitRow);
  EXPECT_EQ(cost.StepWork(StepOf({{0, 1}}), 1).flops,
            kFlopsPerRow + kFlopsPerKey + kFlopsPerLogitRow);
  const Work work = cost.StepWork(StepOf({{10, 5}, {3, 4}}), 9);
  EXPECT_EQ(work.steps, 1);
  EXPECT_EQ(work.rows, 9);
  EXPECT_EQ(work.flops, 9 * kFlopsPerRow + (11 + 12 + 13 + 14 + 15 + 4 + 5 + 6 + 7) * kFlopsPerKey +
                            9 * kFlopsPerLogitRow);
}

TEST(CostModel, LeavesTheLastLayerOutForRowsWithoutLogits) {
  const CostModel cost(Mistral7B(), DType::kBF16);
  const Step step = StepOf({{0, 4}});
  const Work all = cost.StepWork(step, 4);
  const Work one = cost.StepWork(step, 1);
  const Work none = cost.StepWork(step, 0);
  // Of the 10 (row, key) pairs the last of 32 layers computes as many as its share of rows.
  const double key_share = kFlopsPerKey / 32 * 10 / 4;
  EXPECT_NEAR(2 * kTailParameters, 0.386e9, 0.001e9);
  EXPECT_EQ(all.flops - one.flops, 3 * (2 * kTailParameters + kFlopsPerLogitRow + key_share));
  EXPECT_EQ(all.flops - none.flops, 4 * (2 * kTailParameters + kFlopsPerLogitRow + key_share));
  EXPECT_EQ(all.bytes, one.bytes);
  EXPECT_EQ(all.bytes - none.bytes, kFlopsPerLogitRow + 2 * kTailParameters);
}

TEST(CostModel, CountsTheBytesAStepMustRead) {
  const CostModel cost(Mistral7B(), DType::kBF16);
  const double layers = 2.0 * 218103808.0 * 32.0;
  const double embedding_row = 4096 * 2;
  // All weights but the embedding table are 14.22 GB.
  EXPECT_NEAR(layers + kFlopsPerLogitRow, 14.221e9, 0.001e9);
  const double all = layers + kFlopsPerLogitRow;
  EXPECT_EQ(cost.StepWork(StepOf({{0, 1}}), 1).bytes, all + 2 * kKvBytes + embedding_row);
  EXPECT_EQ(cost.StepWork(StepOf({{99, 1}}), 1).bytes, all + 101 * kKvBytes + embedding_row);
  // Keys and values are read once for the rows of a segment, and once for each segment.
  EXPECT_EQ(cost.StepWork(StepOf({{90, 10}}), 1).bytes, all + 110 * kKvBytes + 10 * embedding_row);
  EXPECT_EQ(cost.StepWork(StepOf({{99, 1}, {99, 1}}), 1).bytes,
            all + 202 * kKvBytes + 2 * embedding_row);
}

TEST(CostModel, TakesTwiceTheBytesInF32AndTheSameArithmetic) {
  const Step step = StepOf({{90, 10}, {0, 3}});
  const Work half = CostModel(Mistral7B(), DType::kBF16).StepWork(step, 4);
  const Work full = CostModel(Mistral7B(), DType::kF32).StepWork(step, 4);
  EXPECT_EQ(full.bytes, 2 * half.bytes);
  EXPECT_EQ(full.flops, half.flops);
}

TEST(CostModel, IsNothingByDefault) {
  const Work work = CostModel().StepWork(StepOf({{0, 3}}), 2);
  EXPECT_EQ(work.rows, 3);
  EXPECT_EQ(work.flops, 0);
  EXPECT_EQ(work.bytes, 0);
}

// Rows of random segments, added up one by one.
TEST(CostModel, AgreesWithASumOverRowsAndKeys) {
  for (const std::int64_t window : {0, 1, 2, 8, 64, 100, 4096}) {
    std::mt19937_64 random(static_cast<std::uint64_t>(window));
    const CostModel cost(Mistral7B(window), DType::kBF16);
    for (int round = 0; round < 50; ++round) {
      std::vector<Rows> segments(1 + random() % 4);
      double keys = 0;
      double key_bytes = 0;
      std::int64_t num_rows = 0;
      for (Rows& rows : segments) {
        rows = {static_cast<std::int64_t>(random() % 200),
                static_cast<std::int64_t>(1 + random() % 150)};
        num_rows += rows.num_rows;
        const std::int64_t end = rows.position_begin + rows.num_rows;
        std::vector<bool> is_read(static_cast<std::size_t>(end), false);
        for (std::int64_t row = rows.position_begin; row < end; ++row) {
          for (std::int64_t key = 0; key <= row; ++key) {
            if (window > 0 && row - key >= window) continue;
            keys += 1;
            is_read[static_cast<std::size_t>(key)] = true;
          }
        }
        key_bytes +=
            kKvBytes * static_cast<double>(std::count(is_read.begin(), is_read.end(), true));
      }
      const auto n = static_cast<double>(num_rows);
      const Work work = cost.StepWork(StepOf(segments), num_rows);
      EXPECT_EQ(work.rows, num_rows);
      EXPECT_EQ(work.flops, n * (kFlopsPerRow + kFlopsPerLogitRow) + keys * kFlopsPerKey)
          << "window " << window << ", round " << round;
      EXPECT_EQ(work.bytes,
                kFlopsPerRow + kFlopsPerLogitRow + n * (kKvBytes + 4096 * 2) + key_bytes)
          << "window " << window << ", round " << round;
    }
  }
}

TEST(CostModel, DecodesAsStepsOfOneRow) {
  for (const std::int64_t window : {0, 1, 20, 4096}) {
    const CostModel cost(Mistral7B(window), DType::kBF16);
    Work expected;
    for (std::int64_t position = 10; position < 50; ++position) {
      expected += cost.StepWork(StepOf({{position, 1}}), 1);
    }
    const Work work = cost.DecodeWork(10, 40);
    EXPECT_EQ(work.steps, expected.steps) << "window " << window;
    EXPECT_EQ(work.rows, expected.rows) << "window " << window;
    EXPECT_EQ(work.flops, expected.flops) << "window " << window;
    EXPECT_EQ(work.bytes, expected.bytes) << "window " << window;
    const Work none = cost.DecodeWork(10, 0);
    EXPECT_EQ(none.rows, 0);
    EXPECT_EQ(none.flops, 0);
    EXPECT_EQ(none.bytes, 0);
  }
}

TEST(WorkLog, AddsUpWhatItIsGiven) {
  WorkLog log;
  EXPECT_EQ(log.total().steps, 0);
  for (std::int64_t rows = 0; rows < 100; ++rows) {
    log.Add({.steps = 1, .rows = rows, .flops = 2.0 * static_cast<double>(rows), .bytes = 3});
  }
  EXPECT_EQ(log.total().steps, 100);
  EXPECT_EQ(log.total().rows, 4950);
  EXPECT_EQ(log.total().flops, 9900);
  EXPECT_EQ(log.total().bytes, 300);
}

TEST(WorkLog, WaitsForTheSlowerOfArithmeticAndMemory) {
  WorkLog small;
  small.Add({.steps = 1, .rows = 1, .flops = 10, .bytes = 1000});
  EXPECT_EQ(small.SecondsAt(10, 100), 10);
  WorkLog large;
  large.Add({.steps = 1, .rows = 500, .flops = 5000, .bytes = 1000});
  EXPECT_EQ(large.SecondsAt(10, 100), 500);
  // Small and large steps do not make up for each other: 10 + 500, not max(501, 20).
  WorkLog both = large;
  both.Add({.steps = 1, .rows = 1, .flops = 10, .bytes = 1000});
  EXPECT_EQ(both.SecondsAt(10, 100), 510);
}

TEST(WorkLog, KnowsNoTimeWithoutARate) {
  WorkLog log;
  log.Add({.steps = 1, .rows = 1, .flops = 10, .bytes = 1000});
  EXPECT_EQ(log.SecondsAt(0, 100), 0);
  EXPECT_EQ(log.SecondsAt(10, 0), 0);
  EXPECT_EQ(log.SecondsAt(-1, 100), 0);
  EXPECT_EQ(WorkLog().SecondsAt(10, 100), 0);
}

}  // namespace
}  // namespace meval
