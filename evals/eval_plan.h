#ifndef MEVAL_EVALS_EVAL_PLAN_H_
#define MEVAL_EVALS_EVAL_PLAN_H_

// What is asked of a model for one task, as text.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "evals/prompt_encoder.h"
#include "reports/result.h"
#include "tasks/task.h"

namespace meval {

// A task with its records, prompts and resolved settings.
struct EvalPlan {
  const Task* task = nullptr;
  const TaskData* data = nullptr;
  std::vector<Prompt> prompts;              // of all documents, by document index
  std::vector<std::size_t> selected;        // documents to evaluate, ascending
  std::vector<std::string> prompt_digests;  // PromptDigest of each selected document
  std::int64_t shots = 0;
  FewShotMode fewshot = FewShotMode::kTask;
  GenerationDefinition generation;  // the task's, with the command line's overrides
  EncodeOptions encode;
  std::int64_t seed = 1234;
  bool is_demonstration = false;           // the data are the shipped samples
  std::shared_ptr<const ChatFormat> chat;  // null: a base model, or a rolling task
  bool has_system_text = false;  // an instruction of the user's, or the task's description

  const TaskDefinition& definition() const { return task->definition(); }
  // Stop strings in force: they differ without shots for some tasks.
  const std::vector<std::string>& until() const {
    return shots == 0 ? generation.until_zero_shot : generation.until;
  }
};

// The headline metric's name; for majority votes it says how many samples voted.
std::string HeadlineName(const EvalPlan& plan);
std::string HeadlineName(const TaskDefinition& task, std::int64_t num_samples);

// The part of the sample of the document in `slot` (its place among the selected) that is known
// before it is encoded.
SampleResult DescribeSample(const EvalPlan& plan, std::size_t slot);

// SamplingKey::request from what identifies a request to its user (task and document id, or the
// prompt): the same stream wherever the request stands.
std::uint64_t StreamKey(std::initializer_list<std::string_view> identity);

}  // namespace meval

#endif  // MEVAL_EVALS_EVAL_PLAN_H_
