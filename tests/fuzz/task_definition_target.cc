#include "metrics/unicode_text.h"
#include "tasks/error.h"
#include "tasks/task.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

MEVAL_FUZZ_TARGET(task_definition) {
  const std::string json = input.Bytes();
  try {
    const Task task = Task::Parse(json, "file");
    fuzz::Require(!task.name().empty(), "a task has a name");
    std::size_t num_headlines = 0;
    for (const ScoreDefinition& score : task.definition().scores) {
      num_headlines += score.is_headline ? 1u : 0u;
    }
    fuzz::Require(num_headlines == 1, "a task has one headline score");
  } catch (const DataError& error) {
    fuzz::Require(!FindInvalidUtf8(error.what()), "a message is UTF-8");
  }
}

}  // namespace
}  // namespace meval
