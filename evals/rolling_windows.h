#ifndef MEVAL_EVALS_ROLLING_WINDOWS_H_
#define MEVAL_EVALS_ROLLING_WINDOWS_H_

// From a text's tokens to requests that a model of a given length can score. With t1 .. tT the
// tokens and L the length (docs/scoring.md, "Perplexity"):
//
//   rolling   [BOS]          | t1 .. tL        the BOS belongs to the first window only
//             [tL]           | tL+1 .. t2L     context | scored
//             [.. tT-r]      | tT-r+1 .. tT    the last window scores the r tokens that are left,
//                                              its context reaches back so that L tokens are fed
//   stride    s = BOS t1 .. tT in chunks of L, a remainder is dropped:
//             [s1]           | s2 .. sL
//   llamacpp  the same chunks, the first token of each replaced by BOS:
//             [BOS s2 .. sh] | sh+1 .. sL      h = floor(L / 2) + 1
//
// References: lm-evaluation-harness' get_rolling_token_windows (context_len 1); the evaluation loop
// of GPTQ (Frantar et al. 2022); llama.cpp's perplexity tool.

#include <cstdint>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "tasks/task_definition.h"

namespace meval {

// The windows of one text, in order. `tokens` are without BOS. None for a text without tokens or,
// with chunks, for one shorter than a chunk. Throws std::invalid_argument if `length` is less than
// ShortestLength(protocol).
std::vector<ScoreRequest> RollingWindows(std::span<const TokenId> tokens, TokenId bos,
                                         RollingProtocol protocol, std::int64_t length);

}  // namespace meval

#endif  // MEVAL_EVALS_ROLLING_WINDOWS_H_
