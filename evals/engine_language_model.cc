#include "evals/engine_language_model.h"

#include <utility>

namespace meval {

void EngineLanguageModel::Score(std::span<const ScoreRequest> requests,
                                const Engine::ScoreDone& done, std::stop_token stop) {
  engine_.Score(requests, done, std::move(stop));
}

void EngineLanguageModel::Generate(std::span<const GenerationRequest> requests,
                                   const Engine::GenerateDone& done, std::stop_token stop) {
  engine_.Generate(requests, done, std::move(stop));
}

EngineStats EngineLanguageModel::stats() const { return engine_.stats(); }

}  // namespace meval
