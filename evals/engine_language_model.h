#ifndef MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_
#define MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_

#include "evals/language_model.h"

namespace meval {

// The built-in engine as a LanguageModel. Borrows it; it must outlive this.
class EngineLanguageModel : public LanguageModel {
 public:
  explicit EngineLanguageModel(Engine& engine) : engine_(engine) {}

  void Score(std::span<const ScoreRequest> requests, const Engine::ScoreDone& done,
             std::stop_token stop) override;
  void Generate(std::span<const GenerationRequest> requests, const Engine::GenerateDone& done,
                std::stop_token stop) override;
  EngineStats stats() const override;

 private:
  Engine& engine_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_
