#ifndef MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_
#define MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_

#include "evals/language_model.h"

namespace meval {

// The built-in engine as a LanguageModel. Borrows both; they must outlive it.
class EngineLanguageModel : public LanguageModel {
 public:
  EngineLanguageModel(Context& ctx, Engine& engine) : ctx_(ctx), engine_(engine) {}

  std::vector<TokenId> Encode(std::string_view text) const override;
  TokenId bos_id() const override;
  std::int64_t max_length() const override;
  void Score(std::span<const ScoreRequest> requests, const Engine::ScoreDone& done,
             std::stop_token stop) override;
  void Generate(std::span<const GenerationRequest> requests, const Engine::GenerateDone& done,
                std::stop_token stop) override;
  EngineStats stats() const override;
  void ParallelFor(std::int64_t count, const std::function<void(std::int64_t)>& task) override;

 private:
  Context& ctx_;
  Engine& engine_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_
