#include "evals/engine_language_model.h"

namespace meval {

std::vector<TokenId> EngineLanguageModel::Encode(std::string_view text) const {
  return engine_.tokenizer().Encode(text);
}

TokenId EngineLanguageModel::bos_id() const { return engine_.config().bos_token_id; }

std::int64_t EngineLanguageModel::max_length() const { return engine_.max_length(); }

void EngineLanguageModel::Score(std::span<const ScoreRequest> requests,
                                const Engine::ScoreDone& done, std::stop_token stop) {
  engine_.Score(requests, done, std::move(stop));
}

void EngineLanguageModel::Generate(std::span<const GenerationRequest> requests,
                                   const Engine::GenerateDone& done, std::stop_token stop) {
  engine_.Generate(requests, done, std::move(stop));
}

EngineStats EngineLanguageModel::stats() const { return engine_.stats(); }

void EngineLanguageModel::ParallelFor(std::int64_t count,
                                      const std::function<void(std::int64_t)>& task) {
  ctx_.ParallelFor(count, task);
}

}  // namespace meval
