#include "engine/selftest/random_requests.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace meval::selftest {
namespace {

using Tokens = std::vector<TokenId>;

// Grows sequences from the beginnings of earlier ones.
class Tree {
 public:
  Tree(Random& random, const RequestLimits& limits) : random_(random), vocab_(limits.vocab_size) {}

  // A sequence of at least `least` and at most `most` tokens that begins like an earlier one.
  Tokens Grow(std::int64_t least, std::int64_t most) {
    Tokens tokens = {static_cast<TokenId>(std::min<std::int64_t>(1, vocab_ - 1))};
    if (!sequences_.empty() && random_.Chance(0.8)) {
      const Tokens& from = Any();
      tokens.assign(from.begin(), from.begin() + random_.Between(1, Size(from)));
    }
    const std::int64_t wanted =
        random_.Pick<std::int64_t>({Size(tokens), random_.Between(1, 16), random_.Between(60, 70),
                                    random_.Between(124, 132), random_.Between(1, most)});
    const std::int64_t size = std::clamp(std::max(wanted, Size(tokens)), least, most);
    Extend(tokens, size);
    sequences_.push_back(tokens);
    return tokens;
  }
  Tokens RandomTokens(std::int64_t count) {
    Tokens tokens;
    Extend(tokens, count);
    return tokens;
  }
  void Remember(Tokens tokens) { sequences_.push_back(std::move(tokens)); }

 private:
  static std::int64_t Size(const Tokens& tokens) {
    return static_cast<std::int64_t>(tokens.size());
  }
  const Tokens& Any() {
    return sequences_[static_cast<std::size_t>(
        random_.Below(static_cast<std::int64_t>(sequences_.size())))];
  }
  // Half the time from few ids, so that sequences also meet by accident. Shortens where `size` is
  // less.
  void Extend(Tokens& tokens, std::int64_t size) {
    const std::int64_t ids = random_.Chance(0.5) ? std::min<std::int64_t>(3, vocab_) : vocab_;
    tokens.resize(static_cast<std::size_t>(std::min(size, Size(tokens))));
    while (Size(tokens) < size) tokens.push_back(static_cast<TokenId>(random_.Below(ids)));
  }

  Random& random_;
  std::int64_t vocab_;
  std::vector<Tokens> sequences_;
};

Tokens Joined(const ScoreRequest& request) {
  Tokens tokens = request.context;
  tokens.insert(tokens.end(), request.continuation.begin(), request.continuation.end());
  return tokens;
}

// The same tokens, split at another place.
ScoreRequest SplitElsewhere(Random& random, const ScoreRequest& request) {
  const Tokens tokens = Joined(request);
  const std::ptrdiff_t split = random.Between(1, static_cast<std::int64_t>(tokens.size()) - 1);
  return {.context = Tokens(tokens.begin(), tokens.begin() + split),
          .continuation = Tokens(tokens.begin() + split, tokens.end())};
}

// Another choice of the same question: the continuations part at their last token, or before.
ScoreRequest OtherChoice(Random& random, Tree& tree, const ScoreRequest& request) {
  ScoreRequest other = request;
  const Tokens last = tree.RandomTokens(1);
  if (random.Chance(0.5)) {
    other.continuation.back() = last[0];
  } else {
    other.continuation.front() = last[0];
  }
  return other;
}

}  // namespace

std::vector<ScoreRequest> RandomScoreRequests(Random& random, const RequestLimits& limits) {
  Tree tree(random, limits);
  std::vector<ScoreRequest> requests;
  for (std::int64_t i = 0; i < limits.num_requests; ++i) {
    // The second request is as long as allowed, so that one that fills every position, or a pool of
    // pages, is always there.
    const std::int64_t kind = i < 2 ? 9 : random.Below(10);
    if (kind < 5) {
      const ScoreRequest& earlier = requests[static_cast<std::size_t>(random.Below(i))];
      requests.push_back(kind == 0   ? earlier
                         : kind == 1 ? SplitElsewhere(random, earlier)
                                     : OtherChoice(random, tree, earlier));
      continue;
    }
    ScoreRequest request;
    const std::int64_t continuation = random.Pick<std::int64_t>({1, 1, 2, random.Between(1, 6)});
    const std::int64_t most = limits.max_tokens - continuation;
    request.context = tree.Grow(i == 1 ? most : 1, most);
    request.continuation = tree.RandomTokens(continuation);
    tree.Remember(Joined(request));
    requests.push_back(std::move(request));
  }
  return requests;
}

std::vector<GenerationRequest> RandomGenerationRequests(Random& random,
                                                        const RequestLimits& limits) {
  Tree tree(random, limits);
  std::vector<GenerationRequest> requests;
  for (std::int64_t i = 0; i < limits.num_requests; ++i) {
    GenerationRequest request;
    request.max_new_tokens = random.Pick<std::int64_t>(
        {1, limits.max_new_tokens, random.Between(1, limits.max_new_tokens)});
    const std::int64_t most = limits.max_tokens - request.max_new_tokens;
    request.prompt = tree.Grow(i == 1 ? most : 1, most);
    if (i > 1 && random.Chance(0.2)) {
      const auto& earlier = requests[static_cast<std::size_t>(random.Below(i))];
      request.prompt = earlier.prompt;
      request.max_new_tokens = earlier.max_new_tokens;
    }
    request.num_samples = random.Between(1, limits.max_samples);
    request.sampling.temperature = random.Pick({0.0, 0.7, 1.0, 1.5});
    request.sampling.top_k = random.Pick<std::int64_t>({0, 0, 5, 50});
    request.sampling.top_p = random.Pick({1.0, 1.0, 0.6, 0.95});
    request.seed = random.Bits();
    request.key = random.Bits();
    if (random.Chance(0.5)) request.stop = {"th", "e", "1", "\n\n"};
    requests.push_back(std::move(request));
  }
  return requests;
}

}  // namespace meval::selftest
