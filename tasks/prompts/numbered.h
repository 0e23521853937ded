#ifndef MEVAL_TASKS_PROMPTS_NUMBERED_H_
#define MEVAL_TASKS_PROMPTS_NUMBERED_H_

#include <cstddef>
#include <string>

#include "metrics/unicode_text.h"

namespace meval::tasks {

// A question or answer with its number in the prompt, where prompts have numbers: `mark` is what
// stands for one, "" where there is none.
inline std::string Numbered(const std::string& text, const std::string& mark, std::size_t number) {
  return mark.empty() ? text : ReplaceAll(text, mark, std::to_string(number));
}

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_PROMPTS_NUMBERED_H_
