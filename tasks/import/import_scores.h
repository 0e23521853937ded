#ifndef MEVAL_TASKS_IMPORT_IMPORT_SCORES_H_
#define MEVAL_TASKS_IMPORT_IMPORT_SCORES_H_

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tasks/import/lm_eval_task.h"

namespace meval::tasks {

// "metric_list" and "filter_list" as "scores": each metric, with each filter where there are
// several. `request` is the reference's output_type. Problems go to the task.
nlohmann::ordered_json ImportScores(LmEvalTask& task, const std::string& request);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_IMPORT_IMPORT_SCORES_H_
