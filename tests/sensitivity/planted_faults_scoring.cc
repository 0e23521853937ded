// Faults between text, tokens and scores; see planted_faults_model.cc for how they are planted.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/stop_matcher.h"
#include "evals/encode_pair.h"
#include "evals/prompt_encoder.h"
#include "kernels/bfloat16.h"
#include "kernels/sampling.h"
#include "kernels/token_logprob.h"
#include "metrics/multiple_choice.h"
#include "tests/sensitivity/fault.h"

namespace meval::sensitivity {
namespace {

float ToBf16AndBack(float value) { return BFloat16ToFloat(FloatToBFloat16(value)); }

void DamageBos(TokenId bos, std::vector<TokenId>& tokens) {
  if (Is(Fault::kBosMissing) && tokens.size() > 1) tokens.erase(tokens.begin());
  if (Is(Fault::kBosDoubled)) tokens.insert(tokens.begin(), bos);
}

}  // namespace

EncodedPair
RealEncodePair(const EncodeText& encode, TokenId bos, std::string_view context, std::string_view continuation, BoundaryRule rule) __asm__(
    "__real__ZN5meval10EncodePairERKSt8functionIFSt6vectorIiSaIiEESt17basic_string_viewIcSt11char_"
    "traitsIcEEEEiS7_S7_NS_12BoundaryRuleE");
EncodedPair
WrapEncodePair(const EncodeText& encode, TokenId bos, std::string_view context, std::string_view continuation, BoundaryRule rule) __asm__(
    "__wrap__ZN5meval10EncodePairERKSt8functionIFSt6vectorIiSaIiEESt17basic_string_viewIcSt11char_"
    "traitsIcEEEEiS7_S7_NS_12BoundaryRuleE");
EncodedPair WrapEncodePair(const EncodeText& encode, TokenId bos, std::string_view context,
                           std::string_view continuation, BoundaryRule rule) {
  EncodedPair pair = RealEncodePair(encode, bos, context, continuation, rule);
  DamageBos(bos, pair.context);
  if (Is(Fault::kBoundaryScored) && pair.context.size() > 1) {
    pair.continuation.insert(pair.continuation.begin(), pair.context.back());
    pair.context.pop_back();
  }
  if (Is(Fault::kBoundarySkipped) && pair.continuation.size() > 1) {
    pair.context.push_back(pair.continuation.front());
    pair.continuation.erase(pair.continuation.begin());
  }
  return pair;
}

EncodedPrompt
RealEncodePrompt(const TextEncoder& model, const Document& document, const Prompt& prompt, std::int64_t max_new_tokens, const EncodeOptions& options) __asm__(
    "__real__ZN5meval22EncodeGenerationPromptERKNS_11TextEncoderERKNS_8DocumentERKNS_6PromptElRKNS_"
    "13EncodeOptionsE");
EncodedPrompt
WrapEncodePrompt(const TextEncoder& model, const Document& document, const Prompt& prompt, std::int64_t max_new_tokens, const EncodeOptions& options) __asm__(
    "__wrap__ZN5meval22EncodeGenerationPromptERKNS_11TextEncoderERKNS_8DocumentERKNS_6PromptElRKNS_"
    "13EncodeOptionsE");
EncodedPrompt WrapEncodePrompt(const TextEncoder& model, const Document& document,
                               const Prompt& prompt, std::int64_t max_new_tokens,
                               const EncodeOptions& options) {
  EncodedPrompt encoded = RealEncodePrompt(model, document, prompt, max_new_tokens, options);
  DamageBos(model.bos_id(), encoded.tokens);
  return encoded;
}

// A member function takes its object first.
std::optional<std::size_t> RealFind(StopMatcher* self, std::string_view text) __asm__(
    "__real__ZN5meval11StopMatcher4FindESt17basic_string_viewIcSt11char_traitsIcEE");
std::optional<std::size_t> WrapFind(StopMatcher* self, std::string_view text) __asm__(
    "__wrap__ZN5meval11StopMatcher4FindESt17basic_string_viewIcSt11char_traitsIcEE");
std::optional<std::size_t> WrapFind(StopMatcher* self, std::string_view text) {
  std::optional<std::size_t> found = RealFind(self, text);
  if (Is(Fault::kStopOffByOne) && found) ++*found;
  return found;
}

void RealSampleTokens(Context& ctx, TensorView logits, std::span<const SamplingParams> params, std::span<const SamplingKey> keys, std::span<TokenId> results) __asm__(
    "__real__ZN5meval12SampleTokensERNS_7ContextENS_10TensorViewESt4spanIKNS_"
    "14SamplingParamsELm18446"
    "744073709551615EES3_IKNS_11SamplingKeyELm18446744073709551615EES3_IiLm18446744073709551615EE");
void WrapSampleTokens(Context& ctx, TensorView logits, std::span<const SamplingParams> params, std::span<const SamplingKey> keys, std::span<TokenId> results) __asm__(
    "__wrap__ZN5meval12SampleTokensERNS_7ContextENS_10TensorViewESt4spanIKNS_"
    "14SamplingParamsELm18446"
    "744073709551615EES3_IKNS_11SamplingKeyELm18446744073709551615EES3_IiLm18446744073709551615EE");
void WrapSampleTokens(Context& ctx, TensorView logits, std::span<const SamplingParams> params,
                      std::span<const SamplingKey> keys, std::span<TokenId> results) {
  std::vector<SamplingKey> shared(keys.begin(), keys.end());
  if (Is(Fault::kSharedSampleSeed)) {
    for (SamplingKey& key : shared) key.sample = 0;
  }
  RealSampleTokens(ctx, logits, params, shared, results);
}

void RealTokenLogprobs(Context& ctx, TensorView logits, std::span<const LogprobTarget> targets, std::span<TokenLogprob> results) __asm__(
    "__real__ZN5meval13TokenLogprobsERNS_7ContextENS_10TensorViewESt4spanIKNS_"
    "13LogprobTargetELm184467"
    "44073709551615EES3_INS_12TokenLogprobELm18446744073709551615EE");
void WrapTokenLogprobs(Context& ctx, TensorView logits, std::span<const LogprobTarget> targets, std::span<TokenLogprob> results) __asm__(
    "__wrap__ZN5meval13TokenLogprobsERNS_7ContextENS_10TensorViewESt4spanIKNS_"
    "13LogprobTargetELm184467"
    "44073709551615EES3_INS_12TokenLogprobELm18446744073709551615EE");
void WrapTokenLogprobs(Context& ctx, TensorView logits, std::span<const LogprobTarget> targets,
                       std::span<TokenLogprob> results) {
  if (!Is(Fault::kLogSoftmaxBf16)) return RealTokenLogprobs(ctx, logits, targets, results);
  std::vector<float> rounded;
  for (std::int64_t row = 0; row < logits.rows(); ++row) {
    const float* values = logits.As<float>() + row * logits.row_stride;
    std::transform(values, values + logits.row_elements(), std::back_inserter(rounded),
                   ToBf16AndBack);
  }
  RealTokenLogprobs(ctx,
                    TensorView(rounded.data(), DType::kF32, {logits.rows(), logits.row_elements()}),
                    targets, results);
  for (TokenLogprob& result : results) {
    result.logprob = ToBf16AndBack(static_cast<float>(result.logprob));
  }
}

MultipleChoiceScore
RealScoreChoices(std::span<const ScoredChoice> choices, std::span<const std::int64_t> gold, ArgmaxRule rule) __asm__(
    "__real__ZN5meval19ScoreMultipleChoiceESt4spanIKNS_12ScoredChoiceELm18446744073709551615EES0_"
    "IKlLm18446744073709551615EENS_10ArgmaxRuleE");
MultipleChoiceScore
WrapScoreChoices(std::span<const ScoredChoice> choices, std::span<const std::int64_t> gold, ArgmaxRule rule) __asm__(
    "__wrap__ZN5meval19ScoreMultipleChoiceESt4spanIKNS_12ScoredChoiceELm18446744073709551615EES0_"
    "IKlLm18446744073709551615EENS_10ArgmaxRuleE");
MultipleChoiceScore WrapScoreChoices(std::span<const ScoredChoice> choices,
                                     std::span<const std::int64_t> gold, ArgmaxRule rule) {
  std::vector<std::int64_t> right(gold.begin(), gold.end());
  if (Is(Fault::kGoldOffByOne)) {
    for (std::int64_t& index : right) {
      index = (index + 1) % static_cast<std::int64_t>(choices.size());
    }
  }
  MultipleChoiceScore score = RealScoreChoices(choices, right, rule);
  if (Is(Fault::kNormByBytes)) score.acc_norm = score.acc_bytes;
  return score;
}

}  // namespace meval::sensitivity
