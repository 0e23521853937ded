#include "tasks/document.h"

namespace meval {

std::string Prompt::Text(std::size_t first_shot) const {
  std::string text = description;
  for (std::size_t i = first_shot; i < shots.size(); ++i) text += shots[i];
  return text + question;
}

}  // namespace meval
