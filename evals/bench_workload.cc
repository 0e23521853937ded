#include "evals/bench_workload.h"

#include <algorithm>
#include <numeric>

#include "engine/score_plan.h"
#include "evals/encoded_task.h"
#include "evals/flags.h"
#include "evals/outline_encoder.h"
#include "evals/run_eval.h"
#include "metrics/python_random.h"

namespace meval {
namespace {

// Tokens a model would generate for the document, judged by its reference answer.
std::int64_t AnswerTokens(const SampleResult& sample, const GenerationRequest& request,
                          const TextEncoder& encoder) {
  if (sample.references.empty()) return request.max_new_tokens;
  const auto tokens = static_cast<std::int64_t>(encoder.Encode(sample.references.front()).size());
  return std::clamp<std::int64_t>(tokens, 1, request.max_new_tokens);
}

std::vector<RequestShape> ShapesOf(const EncodedTask& task, const TextEncoder& encoder) {
  std::vector<RequestShape> shapes;
  for (std::size_t i = 0; i < task.score_requests.size(); ++i) {
    const RequestShape shape = {FedTokens(task.score_requests[i]).size(), 1};
    // Equal requests are one here, but each would be sent.
    shapes.insert(shapes.end(), task.places[i].size(), shape);
  }
  for (std::size_t i = 0; i < task.generation_requests.size(); ++i) {
    const GenerationRequest& request = task.generation_requests[i];
    if (request.max_new_tokens == 0) continue;
    const RequestShape shape = {static_cast<std::int64_t>(request.prompt.size()),
                                AnswerTokens(task.samples[i], request, encoder)};
    shapes.insert(shapes.end(), static_cast<std::size_t>(request.num_samples), shape);
  }
  return shapes;
}

}  // namespace

std::vector<Workload> TaskWorkloads(const std::string& tasks, const DataSelection& data,
                                    const ModelOutline& outline, int num_threads) {
  RunOptions run;
  run.tasks = tasks;
  run.data = data;
  const PlannedTasks planned(run);
  const OutlineEncoder encoder(outline);
  std::vector<Workload> workloads;
  for (const EvalPlan& plan : planned.plans()) {
    Workload& workload = workloads.emplace_back();
    workload.name = plan.task->name();
    workload.shapes = ShapesOf(EncodeTask(plan, encoder, num_threads), encoder);
    if (workload.shapes.empty()) {
      throw UsageError("--workload: " + workload.name + " asks nothing of a model");
    }
  }
  return workloads;
}

std::vector<RequestShape> DrawShapes(const Workload& workload, std::int64_t count,
                                     std::int64_t seed) {
  const auto size = static_cast<std::int64_t>(workload.shapes.size());
  PythonRandom random(seed);
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < count / size; ++i) {
    places.resize(places.size() + workload.shapes.size());
    std::iota(places.end() - size, places.end(), 0);
  }
  for (const std::int64_t place : random.Sample(size, count % size)) places.push_back(place);
  random.Shuffle(places);
  std::vector<RequestShape> shapes;
  for (const std::int64_t place : places) {
    shapes.push_back(workload.shapes[static_cast<std::size_t>(place)]);
  }
  return shapes;
}

}  // namespace meval
