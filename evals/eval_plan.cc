#include "evals/eval_plan.h"

#include <cstdlib>

#include "tasks/digest.h"

namespace meval {

std::string HeadlineName(const EvalPlan& plan) {
  return HeadlineName(plan.definition(), plan.generation.num_samples);
}

std::string HeadlineName(const TaskDefinition& task, std::int64_t num_samples) {
  const ScoreDefinition& headline = task.headline();
  if (headline.metric != "maj_at_k") return headline.name;
  return "maj@" + std::to_string(num_samples);
}

SampleResult DescribeSample(const EvalPlan& plan, std::size_t slot) {
  const std::size_t document_index = plan.selected[slot];
  const Document& document = plan.data->documents[document_index];
  SampleResult sample;
  sample.index = document.index;
  sample.id = document.id;
  sample.source = document.source;
  sample.digest = document.digest;
  sample.group = document.group;
  sample.slices = document.slices;
  sample.prompt_digest = plan.prompt_digests[slot];
  const Prompt& prompt = plan.prompts[document_index];
  sample.question = prompt.NumberedQuestion(prompt.shots.size());
  sample.exemplars = prompt.exemplars;
  sample.gold = document.gold;
  sample.references = document.references;
  if (plan.definition().execution) {
    sample.program = {.before = document.program_before, .after = document.program_after};
  }
  sample.scored = false;
  return sample;
}

std::uint64_t StreamKey(std::initializer_list<std::string_view> identity) {
  DigestBuilder builder;
  for (const std::string_view part : identity) builder.Add(part);
  return std::strtoull(builder.Finish().substr(0, 16).c_str(), nullptr, 16);
}

}  // namespace meval
