#include "tests/support/generation_bench.h"

#include <algorithm>
#include <set>
#include <span>
#include <stop_token>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

#include "engine/cost_model.h"
#include "engine/generate.h"
#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "kernels/sampling.h"
#include "tests/support/tiny_mistral.h"

namespace meval {

bool operator==(const Generation& a, const Generation& b) {
  return std::tie(a.text, a.tokens, a.reason) == std::tie(b.text, b.tokens, b.reason);
}

namespace testing {
namespace {

// One sample, as the definition of generation has it.
class NaiveSampler {
 public:
  NaiveSampler(Context& ctx, Mistral& model, KvCache& cache, const Tokenizer& tokenizer)
      : ctx_(ctx), model_(model), cache_(cache), tokenizer_(tokenizer) {}

  Generation Run(const GenerationRequest& request, std::int64_t sample) {
    Generation generation;
    if (request.max_new_tokens == 0) return generation;
    KvSequence sequence(&cache_.pool());
    std::vector<TokenId> tokens = request.prompt;
    for (;;) {
      const TensorView logits = Feed(sequence, tokens);
      if (sequence.length() < static_cast<std::int64_t>(tokens.size())) continue;
      const TokenId next = Draw(logits, request, sample, generation.tokens.size());
      const std::vector<std::int32_t>& eos = model_.config().eos_token_ids;
      if (std::find(eos.begin(), eos.end(), next) != eos.end()) {
        generation.reason = StopReason::kEos;
        return WithText(generation, request, /*is_last=*/true);
      }
      generation.tokens.push_back(next);
      tokens.push_back(next);
      const bool is_last =
          static_cast<std::int64_t>(generation.tokens.size()) == request.max_new_tokens;
      generation.reason = StopReason::kLength;
      Generation now = WithText(generation, request, is_last);
      if (is_last || now.reason == StopReason::kStopString) return now;
    }
  }

 private:
  TensorView Feed(KvSequence& sequence, std::span<const TokenId> tokens) {
    const std::int64_t position = sequence.length();
    sequence.Extend(1);
    TokenBatch batch;
    batch.Append(tokens.subspan(static_cast<std::size_t>(position), 1), position, sequence);
    batch.logit_rows = {0};
    return model_.Forward(batch, cache_);
  }

  TokenId Draw(TensorView logits, const GenerationRequest& request, std::int64_t sample,
               std::size_t step) {
    const SamplingKey key{request.seed, request.key, static_cast<std::uint32_t>(sample),
                          static_cast<std::uint32_t>(step)};
    TokenId token = 0;
    SampleTokens(ctx_, logits, std::span(&request.sampling, 1), std::span(&key, 1),
                 std::span(&token, 1));
    return token;
  }

  // The generation with its text, cut where the first stop string begins.
  Generation WithText(Generation generation, const GenerationRequest& request, bool is_last) const {
    ContinuationText text = tokenizer_.Continue(request.prompt);
    for (const TokenId id : generation.tokens) {
      if (id < tokenizer_.vocab_size()) text.Append(id);
    }
    generation.text = is_last ? text.Final() : text.text();
    std::size_t cut = std::string::npos;
    for (const std::string& stop : request.stop) {
      cut = std::min(cut, generation.text.find(stop));
    }
    if (cut != std::string::npos) {
      generation.text.resize(cut);
      generation.reason = StopReason::kStopString;
    }
    return generation;
  }

  Context& ctx_;
  Mistral& model_;
  KvCache& cache_;
  const Tokenizer& tokenizer_;
};

}  // namespace

PlanOptions OptionsFor(const Schedule& schedule, const ModelConfig& config) {
  return {.num_pages = schedule.num_pages,
          .batch_tokens = schedule.batch_tokens,
          .window = config.sliding_window,
          .share_prefixes = schedule.share_prefixes};
}

GenerationOutcome RunGeneration(const std::vector<GenerationRequest>& requests,
                                const Schedule& schedule, const ModelConfig& config,
                                const PlainWeights& weights) {
  Context ctx({.num_threads = schedule.num_threads});
  Mistral model(ctx, config, Pack(ctx, config, weights, schedule.dtype), schedule.batch_tokens,
                config.max_position_embeddings);
  KvCache cache(ctx, config, schedule.dtype, schedule.num_pages);
  const Tokenizer tokenizer = TinyTokenizer();
  GenerationOutcome outcome;
  std::set<std::pair<std::size_t, std::int64_t>> reported;
  for (const GenerationRequest& request : requests) {
    outcome.samples.emplace_back(static_cast<std::size_t>(request.num_samples));
  }
  std::stop_source stop;
  const GenerationPlan plan = PlanGeneration(requests, OptionsFor(schedule, config));
  ExecuteGenerationPlan(
      ctx, model, cache, tokenizer, plan, CostModel(config, schedule.dtype), requests,
      [&](std::size_t request, std::int64_t sample, Generation generation) {
        EXPECT_TRUE(reported.insert({request, sample}).second) << "reported twice";
        outcome.samples.at(request).at(static_cast<std::size_t>(sample)) = std::move(generation);
        if (reported.size() == schedule.stop_after) stop.request_stop();
      },
      stop.get_token(), outcome.stats);
  outcome.num_reported = reported.size();
  outcome.free_pages_after = cache.num_free_pages();
  return outcome;
}

Samples GenerateNaively(const std::vector<GenerationRequest>& requests, DType dtype,
                        const ModelConfig& config, const PlainWeights& weights) {
  Context ctx({.num_threads = 1});
  Mistral model(ctx, config, Pack(ctx, config, weights, dtype), 1, config.max_position_embeddings);
  KvCache cache(ctx, config, dtype, NumKvPages(config.max_position_embeddings));
  const Tokenizer tokenizer = TinyTokenizer();
  NaiveSampler sampler(ctx, model, cache, tokenizer);
  Samples results;
  for (const GenerationRequest& request : requests) {
    std::vector<Generation>& samples = results.emplace_back();
    for (std::int64_t s = 0; s < request.num_samples; ++s) {
      samples.push_back(sampler.Run(request, s));
    }
  }
  return results;
}

std::int64_t CountContinuedTokens(const std::vector<GenerationRequest>& requests,
                                  const Samples& samples) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].max_new_tokens == 0) continue;
    for (std::int64_t s = 0; s < NumDraws(requests[i]); ++s) {
      const Generation& generation = samples[i][static_cast<std::size_t>(s)];
      // The latest token is not fed, unless the end was drawn after it.
      count += static_cast<std::int64_t>(generation.tokens.size()) -
               (generation.reason == StopReason::kEos ? 0 : 1);
    }
  }
  return count;
}

std::string Describe(std::uint64_t seed, const Schedule& schedule, std::int64_t window) {
  return "seed " + std::to_string(seed) + ", " + Name(schedule.dtype) + ", " +
         std::to_string(schedule.batch_tokens) + " rows, " + std::to_string(schedule.num_pages) +
         " pages, window " + std::to_string(window) + (schedule.share_prefixes ? ", shared" : "");
}

}  // namespace testing
}  // namespace meval
