#include "tasks/document.h"

namespace meval {

std::string Document::QuestionFor(std::size_t choice) const {
  return choice_prefixes.empty() ? question : question + choice_prefixes[choice];
}

std::string Prompt::Text(std::size_t first_shot) const {
  std::string text = description;
  for (std::size_t i = first_shot; i < shots.size(); ++i) text += shots[i];
  return text + question;
}

}  // namespace meval
