#ifndef MEVAL_TASKS_PROMPTS_EXEMPLAR_DRAWER_H_
#define MEVAL_TASKS_PROMPTS_EXEMPLAR_DRAWER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "metrics/python_random.h"
#include "tasks/task.h"

namespace meval::tasks {

// Chooses the exemplars of one document after another, from the pool of the document's group, or
// from those without a group where that has none.
//
// Reference sampler, mode kTask: one generator, random.Random(seed), advances document by document
// in evaluation order (one generator a group where there are groups: the reference runs each as a
// task of its own). A document takes random.sample(pool, n); where the definition
// `draws_one_extra`, random.sample(pool, n + 1), less any record equal to the document's own, of
// which the first n remain.
//
// kPerDocument and kFixed seed a generator with 63 bits of a SHA-256 over (seed, task, document
// id) or (seed, task, group) and draw in the same way. The sampler "first_n" draws nothing, so the
// mode does not matter to it; where the definition `allows_fewer_shots`, a smaller pool is shown
// whole.
class ExemplarDrawer {
 public:
  // Borrows everything. Throws DataError if a pool that will be needed is too small.
  ExemplarDrawer(const TaskDefinition& definition, const TaskData& data,
                 const PromptOptions& options);

  // For documents in evaluation order.
  std::vector<const Document*> Draw(const Document& document);

 private:
  using Pool = std::vector<const Document*>;
  const Pool& PoolOf(const Document& document) const;
  std::vector<std::int64_t> DrawIndices(const Document& document, std::int64_t pool_size);
  std::int64_t num_drawn() const;

  const TaskDefinition& definition_;
  const PromptOptions& options_;
  std::map<std::string, Pool> pools_;  // by group
  std::map<std::string, PythonRandom> generators_;
};

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_PROMPTS_EXEMPLAR_DRAWER_H_
