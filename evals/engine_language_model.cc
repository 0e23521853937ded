#include "evals/engine_language_model.h"

#include <utility>

namespace meval {

template <typename Work>
void EngineLanguageModel::Measure(const Work& work) {
  const auto read = [this] { return meter_ == nullptr ? std::nullopt : meter_->Joules(); };
  joules_.reset();
  const std::optional<double> before = read();
  work();
  joules_ = JoulesBetween(before, read());
}

void EngineLanguageModel::Score(std::span<const ScoreRequest> requests,
                                const Engine::ScoreDone& done, std::stop_token stop) {
  if (plan_file_ != nullptr) {
    plan_file_->Add(PlanScore(requests, engine_.planning()), engine_.planning(), task_);
  }
  Measure([&] { engine_.Score(requests, done, std::move(stop)); });
}

void EngineLanguageModel::Generate(std::span<const GenerationRequest> requests,
                                   const Engine::GenerateDone& done, std::stop_token stop) {
  if (plan_file_ != nullptr) {
    plan_file_->Add(PlanGeneration(requests, engine_.planning()), engine_.planning(), task_);
  }
  Measure([&] { engine_.Generate(requests, done, std::move(stop)); });
}

EngineStats EngineLanguageModel::stats() const { return engine_.stats(); }

}  // namespace meval
