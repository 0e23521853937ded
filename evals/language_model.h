#ifndef MEVAL_EVALS_LANGUAGE_MODEL_H_
#define MEVAL_EVALS_LANGUAGE_MODEL_H_

// What an evaluation needs of a model. The engine is one; tests have others.

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "engine/engine.h"

namespace meval {

class LanguageModel {
 public:
  virtual ~LanguageModel() = default;

  // Token ids of a text, without BOS or EOS. Thread-safe.
  virtual std::vector<TokenId> Encode(std::string_view text) const = 0;
  virtual TokenId bos_id() const = 0;
  // The longest sequence: context + continuation - 1 tokens, or prompt + new tokens.
  virtual std::int64_t max_length() const = 0;

  // As Engine::Score and Engine::Generate.
  virtual void Score(std::span<const ScoreRequest> requests, const Engine::ScoreDone& done,
                     std::stop_token stop) = 0;
  virtual void Generate(std::span<const GenerationRequest> requests,
                        const Engine::GenerateDone& done, std::stop_token stop) = 0;
  virtual EngineStats stats() const = 0;

  // Calls task(i) for every i in [0, count), possibly from several threads.
  virtual void ParallelFor(std::int64_t count, const std::function<void(std::int64_t)>& task) = 0;
};

}  // namespace meval

#endif  // MEVAL_EVALS_LANGUAGE_MODEL_H_
