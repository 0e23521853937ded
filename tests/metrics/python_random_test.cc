#include "metrics/python_random.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/metrics/golden.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using testing::GoldenRow;
using testing::LoadGolden;

// A decimal number of any size in 32-bit words, least significant first.
std::vector<std::uint32_t> WordsOfDecimal(std::string text) {
  if (text[0] == '-') {
    text.erase(0, 1);
  }
  std::vector<std::uint32_t> words = {0};
  for (const char digit : text) {
    std::uint64_t carry = static_cast<std::uint64_t>(digit - '0');
    for (auto& word : words) {
      carry += std::uint64_t{word} * 10;
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) {
      words.push_back(static_cast<std::uint32_t>(carry));
    }
  }
  return words;
}

void CheckDraws(const GoldenRow& row, const std::vector<std::uint32_t>& key) {
  const auto fresh = [&] { return PythonRandom(std::span<const std::uint32_t>(key)); };
  auto random = fresh();
  for (const double expected : row.Numbers("/expected/random")) {
    EXPECT_EQ(random.Random(), expected);
  }
  auto words = fresh();
  for (const auto expected : row.Ints("/expected/getrandbits32")) {
    EXPECT_EQ(words.GetRandBits(32), static_cast<std::uint64_t>(expected));
  }
  auto bits = fresh();
  for (const auto expected : row.Ints("/expected/getrandbits5")) {
    EXPECT_EQ(bits.GetRandBits(5), static_cast<std::uint64_t>(expected));
  }
  for (const auto& n : row.Keys("/expected/choices_idx")) {
    const auto expected = row.Ints("/expected/choices_idx/" + n);
    auto generator = fresh();
    EXPECT_EQ(generator.Choices(std::stoll(n), static_cast<std::int64_t>(expected.size())),
              expected);
  }
  for (const auto& n : row.Keys("/expected/randrange")) {
    auto generator = fresh();
    for (const auto expected : row.Ints("/expected/randrange/" + n)) {
      EXPECT_EQ(generator.Below(std::stoll(n)), expected);
    }
  }
}

void CheckSamplesAndSequence(const GoldenRow& row, const std::vector<std::uint32_t>& key) {
  const auto fresh = [&] { return PythonRandom(std::span<const std::uint32_t>(key)); };
  for (std::size_t i = 0; i < row.Size("/expected/sample"); ++i) {
    const std::string at = "/expected/sample/" + std::to_string(i);
    auto generator = fresh();
    EXPECT_EQ(generator.Sample(row.Int(at + "/n"), row.Int(at + "/k")), row.Ints(at + "/out"));
  }
  for (const auto& n : row.Keys("/expected/shuffle")) {
    std::vector<std::int64_t> values(std::stoull(n));
    std::iota(values.begin(), values.end(), std::int64_t{0});
    fresh().Shuffle(values);
    EXPECT_EQ(values, row.Ints("/expected/shuffle/" + n));
  }
  auto generator = fresh();
  EXPECT_EQ(generator.Sample(50, 4), row.Ints("/expected/sequence/0"));
  EXPECT_EQ(generator.Random(), row.Number("/expected/sequence/1"));
  EXPECT_EQ(generator.Choices(9, 4), row.Ints("/expected/sequence/2"));
  EXPECT_EQ(generator.Sample(50, 4), row.Ints("/expected/sequence/3"));
}

TEST(PythonRandom, DrawsWhatCPythonDraws) {
  for (const auto& row : LoadGolden("metrics/python_rng.jsonl", 15)) {
    SCOPED_TRACE(row.Id());
    const auto key = WordsOfDecimal(row.Text("/input/seed"));
    CheckDraws(row, key);
    CheckSamplesAndSequence(row, key);
  }
}

TEST(PythonRandom, TakesTheAbsoluteValueOfASeed) {
  for (const std::int64_t seed : {std::int64_t{0}, std::int64_t{7}, std::int64_t{1} << 40,
                                  std::numeric_limits<std::int64_t>::max()}) {
    PythonRandom positive(seed);
    PythonRandom negative(-seed);
    PythonRandom words{std::span<const std::uint32_t>(WordsOfDecimal(std::to_string(seed)))};
    for (int i = 0; i < 1000; ++i) {
      const auto expected = words.NextUint32();
      ASSERT_EQ(positive.NextUint32(), expected);
      ASSERT_EQ(negative.NextUint32(), expected);
    }
  }
  PythonRandom lowest(std::numeric_limits<std::int64_t>::min());
  PythonRandom words{std::span<const std::uint32_t>(WordsOfDecimal("9223372036854775808"))};
  EXPECT_EQ(lowest.NextUint32(), words.NextUint32());
}

TEST(PythonRandom, DrawsTheReferencesFewShotExamples) {
  PythonRandom outputs(1234);
  EXPECT_EQ(outputs.NextUint32(), 4150886329u);
  EXPECT_EQ(outputs.NextUint32(), 3342196574u);
  PythonRandom gsm8k(1234);
  EXPECT_THAT(gsm8k.Sample(7473, 5), ElementsAre(6374, 3610, 957, 61, 742));
  EXPECT_THAT(gsm8k.Sample(7473, 5), ElementsAre(7462, 6610, 4769, 286, 5501));
  PythonRandom hellaswag(1234);
  EXPECT_THAT(hellaswag.Sample(39905, 11),
              ElementsAre(28883, 7657, 490, 5940, 38156, 2288, 5500, 6450, 23241, 15519, 1142));
  PythonRandom arc(1234);
  EXPECT_THAT(arc.Sample(1119, 25),
              ElementsAre(902, 239, 15, 185, 71, 171, 201, 726, 484, 35, 63, 32, 708, 991, 949, 304,
                          186, 374, 234, 29, 1030, 996, 511, 132, 1108));
  PythonRandom pool(1234);
  EXPECT_THAT(pool.Sample(20, 5), ElementsAre(14, 3, 0, 2, 1));
}

TEST(PythonRandom, SamplesDistinctIndicesInRange) {
  PythonRandom generator(5);
  for (std::int64_t n = 0; n < 60; ++n) {
    auto drawn = generator.Sample(n, n / 2);
    EXPECT_EQ(drawn.size(), static_cast<std::size_t>(n / 2));
    std::sort(drawn.begin(), drawn.end());
    EXPECT_EQ(std::adjacent_find(drawn.begin(), drawn.end()), drawn.end());
    EXPECT_TRUE(drawn.empty() || (drawn.front() >= 0 && drawn.back() < n));
  }
}

TEST(PythonRandom, RefusesWhatCannotBeDrawn) {
  PythonRandom generator(1);
  EXPECT_THROW(generator.Sample(3, 4), std::invalid_argument);
  EXPECT_THROW(generator.Sample(3, -1), std::invalid_argument);
  EXPECT_THROW(generator.Below(0), std::invalid_argument);
  EXPECT_THROW(generator.Choices(0, 1), std::invalid_argument);
  EXPECT_THROW(generator.Choices(1, -1), std::invalid_argument);
  EXPECT_THROW(generator.GetRandBits(0), std::invalid_argument);
  EXPECT_THROW(generator.GetRandBits(65), std::invalid_argument);
  EXPECT_THROW(PythonRandom(std::span<const std::uint32_t>()), std::invalid_argument);
}

}  // namespace
}  // namespace meval
