#ifndef MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_
#define MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_

#include <string>

#include "evals/language_model.h"
#include "evals/plan_file.h"

namespace meval {

// The built-in engine as a LanguageModel. Borrows it; it must outlive this.
class EngineLanguageModel : public LanguageModel {
 public:
  // plan_file: gets the plan of every call; may be null.
  explicit EngineLanguageModel(Engine& engine, PlanFile* plan_file = nullptr)
      : engine_(engine), plan_file_(plan_file) {}

  // Whose requests the next calls are, for the plan file.
  void BeginTask(const std::string& name) { task_ = name; }

  void Score(std::span<const ScoreRequest> requests, const Engine::ScoreDone& done,
             std::stop_token stop) override;
  void Generate(std::span<const GenerationRequest> requests, const Engine::GenerateDone& done,
                std::stop_token stop) override;
  EngineStats stats() const override;

 private:
  Engine& engine_;
  PlanFile* plan_file_;
  std::string task_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_
