#include "evals/gpu_check/shipped_model.h"

#include <ostream>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "engine/model_outline.h"
#include "evals/gpu_check/model_answers.h"
#include "evals/gpu_check/sample_questions.h"
#include "evals/install_paths.h"
#include "evals/model_loader.h"
#include "evals/replace_file.h"

namespace meval::gpu_check {
namespace {

// Small enough for any device.
EngineOptions ShippedModel() {
  EngineOptions options = ToEngineOptions({});
  options.batch_tokens = 512;
  options.kv_memory_bytes = std::int64_t{64} << 20;
  return options;
}

EngineOptions InF32(EngineOptions options) {
  options.dtype = WeightDType::kF32;
  return options;
}

}  // namespace

ModelAgreement CompareShippedModel(Context& device, const std::stop_token& stop) {
  const EngineOptions options = ShippedModel();
  Context cpu;
  const SampleQuestions questions = ShippedQuestions(OutlineModel(options), {}, cpu.num_threads());
  const ModelAnswers goldens = ReadGoldens(TinyGoldensFile(), questions);
  Engine on_device = Engine::Load(device, options);
  Engine on_cpu = Engine::Load(cpu, InF32(options));
  return CompareWithGoldens(on_device, goldens, on_cpu, questions, stop);
}

void WriteGoldensOfTheCpu(const std::filesystem::path& file, std::ostream& out) {
  Context cpu;
  const EngineOptions options = InF32(ShippedModel());
  const SampleQuestions questions = ShippedQuestions(OutlineModel(options), {}, cpu.num_threads());
  Engine engine = Engine::Load(cpu, options);
  const ModelAnswers answers = Ask(engine, questions);
  ReplaceFile(file, "--write-goldens",
              [&](std::ostream& to) { WriteGoldens(questions, answers, to); });
  fmt::print(out, "{}: answers to {} continuations and {} prompts\n", file.string(),
             questions.scores.size(), questions.generations.size());
}

}  // namespace meval::gpu_check
