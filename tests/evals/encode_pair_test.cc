#include "evals/encode_pair.h"

#include <gtest/gtest.h>

#include "engine/tokenizer.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

constexpr TokenId kBos = 1;

// One token per byte, except that "ab" is one token (1000): enough to make a boundary that merges.
std::vector<TokenId> Encode(std::string_view text) {
  std::vector<TokenId> ids;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "ab") {
      ids.push_back(1000);
      ++i;
    } else {
      ids.push_back(static_cast<unsigned char>(text[i]));
    }
  }
  return ids;
}

std::vector<TokenId> WithBos(std::string_view text) {
  std::vector<TokenId> ids = Encode(text);
  ids.insert(ids.begin(), kBos);
  return ids;
}

TEST(EncodePair, KeepsTheSpaceWithTheContinuation) {
  const EncodedPair pair = EncodePair(Encode, kBos, "Answer:", " A");
  EXPECT_EQ(pair.context, WithBos("Answer:"));
  EXPECT_EQ(pair.continuation, Encode(" A"));
  EXPECT_FALSE(pair.boundary_merge);
}

TEST(EncodePair, MovesTrailingWhiteSpaceOfTheContext) {
  const EncodedPair pair = EncodePair(Encode, kBos, "Answer: \n", "A");
  EXPECT_EQ(pair.context, WithBos("Answer:"));
  EXPECT_EQ(pair.continuation, Encode(" \nA"));
}

TEST(EncodePair, SplitsByLengthAndFlagsAMerge) {
  // "xa" + "bcd": the whole is x,ab,c,d; the context alone x,a.
  const EncodedPair pair = EncodePair(Encode, kBos, "xa", "bcd");
  EXPECT_TRUE(pair.boundary_merge);
  EXPECT_EQ(pair.context, WithBos("xa"));  // the reference feeds the context's own tokens
  EXPECT_EQ(pair.continuation, Encode("cd"));
}

TEST(EncodePair, SplitsAtTheCommonPrefixWhenAsked) {
  const EncodedPair pair =
      EncodePair(Encode, kBos, "xa", "bcd", BoundaryRule::kLongestCommonPrefix);
  EXPECT_TRUE(pair.boundary_merge);
  EXPECT_EQ(pair.context, WithBos("x"));
  EXPECT_EQ(pair.continuation, Encode("abcd"));
}

TEST(EncodePair, BacksOffWhereLengthWouldLeaveNothing) {
  // "xa" + "b": the whole x,ab is as long as the context x,a.
  const EncodedPair pair = EncodePair(Encode, kBos, "xa", "b");
  EXPECT_TRUE(pair.boundary_merge);
  EXPECT_EQ(pair.context, WithBos("x"));
  EXPECT_EQ(pair.continuation, Encode("ab"));
}

TEST(EncodePair, ConditionsOnBosAloneWithoutContext) {
  const EncodedPair pair = EncodePair(Encode, kBos, "", "cd");
  EXPECT_EQ(pair.context, std::vector<TokenId>{kBos});
  EXPECT_EQ(pair.continuation, Encode("cd"));
  const EncodedPair blank = EncodePair(Encode, kBos, "  ", "cd");
  EXPECT_EQ(blank.context, std::vector<TokenId>{kBos});
  EXPECT_EQ(blank.continuation, Encode("  cd"));
}

TEST(EncodePair, HasExactlyOneBosAndLosesNoToken) {
  for (const char* context : {"", "x", "xa", "a b ", "ab", "aab"}) {
    for (const char* continuation : {"b", "ab", " b", "bb"}) {
      for (const BoundaryRule rule : {BoundaryRule::kLength, BoundaryRule::kLongestCommonPrefix}) {
        const EncodedPair pair = EncodePair(Encode, kBos, context, continuation, rule);
        ASSERT_FALSE(pair.context.empty());
        EXPECT_EQ(pair.context.front(), kBos);
        EXPECT_FALSE(pair.continuation.empty());
        if (!pair.boundary_merge || rule == BoundaryRule::kLongestCommonPrefix) {
          std::vector<TokenId> all = pair.context;
          all.insert(all.end(), pair.continuation.begin(), pair.continuation.end());
          EXPECT_EQ(all, WithBos(std::string(context) + continuation))
              << context << '|' << continuation;
        }
      }
    }
  }
}

TEST(EncodePair, RefusesAContinuationWithoutTokens) {
  EXPECT_THROW(EncodePair(Encode, kBos, "", ""), std::invalid_argument);
}

TEST(EncodePair, GivesTheLettersOfMmluOneTokenEach) {
  MEVAL_SHARED_OR_SKIP(path, "tokenizers/Mistral-7B-v0.1/tokenizer.model");
  const Tokenizer tokenizer = Tokenizer::Load(path);
  const EncodeText encode = [&](std::string_view text) { return tokenizer.Encode(text); };
  const std::vector<std::pair<std::string, TokenId>> letters = {
      {" A", 330}, {" B", 365}, {" C", 334}, {" D", 384}};
  for (const auto& [letter, id] : letters) {
    const EncodedPair pair =
        EncodePair(encode, tokenizer.bos_id(), "Is it so?\nA. yes\nB. no\nAnswer:", letter);
    EXPECT_EQ(pair.continuation, std::vector<TokenId>{id});
    EXPECT_FALSE(pair.boundary_merge);
    EXPECT_EQ(pair.context.front(), 1);
  }
}

}  // namespace
}  // namespace meval
