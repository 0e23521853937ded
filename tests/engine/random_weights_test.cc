#include "engine/random_weights.h"

#include <bit>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/weights.h"
#include "tests/support/unpacked_weights.h"

namespace meval {
namespace {

using ::testing::ElementsAreArray;
using testing::Matrix;
using testing::Rounded;
using testing::Small;
using testing::TakenApart;

std::vector<float> Fill(std::uint64_t seed, std::string_view name, std::int64_t begin,
                        std::size_t count) {
  std::vector<float> values(count);
  FillRandomTensor(seed, name, begin, values);
  return values;
}

// The standard normal distribution function.
double Phi(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

TEST(NormalQuantile, InvertsTheDistributionFunction) {
  for (std::uint64_t word = 0; word < std::uint64_t{1} << 32; word += 99'991) {
    const double p = (static_cast<double>(word) + 0.5) * 0x1p-32;
    const double z = NormalQuantile(static_cast<std::uint32_t>(word));
    // Relative in the nearer tail, where it is hardest. AS 241 promises about 7 digits of z.
    const double tail = std::min(p, 1.0 - p);
    ASSERT_NEAR(std::min(Phi(z), Phi(-z)) / tail, 1.0, 1e-5) << word;
    ASSERT_EQ(z < 0, p < 0.5) << word;
  }
}

TEST(NormalQuantile, IsSymmetricAndIncreasing) {
  double last = -7;
  for (std::uint32_t word = 0; word < 0x80000000U; word += 65'521) {
    const double z = NormalQuantile(word);
    ASSERT_EQ(z, -NormalQuantile(~word)) << word;
    ASSERT_GT(z, last) << word;
    last = z;
  }
  EXPECT_NEAR(NormalQuantile(0), -6.3379, 1e-3);
  EXPECT_NEAR(NormalQuantile(0xffffffffU), 6.3379, 1e-3);
}

TEST(FillRandomTensor, HasTheMomentsOfItsDistribution) {
  const std::vector<float> values = Fill(1234, "model.embed_tokens.weight", 0, 1'000'000);
  double sum = 0, squares = 0, fourth = 0;
  for (const float value : values) {
    const double z = static_cast<double>(value) / kRandomStddev;
    sum += z;
    squares += z * z;
    fourth += z * z * z * z;
  }
  // Five standard errors of each mean: 1, sqrt(2) and sqrt(96) over sqrt(n).
  const double n = static_cast<double>(values.size());
  EXPECT_NEAR(sum / n, 0.0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1.0, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(fourth / n, 3.0, 5 * std::sqrt(96 / n));
}

TEST(FillRandomTensor, GivesTheSameNumbersInAnyPieces) {
  const std::vector<float> whole = Fill(7, "t", 0, 1000);
  for (const std::int64_t begin : {0, 1, 2, 3, 4, 5, 17, 998}) {
    for (const std::size_t count : {0, 1, 2, 5}) {
      if (static_cast<std::size_t>(begin) + count > whole.size()) continue;
      EXPECT_THAT(Fill(7, "t", begin, count),
                  ElementsAreArray(whole.begin() + begin,
                                   whole.begin() + begin + static_cast<std::ptrdiff_t>(count)));
    }
  }
}

TEST(FillRandomTensor, DependsOnSeedAndName) {
  const std::vector<float> base = Fill(7, "t", 0, 100);
  for (const auto& other : {Fill(8, "t", 0, 100), Fill(7, "u", 0, 100),
                            Fill(7 + (std::uint64_t{1} << 32), "t", 0, 100)}) {
    int equal = 0;
    for (std::size_t i = 0; i < base.size(); ++i) equal += base[i] == other[i] ? 1 : 0;
    EXPECT_LE(equal, 1);
  }
}

TEST(FillRandomTensor, ReachesBeyondFourBillionElements) {
  const std::int64_t far = std::int64_t{5} << 32;
  EXPECT_NE(Fill(7, "t", far, 8), Fill(7, "t", 0, 8));
  EXPECT_EQ(Fill(7, "t", far + 3, 1)[0], Fill(7, "t", far, 8)[3]);
}

// The numbers themselves: the same on every machine, or a run could not be repeated elsewhere. The
// expected ones come from a second implementation, in Python.
TEST(FillRandomTensor, GivesThesePreciseBits) {
  std::vector<std::uint32_t> bits;
  for (const float value : Fill(1234, "model.embed_tokens.weight", 0, 8)) {
    bits.push_back(std::bit_cast<std::uint32_t>(value));
  }
  EXPECT_THAT(bits, ::testing::ElementsAre(983288769u, 3148811405u, 3164148798u, 3171500705u,
                                           1010233173u, 3157359863u, 1021856276u, 993032344u));
  // A million quantiles folded into one number.
  std::uint64_t digest = 0;
  for (std::uint64_t word = 0; word < std::uint64_t{1} << 32; word += 4096 + 1) {
    digest = std::rotl(digest, 5) * 0x9E3779B97F4A7C15U +
             std::bit_cast<std::uint64_t>(NormalQuantile(static_cast<std::uint32_t>(word)));
  }
  EXPECT_EQ(digest, 8320989489168122316u);
}

TEST(RandomWeights, AreTheNumbersOfTheirGenerator) {
  Context ctx;
  const ModelConfig config = Small();
  for (const WeightDType dtype : {WeightDType::kF32, WeightDType::kBF16}) {
    const MistralWeights weights = RandomWeights(ctx, config, 42, dtype);
    EXPECT_EQ(weights.dtype, dtype == WeightDType::kF32 ? DType::kF32 : DType::kBF16);
    EXPECT_EQ(weights.origin, "random,seed=42");
    for (const auto& [name, values] : TakenApart(ctx, config, weights)) {
      Matrix expected(values.size(), 1.0f);
      if (values.size() > 16) {
        FillRandomTensor(42, name, 0, expected);
        expected = Rounded(expected, weights.dtype);
      }
      EXPECT_EQ(values, expected) << name;
    }
  }
}

TEST(RandomWeights, AreTheSameOnAnyNumberOfThreads) {
  ModelConfig config = Small();
  config.vocab_size = 9000;  // several chunks
  Context one({.num_threads = 1});
  Context three({.num_threads = 3});
  const MistralWeights a = RandomWeights(one, config, 5, WeightDType::kAuto);
  const MistralWeights b = RandomWeights(three, config, 5, WeightDType::kAuto);
  EXPECT_EQ(TakenApart(one, config, a), TakenApart(one, config, b));
}

TEST(RandomWeights, TakeTheDtypeOfTheirShapeUnlessTold) {
  Context ctx;
  ModelConfig config = Small();
  EXPECT_EQ(RandomWeights(ctx, config, 1, WeightDType::kAuto).dtype, DType::kF32);
  config.torch_dtype = "bfloat16";
  EXPECT_EQ(RandomWeights(ctx, config, 1, WeightDType::kAuto).dtype, DType::kBF16);
  EXPECT_EQ(RandomWeights(ctx, config, 1, WeightDType::kF32).dtype, DType::kF32);
}

}  // namespace
}  // namespace meval
