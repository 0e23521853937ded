#include "engine/selftest/random_model.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "engine/selftest/random.h"

namespace meval::selftest {
namespace {

TEST(RandomModel, TakesEveryKindOfShape) {
  std::set<std::int64_t> head_dims;
  std::set<std::int64_t> ratios;
  std::set<bool> windows;
  std::set<bool> odd_widths;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const ModelConfig config = MakeRandomModel(seed, DType::kF32, 300).config;
    EXPECT_GE(config.vocab_size, 300);
    EXPECT_EQ(config.head_dim % 2, 0);
    EXPECT_EQ(config.num_attention_heads % config.num_key_value_heads, 0);
    head_dims.insert(config.head_dim);
    ratios.insert(config.num_attention_heads / config.num_key_value_heads);
    windows.insert(config.sliding_window > 0);
    odd_widths.insert(config.hidden_size % 2 == 1);
  }
  EXPECT_TRUE(head_dims.contains(64) && head_dims.contains(128) && head_dims.size() > 4);
  EXPECT_EQ(ratios, (std::set<std::int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(windows.size(), 2U);
  EXPECT_EQ(odd_widths.size(), 2U);
}

TEST(RandomModel, IsAFunctionOfItsSeed) {
  const RandomModel model = MakeRandomModel(7, DType::kF32, 300);
  EXPECT_EQ(Describe(model), Describe(MakeRandomModel(7, DType::kF32, 300)));
  EXPECT_NE(Describe(model), Describe(MakeRandomModel(8, DType::kF32, 300)));
  Context one({.num_threads = 1});
  Context two({.num_threads = 2});
  const MistralWeights a = MakeWeights(one, model);
  const MistralWeights b = MakeWeights(two, model);
  ASSERT_EQ(a.embedding.num_elements(), b.embedding.num_elements());
  EXPECT_EQ(std::memcmp(a.embedding.data, b.embedding.data,
                        static_cast<std::size_t>(a.embedding.num_elements()) * sizeof(float)),
            0);
}

TEST(Random, GivesEachNameAStreamOfItsOwn) {
  EXPECT_EQ(Random(1, "a").Bits(), Random(1, "a").Bits());
  EXPECT_NE(Random(1, "a").Bits(), Random(1, "b").Bits());
  EXPECT_NE(Random(1, "a").Bits(), Random(2, "a").Bits());
}

TEST(Random, StaysWithinItsBounds) {
  Random random(3);
  std::set<std::int64_t> values;
  for (int i = 0; i < 200; ++i) {
    values.insert(random.Between(-2, 3));
    const float uniform = random.Uniform(4.0F);
    EXPECT_GE(uniform, -4.0F);
    EXPECT_LT(uniform, 4.0F);
  }
  EXPECT_EQ(values, (std::set<std::int64_t>{-2, -1, 0, 1, 2, 3}));
  std::vector<int> shuffled = {1, 2, 3, 4, 5, 6, 7, 8};
  random.Shuffle(shuffled);
  EXPECT_EQ(std::set<int>(shuffled.begin(), shuffled.end()).size(), 8U);
  EXPECT_FALSE(std::is_sorted(shuffled.begin(), shuffled.end()));
}

}  // namespace
}  // namespace meval::selftest
