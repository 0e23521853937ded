#ifndef MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_
#define MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_

#include <optional>
#include <string>

#include "evals/language_model.h"
#include "evals/plan_file.h"
#include "kernels/energy_meter.h"

namespace meval {

// The built-in engine as a LanguageModel. Borrows all that it is given.
class EngineLanguageModel : public LanguageModel {
 public:
  // plan_file: gets the plan of every call; meter: of the engine's device. Both may be null.
  explicit EngineLanguageModel(Engine& engine, PlanFile* plan_file = nullptr,
                               EnergyMeter* meter = nullptr)
      : engine_(engine), plan_file_(plan_file), meter_(meter) {}

  // Whose requests the next calls are, for the plan file.
  void BeginTask(const std::string& name) { task_ = name; }

  void Score(std::span<const ScoreRequest> requests, const Engine::ScoreDone& done,
             std::stop_token stop) override;
  void Generate(std::span<const GenerationRequest> requests, const Engine::GenerateDone& done,
                std::stop_token stop) override;
  EngineStats stats() const override;
  std::optional<double> joules() const override { return joules_; }

 private:
  // What the meter counts while `work` goes on.
  template <typename Work>
  void Measure(const Work& work);

  Engine& engine_;
  PlanFile* plan_file_;
  EnergyMeter* meter_;
  std::optional<double> joules_;
  std::string task_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_ENGINE_LANGUAGE_MODEL_H_
