#ifndef MEVAL_TESTS_SUPPORT_FAKE_LANGUAGE_MODEL_H_
#define MEVAL_TESTS_SUPPORT_FAKE_LANGUAGE_MODEL_H_

// A LanguageModel and TextEncoder whose tokens are bytes and whose answers are functions of text,
// so that evaluations can be tested without an engine.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "evals/language_model.h"
#include "evals/text_encoder.h"

namespace meval::testing {

class FakeLanguageModel : public LanguageModel, public TextEncoder {
 public:
  static constexpr TokenId kBos = 1;
  static constexpr TokenId kFirstByte = 3;

  // Log-probability of a continuation after a context; greedy if it is 0.
  std::function<double(const std::string& context, const std::string& continuation)> score =
      [](auto&, auto&) { return -1.0; };
  // Completion of a prompt; the fake applies stop strings and the token limit.
  std::function<std::string(const std::string& prompt, std::int64_t sample)> complete =
      [](auto&, auto) { return ""; };
  std::int64_t length = 1 << 20;
  // Requests answered before the fake behaves as if it had been interrupted; negative: never.
  std::int64_t answers_before_stop = -1;

  std::int64_t num_scored = 0;
  std::int64_t num_generated = 0;
  std::vector<GenerationRequest> generation_requests;  // of every call, in order

  std::vector<TokenId> Encode(std::string_view text) const override {
    std::vector<TokenId> ids;
    for (const char c : text) ids.push_back(kFirstByte + static_cast<unsigned char>(c));
    return ids;
  }
  // The text's own BOS is the token.
  std::vector<TokenId> EncodeChat(std::string_view text) const override {
    std::vector<TokenId> ids;
    if (text.starts_with("<s>")) {
      ids.push_back(kBos);
      text.remove_prefix(3);
    }
    const std::vector<TokenId> rest = Encode(text);
    ids.insert(ids.end(), rest.begin(), rest.end());
    return ids;
  }
  static std::string Decode(const std::vector<TokenId>& ids) {
    std::string text;
    for (const TokenId id : ids) {
      if (id >= kFirstByte) text += static_cast<char>(id - kFirstByte);
    }
    return text;
  }
  TokenId bos_id() const override { return kBos; }
  std::int64_t max_length() const override { return length; }

  void Score(std::span<const ScoreRequest> requests, const Engine::ScoreDone& done,
             std::stop_token stop) override {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      if (stop.stop_requested() || Stops()) return;
      ContinuationScore result;
      result.logprob = score(Decode(requests[i].context), Decode(requests[i].continuation));
      result.is_greedy = result.logprob == 0;
      result.token_logprobs.assign(
          requests[i].continuation.size(),
          result.logprob / static_cast<double>(requests[i].continuation.size()));
      ++num_scored;
      stats_.tokens_fed +=
          static_cast<std::int64_t>(requests[i].context.size() + requests[i].continuation.size()) -
          1;
      done(i, std::move(result));
    }
  }

  void Generate(std::span<const GenerationRequest> requests, const Engine::GenerateDone& done,
                std::stop_token stop) override {
    generation_requests.insert(generation_requests.end(), requests.begin(), requests.end());
    for (std::size_t i = 0; i < requests.size(); ++i) {
      for (std::int64_t sample = 0; sample < requests[i].num_samples; ++sample) {
        if (stop.stop_requested() || Stops()) return;
        ++num_generated;
        done(i, sample, Complete(requests[i], sample));
      }
    }
  }

  EngineStats stats() const override { return stats_; }

 private:
  bool Stops() { return answers_before_stop >= 0 && answers_before_stop-- == 0; }

  Generation Complete(const GenerationRequest& request, std::int64_t sample) const {
    Generation generation;
    generation.text = complete(Decode(request.prompt), sample);
    generation.reason = StopReason::kEos;
    std::size_t first = std::string::npos;
    for (const std::string& stop : request.stop)
      first = std::min(first, generation.text.find(stop));
    if (first != std::string::npos) {
      generation.text.resize(first);
      generation.reason = StopReason::kStopString;
    }
    if (static_cast<std::int64_t>(generation.text.size()) > request.max_new_tokens) {
      generation.text.resize(static_cast<std::size_t>(request.max_new_tokens));
      generation.reason = StopReason::kLength;
    }
    generation.tokens = Encode(generation.text);
    return generation;
  }

  EngineStats stats_;
};

}  // namespace meval::testing

#endif  // MEVAL_TESTS_SUPPORT_FAKE_LANGUAGE_MODEL_H_
