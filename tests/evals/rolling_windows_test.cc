#include "evals/rolling_windows.h"

#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evals/model_loader.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Tokens = std::vector<TokenId>;

constexpr TokenId kBos = 1;

// 10, 11, 12, ...: each token says where it stands.
Tokens Counting(std::size_t count) {
  Tokens tokens(count);
  std::iota(tokens.begin(), tokens.end(), 10);
  return tokens;
}

std::vector<ScoreRequest> Cut(std::size_t count, RollingProtocol protocol, std::int64_t length) {
  return RollingWindows(Counting(count), kBos, protocol, length);
}

// One predicted token with all that the model is shown before it.
struct Prediction {
  Tokens shown;
  TokenId token;
  friend bool operator==(const Prediction&, const Prediction&) = default;
};

std::vector<Prediction> Predictions(const std::vector<ScoreRequest>& windows) {
  std::vector<Prediction> predictions;
  for (const ScoreRequest& window : windows) {
    Tokens shown = window.context;
    for (const TokenId token : window.continuation) {
      predictions.push_back({shown, token});
      shown.push_back(token);
    }
  }
  return predictions;
}

// The protocols again, told token by token from their definitions.
std::vector<Prediction> BruteForce(const Tokens& tokens, RollingProtocol protocol,
                                   std::size_t length) {
  std::vector<Prediction> predictions;
  Tokens stream = {kBos};
  stream.insert(stream.end(), tokens.begin(), tokens.end());
  for (std::size_t i = 1; i < stream.size(); ++i) {  // stream[i] is t_i
    std::size_t first = 0;                           // of what is shown, in the stream
    if (protocol == RollingProtocol::kRolling) {
      const std::size_t window = (i - 1) / length;
      const std::size_t last = std::min((window + 1) * length, stream.size() - 1);
      // The window's input is the L tokens that end one before its last prediction.
      if (window > 0) first = last - length;
      predictions.push_back({Tokens(stream.begin() + static_cast<std::ptrdiff_t>(first),
                                    stream.begin() + static_cast<std::ptrdiff_t>(i)),
                             stream[i]});
      continue;
    }
    const std::size_t chunk = i / length * length;
    if (chunk + length > stream.size() || i == chunk) continue;
    const bool is_llama = protocol == RollingProtocol::kLlamaCpp;
    // llama.cpp reads the logits of positions L/2 to L-2, which predict the tokens after them.
    if (is_llama && i - chunk - 1 < length / 2) continue;
    Prediction prediction = {Tokens(stream.begin() + static_cast<std::ptrdiff_t>(chunk),
                                    stream.begin() + static_cast<std::ptrdiff_t>(i)),
                             stream[i]};
    if (is_llama) prediction.shown.front() = kBos;
    predictions.push_back(std::move(prediction));
  }
  return predictions;
}

TEST(RollingWindows, AgreesWithBruteForceOnEverySmallCase) {
  for (const RollingProtocol protocol :
       {RollingProtocol::kRolling, RollingProtocol::kStride, RollingProtocol::kLlamaCpp}) {
    for (std::int64_t length = ShortestLength(protocol); length <= 9; ++length) {
      for (std::size_t count = 0; count <= 40; ++count) {
        EXPECT_EQ(Predictions(Cut(count, protocol, length)),
                  BruteForce(Counting(count), protocol, static_cast<std::size_t>(length)))
            << Name(protocol) << " L " << length << " T " << count;
      }
    }
  }
}

TEST(RollingWindows, FeedAtMostLTokensAndShowBosInTheFirstOnly) {
  for (std::int64_t length = 1; length <= 12; ++length) {
    for (std::size_t count = 1; count <= 50; ++count) {
      const auto windows = Cut(count, RollingProtocol::kRolling, length);
      for (std::size_t i = 0; i < windows.size(); ++i) {
        const std::size_t fed = windows[i].context.size() + windows[i].continuation.size() - 1;
        EXPECT_LE(fed, static_cast<std::size_t>(length));
        // The context of a later window reaches back as far as it can.
        EXPECT_TRUE(i == 0 || fed == static_cast<std::size_t>(length));
        EXPECT_EQ(windows[i].context.front() == kBos, i == 0);
      }
    }
  }
}

TEST(RollingWindows, CoverEveryTokenExactlyOnceInOrder) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    const Tokens tokens = Counting(random() % 300);
    Tokens seen;
    for (const ScoreRequest& window :
         RollingWindows(tokens, kBos, RollingProtocol::kRolling,
                        static_cast<std::int64_t>(1 + random() % 64))) {
      seen.insert(seen.end(), window.continuation.begin(), window.continuation.end());
    }
    EXPECT_EQ(seen, tokens);
  }
}

TEST(RollingWindows, AtTheLengthAndOneBesideIt) {
  const auto shorter = Cut(7, RollingProtocol::kRolling, 8);
  ASSERT_EQ(shorter.size(), 1U);
  EXPECT_THAT(shorter[0].context, ElementsAre(kBos));
  EXPECT_EQ(shorter[0].continuation.size(), 7U);
  const auto exact = Cut(8, RollingProtocol::kRolling, 8);
  ASSERT_EQ(exact.size(), 1U);
  EXPECT_EQ(exact[0].continuation.size(), 8U);
  const auto longer = Cut(9, RollingProtocol::kRolling, 8);
  ASSERT_EQ(longer.size(), 2U);
  EXPECT_THAT(longer[1].context, ElementsAre(10, 11, 12, 13, 14, 15, 16, 17));
  EXPECT_THAT(longer[1].continuation, ElementsAre(18));
}

TEST(RollingWindows, OfStrideDropTheRemainder) {
  EXPECT_TRUE(Cut(2, RollingProtocol::kStride, 4).empty());  // BOS and 2 tokens
  const auto one = Cut(6, RollingProtocol::kStride, 4);      // BOS 10 11 12 | 13 14 15
  ASSERT_EQ(one.size(), 1U);
  EXPECT_THAT(one[0].context, ElementsAre(kBos));
  EXPECT_THAT(one[0].continuation, ElementsAre(10, 11, 12));
  const auto two = Cut(7, RollingProtocol::kStride, 4);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_THAT(two[1].context, ElementsAre(13));
  EXPECT_THAT(two[1].continuation, ElementsAre(14, 15, 16));
}

TEST(RollingWindows, OfLlamaCppScoreTheSecondHalfBehindABosOfItsOwn) {
  const auto windows = Cut(15, RollingProtocol::kLlamaCpp, 8);
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_THAT(windows[0].context, ElementsAre(kBos, 10, 11, 12, 13));
  EXPECT_THAT(windows[0].continuation, ElementsAre(14, 15, 16));
  EXPECT_THAT(windows[1].context, ElementsAre(kBos, 18, 19, 20, 21));
  EXPECT_THAT(windows[1].continuation, ElementsAre(22, 23, 24));
  // 512: 255 tokens of a chunk are scored.
  EXPECT_EQ(Cut(511, RollingProtocol::kLlamaCpp, 512).at(0).continuation.size(), 255U);
}

TEST(RollingWindows, OfATextWithoutTokensAreNone) {
  for (const RollingProtocol protocol :
       {RollingProtocol::kRolling, RollingProtocol::kStride, RollingProtocol::kLlamaCpp}) {
    EXPECT_TRUE(RollingWindows({}, kBos, protocol, 8).empty());
  }
}

TEST(RollingWindows, RefuseALengthThatScoresNothing) {
  EXPECT_THAT([] { Cut(5, RollingProtocol::kRolling, 0); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("length is 0, expected at least 1")));
  EXPECT_THAT([] { Cut(5, RollingProtocol::kStride, 1); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected at least 2")));
  EXPECT_THAT([] { Cut(5, RollingProtocol::kLlamaCpp, 2); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("expected at least 3")));
}

std::vector<double> TokenLogprobs(Engine& engine, const std::vector<ScoreRequest>& windows) {
  std::vector<std::vector<double>> of_window(windows.size());
  engine.Score(windows, [&](std::size_t i, ContinuationScore score) {
    of_window[i] = std::move(score.token_logprobs);
  });
  std::vector<double> all;
  for (const auto& values : of_window) all.insert(all.end(), values.begin(), values.end());
  return all;
}

// Through a real engine: as long as a text fits, it is one request; the first window of a longer
// one gives the same bits; and every token of every length has a log-probability.
TEST(RollingWindows, GiveWhatOneLongRequestGives) {
  ModelOptions options;
  options.threads = 1;
  options.kv_memory_bytes = 32 << 20;
  const LoadedModel model = LoadModel(options, nullptr);
  Engine& engine = *model.engine;
  std::mt19937 random(17);
  Tokens tokens(60);
  for (TokenId& token : tokens) token = static_cast<TokenId>(3 + random() % 400);
  const ScoreRequest whole = {{kBos}, tokens};
  const std::vector<double> expected = TokenLogprobs(engine, {whole});
  for (const std::int64_t length : {60, 61, 200}) {
    EXPECT_EQ(
        TokenLogprobs(engine, RollingWindows(tokens, kBos, RollingProtocol::kRolling, length)),
        expected)
        << length;
  }
  for (const std::int64_t length : {1, 7, 20, 59}) {
    const std::vector<double> cut =
        TokenLogprobs(engine, RollingWindows(tokens, kBos, RollingProtocol::kRolling, length));
    ASSERT_EQ(cut.size(), expected.size()) << length;
    for (std::size_t i = 0; i < static_cast<std::size_t>(length); ++i) {
      EXPECT_EQ(cut[i], expected[i]) << length << ' ' << i;
    }
  }
}

}  // namespace
}  // namespace meval
