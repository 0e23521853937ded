#ifndef MEVAL_TASKS_JINJA_RENDERING_H_
#define MEVAL_TASKS_JINJA_RENDERING_H_

// What one rendering may cost. A template comes with a model that somebody else made: a few loops
// in each other, or a text doubled a hundred times, must be an error and not a program that hangs.

#include <cstdint>
#include <memory>
#include <vector>

#include "tasks/jinja/value.h"

namespace meval::tasks::jinja {

// One on a thread's stack while a template is rendered on it.
class Rendering {
 public:
  // A conversation of a hundred turns takes some thousands.
  static constexpr std::int64_t kMostWork = 2'000'000;
  Rendering();
  ~Rendering();
  Rendering(const Rendering&) = delete;
  Rendering& operator=(const Rendering&) = delete;

  // Called for work of about `units` operations, before it is done; without a rendering on this
  // thread nothing is counted. Throws std::invalid_argument once there has been too much.
  static void Spend(std::int64_t units);
  // The same for making a text of so many bytes.
  static void SpendText(std::size_t bytes);
  // The rendering takes a namespace apart when it ends: one may hold itself.
  static void Keep(const Namespace& names);

 private:
  std::int64_t work_ = 0;
  std::vector<std::weak_ptr<Members>> namespaces_;
};

}  // namespace meval::tasks::jinja

#endif  // MEVAL_TASKS_JINJA_RENDERING_H_
