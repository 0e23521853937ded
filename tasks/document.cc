#include "tasks/document.h"

#include "tasks/chat_template.h"
#include "tasks/prompts/numbered.h"

namespace meval {
namespace {

// A range of a prompt's exemplars.
struct Shown {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Shown ShownBehind(const Prompt& prompt, std::size_t dropped) {
  const std::size_t count = prompt.shots.size();
  return prompt.number_mark.empty() ? Shown{dropped, count} : Shown{0, count - dropped};
}

std::string JoinedShots(const Prompt& prompt, const Shown& shown) {
  std::string text;
  for (std::size_t i = shown.begin; i < shown.end; ++i) text += prompt.shots[i];
  return text;
}

std::string ChatText(const Prompt& prompt, const std::string& question, const Shown& shown) {
  const ChatFormat& chat = *prompt.chat;
  std::vector<ChatMessage> messages;
  if (chat.shots_as_turns) {
    for (std::size_t i = shown.begin; i < shown.end; ++i) {
      messages.push_back({"user", prompt.turns[i].question});
      messages.push_back({"assistant", prompt.turns[i].answer});
    }
    messages.push_back({"user", question});
  } else {
    messages.push_back({"user", JoinedShots(prompt, shown) + question});
  }
  if (!prompt.description.empty()) {
    if (chat.folds_system()) {
      messages.front().content = prompt.description + "\n\n" + messages.front().content;
    } else {
      messages.insert(messages.begin(), {"system", prompt.description});
    }
  }
  return chat.chat_template.Render(messages);
}

}  // namespace

std::string Document::QuestionFor(std::size_t choice) const {
  return choice_prefixes.empty() ? question : question + choice_prefixes[choice];
}

std::string Prompt::TextWith(const std::string& other_question, std::size_t first_shot) const {
  const Shown shown = ShownBehind(*this, first_shot);
  const std::string asked =
      tasks::Numbered(other_question, number_mark, shown.end - shown.begin + 1);
  if (chat != nullptr) return ChatText(*this, asked, shown);
  return description + JoinedShots(*this, shown) + asked;
}

std::string Prompt::NumberedQuestion(std::size_t num_shots) const {
  return tasks::Numbered(question, number_mark, num_shots + 1);
}

}  // namespace meval
