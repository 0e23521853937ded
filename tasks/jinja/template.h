#ifndef MEVAL_TASKS_JINJA_TEMPLATE_H_
#define MEVAL_TASKS_JINJA_TEMPLATE_H_

// Templates in the part of Jinja (jinja.palletsprojects.com, version 3) that chat templates use:
// output, if, for (with loop.*, else, break and continue), set (of names and of a namespace's
// members) and comments, read with trim_blocks and lstrip_blocks. Everything else is refused, with
// its place, when the template is parsed.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tasks/jinja/expression.h"

namespace meval::tasks::jinja {

class Template {
 public:
  // Throws TemplateError.
  static Template Parse(std::string_view source);

  // Throws TemplateError, also where the template raises an exception of its own. Thread-safe.
  std::string Render(const Members& names) const;

  // What a statement tells the loop around it.
  enum class Flow { kNext, kBreak, kContinue };
  using Statement = std::function<Flow(Scope& scope, std::string& out)>;

 private:
  Statement body_;
};

}  // namespace meval::tasks::jinja

#endif  // MEVAL_TASKS_JINJA_TEMPLATE_H_
