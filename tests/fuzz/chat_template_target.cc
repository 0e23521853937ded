#include <string>
#include <vector>

#include "metrics/unicode_text.h"
#include "tasks/chat_template.h"
#include "tasks/error.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

// A template, as it comes with a model, on a conversation, from: the template, the turns.
MEVAL_FUZZ_TARGET(chat_template) {
  const std::string source = input.Text();
  const std::string system = input.Text();
  const std::string question = input.Text();
  if (FindInvalidUtf8(source) || FindInvalidUtf8(system) || FindInvalidUtf8(question)) {
    return;  // templates are JSON, documents are checked when they are read
  }
  try {
    const ChatTemplate parsed = ChatTemplate::Parse(source, "fuzz", {});
    const std::vector<ChatMessage> messages = {{"system", parsed.AsText(system)},
                                               {"user", "1"},
                                               {"assistant", "2"},
                                               {"user", parsed.AsText(question)}};
    const std::string text = parsed.Render(messages);
    fuzz::Require(!FindInvalidUtf8(text), "a prompt is UTF-8");
    fuzz::Require(parsed.Render(messages) == text, "a conversation has one text");
  } catch (const DataError& error) {
    fuzz::Require(!FindInvalidUtf8(error.what()), "a message is UTF-8");
  }
}

}  // namespace
}  // namespace meval
