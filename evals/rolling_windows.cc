#include "evals/rolling_windows.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace meval {
namespace {

using Tokens = std::span<const TokenId>;

std::vector<TokenId> Copy(Tokens tokens) { return {tokens.begin(), tokens.end()}; }

std::vector<ScoreRequest> EveryTokenOnce(Tokens tokens, TokenId bos, std::size_t length) {
  std::vector<ScoreRequest> windows;
  for (std::size_t begin = 0; begin < tokens.size(); begin += length) {
    const std::size_t count = std::min(length, tokens.size() - begin);
    ScoreRequest window;
    if (begin == 0) {
      window.context = {bos};
    } else {
      // context + count = L + 1 tokens, of which the last is not fed.
      const std::size_t context = length + 1 - count;
      window.context = Copy(tokens.subspan(begin - context, context));
    }
    window.continuation = Copy(tokens.subspan(begin, count));
    windows.push_back(std::move(window));
  }
  return windows;
}

// Chunks of `length` tokens of BOS + tokens, each scored behind its first `context` tokens.
std::vector<ScoreRequest> Chunks(Tokens tokens, TokenId bos, std::size_t length,
                                 std::size_t context, bool begins_with_bos) {
  std::vector<TokenId> stream = {bos};
  stream.insert(stream.end(), tokens.begin(), tokens.end());
  std::vector<ScoreRequest> windows;
  for (std::size_t begin = 0; begin + length <= stream.size(); begin += length) {
    const Tokens chunk = Tokens(stream).subspan(begin, length);
    ScoreRequest window = {Copy(chunk.first(context)), Copy(chunk.subspan(context))};
    if (begins_with_bos) window.context.front() = bos;
    windows.push_back(std::move(window));
  }
  return windows;
}

}  // namespace

std::vector<ScoreRequest> RollingWindows(std::span<const TokenId> tokens, TokenId bos,
                                         RollingProtocol protocol, std::int64_t length) {
  if (length < ShortestLength(protocol)) {
    throw std::invalid_argument("RollingWindows: length is " + std::to_string(length) +
                                ", expected at least " + std::to_string(ShortestLength(protocol)) +
                                " for the protocol " + Name(protocol));
  }
  const auto size = static_cast<std::size_t>(length);
  switch (protocol) {
    case RollingProtocol::kRolling:
      return EveryTokenOnce(tokens, bos, size);
    case RollingProtocol::kStride:
      return Chunks(tokens, bos, size, 1, false);
    case RollingProtocol::kLlamaCpp:
      return Chunks(tokens, bos, size, size / 2 + 1, true);
  }
  throw std::invalid_argument("RollingWindows: no such protocol");
}

}  // namespace meval
