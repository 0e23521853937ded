#include "evals/gpu_check/sample_questions.h"

#include <utility>

#include "evals/encoded_task.h"
#include "evals/install_paths.h"
#include "evals/outline_encoder.h"
#include "evals/run_eval.h"

namespace meval::gpu_check {
namespace {

// Adds a task's requests; a choice that another document has too is one request for both.
void Append(EncodedTask task, SampleQuestions& questions) {
  const std::size_t first_document = questions.documents.size();
  if (!task.score_requests.empty()) {
    questions.documents.resize(first_document + task.samples.size());
  }
  for (std::size_t i = 0; i < task.score_requests.size(); ++i) {
    for (const EncodedTask::Place& place : task.places[i]) {
      questions.documents[first_document + place.sample].push_back(questions.scores.size());
    }
    questions.scores.push_back(std::move(task.score_requests[i]));
  }
  for (GenerationRequest& request : task.generation_requests) {
    questions.generations.push_back(std::move(request));
  }
}

}  // namespace

SampleQuestions ShippedQuestions(const ModelOutline& outline, const SampleLimits& limits,
                                 int num_threads) {
  RunOptions run;
  run.tasks = "winogrande,hellaswag,mmlu,boolq,gsm8k_cot";
  run.data.data_dir = SamplesDir().string();
  run.limit = static_cast<double>(limits.documents);
  run.shots = limits.shots;
  run.temperature = 0;
  run.max_new_tokens = limits.max_new_tokens;
  const PlannedTasks planned(run);
  const OutlineEncoder encoder(outline);
  SampleQuestions questions;
  for (const EvalPlan& plan : planned.plans()) {
    Append(EncodeTask(plan, encoder, num_threads), questions);
  }
  return questions;
}

}  // namespace meval::gpu_check
