#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/cpu/reference.h"

namespace meval::cpu {
namespace {

// The tokens that may be drawn, most probable first, lowest id first among equals.
std::vector<TokenId> RankTokens(const float* logits, std::int64_t n) {
  std::vector<TokenId> ranked(static_cast<std::size_t>(n));
  std::iota(ranked.begin(), ranked.end(), 0);
  std::erase_if(ranked, [&](TokenId v) { return std::isnan(logits[v]); });
  std::stable_sort(ranked.begin(), ranked.end(),
                   [&](TokenId a, TokenId b) { return logits[a] > logits[b]; });
  return ranked;
}

}  // namespace

TokenId SampleReference(const float* logits, std::int64_t n, const SamplingParams& params,
                        double uniform, float* /*scratch*/) {
  std::vector<TokenId> kept = RankTokens(logits, n);
  if (kept.empty()) return 0;
  if (std::isinf(logits[kept[0]])) return kept[0];
  if (params.top_k > 0 && params.top_k < static_cast<std::int64_t>(kept.size())) {
    kept.resize(static_cast<std::size_t>(params.top_k));
  }
  const double max = logits[kept[0]];
  const auto weight = [&](TokenId v) {
    return std::exp((double{logits[v]} - max) / params.temperature);
  };
  if (params.top_p < 1) {
    double total = 0;
    for (const TokenId v : kept) total += weight(v);
    double reached = 0;
    std::size_t count = 0;
    while (count < kept.size() && reached < params.top_p * total) reached += weight(kept[count++]);
    kept.resize(count);
  }
  std::sort(kept.begin(), kept.end());
  double total = 0;
  for (const TokenId v : kept) total += weight(v);
  // The first token at which the cumulated weight passes uniform * total; rounding may leave none
  // behind the last token that has weight.
  double cumulated = 0;
  TokenId last = kept[0];
  for (const TokenId v : kept) {
    if (weight(v) == 0) continue;
    cumulated += weight(v);
    last = v;
    if (cumulated > uniform * total) break;
  }
  return last;
}

}  // namespace meval::cpu
