#include "metrics/text/ngram_overlap.h"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "metrics/python_random.h"

namespace meval::text {
namespace {

using Tokens = std::vector<std::string>;

std::map<Tokens, std::int64_t> CountNgrams(const Tokens& tokens, std::size_t n) {
  std::map<Tokens, std::int64_t> counts;
  for (std::size_t i = 0; i + n <= tokens.size(); ++i) {
    ++counts[Tokens(tokens.begin() + static_cast<std::ptrdiff_t>(i),
                    tokens.begin() + static_cast<std::ptrdiff_t>(i + n))];
  }
  return counts;
}

// The definition, n-grams spelled out.
std::vector<std::int64_t> CountPlainly(const Tokens& first, const std::vector<Tokens>& others,
                                       std::size_t max_order) {
  std::vector<std::int64_t> matches;
  for (std::size_t n = 1; n <= max_order; ++n) {
    std::map<Tokens, std::int64_t> limits;
    for (const Tokens& other : others) {
      for (const auto& [ngram, count] : CountNgrams(other, n)) {
        limits[ngram] = std::max(limits[ngram], count);
      }
    }
    std::int64_t sum = 0;
    for (const auto& [ngram, count] : CountNgrams(first, n)) {
      sum += std::min(count, limits[ngram]);
    }
    matches.push_back(sum);
  }
  return matches;
}

std::vector<std::int64_t> CountWith(NgramOverlap& overlap, const Tokens& first,
                                    const std::vector<Tokens>& others, std::size_t max_order) {
  Numbering<std::string_view> numbers;
  NgramIds first_ids;
  for (const std::string& token : first) {
    first_ids.push_back(numbers.Number(token));
  }
  std::vector<NgramIds> other_ids;
  for (const Tokens& other : others) {
    other_ids.emplace_back();
    for (const std::string& token : other) {
      other_ids.back().push_back(numbers.Find(token));
    }
  }
  std::vector<std::int64_t> matches(max_order, -1);
  overlap.Count(first_ids, other_ids, matches);
  return matches;
}

Tokens RandomTokens(PythonRandom& random, std::int64_t max_size, std::int64_t alphabet) {
  Tokens tokens;
  for (std::int64_t n = random.Below(max_size + 1); n > 0; --n) {
    tokens.push_back(std::to_string(random.Below(alphabet)));
  }
  return tokens;
}

TEST(NgramOverlap, IsTheDefinitions) {
  PythonRandom random(4);
  NgramOverlap overlap;
  for (int round = 0; round < 2000; ++round) {
    const std::int64_t alphabet = 1 + random.Below(8);
    const Tokens first = RandomTokens(random, 30, alphabet);
    std::vector<Tokens> others;
    for (std::int64_t n = random.Below(4); n > 0; --n) {
      others.push_back(RandomTokens(random, 30, alphabet + 1));
    }
    const auto max_order = static_cast<std::size_t>(random.Below(7));
    EXPECT_EQ(CountWith(overlap, first, others, max_order), CountPlainly(first, others, max_order));
  }
}

TEST(NgramOverlap, ClipsToTheLargestCountInOneSequence) {
  NgramOverlap overlap;
  EXPECT_EQ(CountWith(overlap, {"the", "the", "the", "the"}, {{"the", "cat", "the"}, {"the"}}, 2),
            (std::vector<std::int64_t>{2, 0}));
}

TEST(NgramOverlap, KeepsShortTextsOfAnyBytesApart) {
  // Lengths around those where the hash reads words of other sizes; equal but for one byte.
  Numbering<std::string_view> numbers;
  Tokens texts;
  for (std::size_t size = 0; size <= 40; ++size) {
    texts.push_back(std::string(size, '\0'));
    for (std::size_t i = 0; i < size; ++i) {
      texts.push_back(texts.back());
      texts.back()[i] = 'x';
    }
  }
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(numbers.Find(texts[i]), Numbering<std::string_view>::kUnknown);
    EXPECT_EQ(numbers.Number(texts[i]), i);
  }
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(numbers.Find(std::string(texts[i])), i);
  }
}

}  // namespace
}  // namespace meval::text
