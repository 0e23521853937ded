#include "tasks/task_definition.h"

#include <stdexcept>

namespace meval {

const char* Name(RequestKind kind) {
  return kind == RequestKind::kLoglikelihood ? "loglikelihood" : "generation";
}

const ScoreDefinition& TaskDefinition::headline() const {
  for (const ScoreDefinition& score : scores) {
    if (score.is_headline) return score;
  }
  throw std::logic_error("task \"" + name + "\" has no headline score");
}

}  // namespace meval
