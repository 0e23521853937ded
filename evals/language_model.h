#ifndef MEVAL_EVALS_LANGUAGE_MODEL_H_
#define MEVAL_EVALS_LANGUAGE_MODEL_H_

// What an evaluation asks of a model, in token ids. The engine is one; tests have others.

#include <optional>
#include <span>
#include <stop_token>

#include "engine/engine.h"

namespace meval {

class LanguageModel {
 public:
  virtual ~LanguageModel() = default;

  // As Engine::Score and Engine::Generate.
  virtual void Score(std::span<const ScoreRequest> requests, const Engine::ScoreDone& done,
                     std::stop_token stop) = 0;
  virtual void Generate(std::span<const GenerationRequest> requests,
                        const Engine::GenerateDone& done, std::stop_token stop) = 0;
  // Of the latest call; may be asked from inside `done`, and from no other thread.
  virtual EngineStats stats() const = 0;
  // Energy that the device used during the latest call; nothing where it is not readable.
  virtual std::optional<double> joules() const { return std::nullopt; }
};

}  // namespace meval

#endif  // MEVAL_EVALS_LANGUAGE_MODEL_H_
