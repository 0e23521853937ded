#include "tasks/document.h"

#include "tasks/chat_template.h"

namespace meval {
namespace {

std::string JoinedShots(const Prompt& prompt, std::size_t first_shot) {
  std::string text;
  for (std::size_t i = first_shot; i < prompt.shots.size(); ++i) text += prompt.shots[i];
  return text;
}

std::string ChatText(const Prompt& prompt, const std::string& question, std::size_t first_shot) {
  const ChatFormat& chat = *prompt.chat;
  std::vector<ChatMessage> messages;
  if (chat.shots_as_turns) {
    for (std::size_t i = first_shot; i < prompt.turns.size(); ++i) {
      messages.push_back({"user", prompt.turns[i].question});
      messages.push_back({"assistant", prompt.turns[i].answer});
    }
    messages.push_back({"user", question});
  } else {
    messages.push_back({"user", JoinedShots(prompt, first_shot) + question});
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
  if (chat != nullptr) return ChatText(*this, other_question, first_shot);
  return description + JoinedShots(*this, first_shot) + other_question;
}

}  // namespace meval
