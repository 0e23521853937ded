// What a run does besides the model, set by set: reading records and building prompts, tokenising,
// planning, writing samples.
//
//   pipeline_bench                                    shipped samples, the tiny model's tokenizer
//   DATA=data TOKENIZER=models/mistral-7b/tokenizer.model pipeline_bench --benchmark_filter=mmlu
//
// TOKENIZER goes with random:tiny, whose vocabulary follows it. items_per_second counts records,
// except for planning, where it counts the tokens asked for.

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include "engine/generation_plan.h"
#include "engine/memory_plan.h"
#include "engine/model_outline.h"
#include "engine/score_plan.h"
#include "evals/encoded_task.h"
#include "evals/install_paths.h"
#include "evals/outline_encoder.h"
#include "evals/run_eval.h"
#include "reports/json_report.h"

namespace meval {
namespace {

std::string FromEnvironment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

EngineOptions TinyOptions() {
  EngineOptions options;
  options.model = "random:tiny";
  options.tokenizer = FromEnvironment("TOKENIZER", "");
  options.tiny_dir = TinyModelDir();
  options.kv_memory_bytes = std::int64_t{512} << 20;
  return options;
}

const ModelOutline& Outline() {
  static const ModelOutline outline = OutlineModel(TinyOptions());
  return outline;
}

RunOptions OptionsOf(const std::string& task) {
  RunOptions options;
  options.tasks = task;
  options.data.data_dir = FromEnvironment("DATA", SamplesDir().string());
  return options;
}

std::int64_t NumRecords(const PlannedTasks& planned) {
  std::int64_t count = 0;
  for (const EvalPlan& plan : planned.plans()) count += std::ssize(plan.selected);
  return count;
}

void Read(benchmark::State& state, const std::string& task) {
  std::int64_t records = 0;
  while (state.KeepRunning()) records += NumRecords(PlannedTasks(OptionsOf(task)));
  state.SetItemsProcessed(records);
}

void Encode(benchmark::State& state, const std::string& task) {
  const PlannedTasks planned(OptionsOf(task));
  const OutlineEncoder encoder(Outline());
  while (state.KeepRunning()) {
    for (const EvalPlan& plan : planned.plans()) {
      benchmark::DoNotOptimize(EncodeTask(plan, encoder, 1).num_requests);
    }
  }
  state.SetItemsProcessed(NumRecords(planned) * static_cast<std::int64_t>(state.iterations()));
}

void Plan(benchmark::State& state, const std::string& task) {
  const PlannedTasks planned(OptionsOf(task));
  const OutlineEncoder encoder(Outline());
  const EncodedTask encoded = EncodeTask(planned.plans().front(), encoder, 1);
  const PlanOptions options =
      PlanOptionsFor(Outline().config, PlanMemory(Outline(), TinyOptions()), true);
  std::int64_t tokens = 0;
  while (state.KeepRunning()) {
    tokens += encoded.generation_requests.empty()
                  ? PlanScore(encoded.score_requests, options).tokens_requested
                  : PlanGeneration(encoded.generation_requests, options).tokens_requested;
  }
  state.SetItemsProcessed(tokens);
}

void WriteSamples(benchmark::State& state, const std::string& task) {
  const PlannedTasks planned(OptionsOf(task));
  const OutlineEncoder encoder(Outline());
  const EncodedTask encoded = EncodeTask(planned.plans().front(), encoder, 1);
  std::int64_t bytes = 0;
  while (state.KeepRunning()) {
    std::ostringstream out;
    WriteSamplesJsonl(encoded.samples, out);
    bytes += std::ssize(out.view());
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(NumRecords(planned) * static_cast<std::int64_t>(state.iterations()));
}

void Register(const std::string& task) {
  using Function = void (*)(benchmark::State&, const std::string&);
  for (const auto& [name, function] : {std::pair<const char*, Function>{"read", Read},
                                       {"encode", Encode},
                                       {"plan", Plan},
                                       {"write_samples", WriteSamples}}) {
    benchmark::RegisterBenchmark((name + ("/" + task)).c_str(), function, task)
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace
}  // namespace meval

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (const char* task : {"mmlu", "hellaswag", "gsm8k_cot_maj8", "samsum"}) meval::Register(task);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
