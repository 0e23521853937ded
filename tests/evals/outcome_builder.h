#ifndef MEVAL_TESTS_EVALS_OUTCOME_BUILDER_H_
#define MEVAL_TESTS_EVALS_OUTCOME_BUILDER_H_

// Runs to compare, from scores alone.

#include <string>
#include <vector>

#include "reports/outcomes.h"

namespace meval::testing {

// A task with one metric, a record for each score.
inline TaskOutcomes TaskOf(const std::string& name, const std::vector<double>& scores,
                           const std::string& unit = "fraction") {
  TaskOutcomes task;
  task.task = name;
  task.version = 1;
  ComparedMetric metric;
  metric.value.name = unit == "fraction" ? "acc" : "rougeL";
  metric.value.unit = unit;
  metric.value.is_headline = true;
  metric.value.signature = "norm:none|version:1";
  task.metrics = {metric};
  task.data_digest = "data";
  task.prompt_digest = "prompts";
  for (std::size_t i = 0; i < scores.size(); ++i) {
    RecordOutcome record;
    record.id = name + ":" + std::to_string(i);
    record.digest = "record" + std::to_string(i);
    record.prompt_digest = "prompt" + std::to_string(i);
    record.answers_digest = "answers" + std::to_string(scores[i]);
    record.question = "question " + std::to_string(i);
    record.answer = "answer " + std::to_string(scores[i]);
    record.scores[metric.value.name] = scores[i];
    task.records.push_back(record);
  }
  return task;
}

inline RunOutcomes RunOf(const std::string& name, const std::vector<TaskOutcomes>& tasks) {
  RunOutcomes run;
  run.name = name;
  run.version = "0.1.0";
  run.tasks = tasks;
  return run;
}

}  // namespace meval::testing

#endif  // MEVAL_TESTS_EVALS_OUTCOME_BUILDER_H_
