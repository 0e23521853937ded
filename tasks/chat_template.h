#ifndef MEVAL_TASKS_CHAT_TEMPLATE_H_
#define MEVAL_TASKS_CHAT_TEMPLATE_H_

// How a chat model is addressed: the turns of a conversation as the one text that the model was
// tuned on (docs/scoring.md, "Chat models"). Templates are those of Hugging Face's
// tokenizer_config.json, written in a part of Jinja.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

struct ChatMessage {
  std::string role;  // "system", "user", "assistant"
  std::string content;
};

// Stands inside what would otherwise read as a special token in a document's text: between tokens a
// tokenizer takes it out again. A noncharacter, which no text may hold.
inline constexpr std::string_view kLiteralMark = "\xF4\x8F\xBF\xBE";  // U+10FFFE

class ChatTemplate {
 public:
  // What a template knows of the tokenizer.
  struct Tokens {
    std::string bos = "<s>";
    std::string eos = "</s>";
    // Texts that become one token each where the template writes them, and stay text where a
    // document does.
    std::vector<std::string> special = {};
  };

  // `name` is for messages and reports. Renders three conversations to find out what the template
  // can do. Throws DataError with line and column: an unsupported construct, or a template that
  // refuses a user's turn.
  static ChatTemplate Parse(std::string_view jinja, const std::string& name, Tokens tokens);

  // A template of ours by name (BuiltInChatTemplates); empty if there is none.
  static std::string_view BuiltIn(std::string_view name);

  // The text up to where the assistant's answer begins. Throws DataError if the template refuses
  // the conversation.
  std::string Render(std::span<const ChatMessage> messages) const;

  // A document's text as Render writes it: kLiteralMark stands inside what would otherwise read as
  // a special token. Throws DataError if the text holds the mark itself.
  std::string AsText(const std::string& text) const;

  // Whether a system turn's text is part of what the template makes; else it must be folded into
  // a user's turn.
  bool has_system_role() const { return has_system_role_; }
  const std::string& name() const;
  const std::string& digest() const { return digest_; }  // SHA-256 of the Jinja text

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
  std::string digest_;
  bool has_system_role_ = false;
};

// Names of the templates that come with the program: "mistral-v1" (7B-Instruct-v0.1 and v0.2),
// "mistral-v3" (v0.3), "llama-2", "chatml".
std::vector<std::string> BuiltInChatTemplates();

// A template and how prompts are cut into turns for it.
struct ChatFormat {
  ChatTemplate chat_template;
  // Each exemplar is a user's turn and the assistant's answer; else all are part of the one user's
  // turn, as a base model sees them.
  bool shots_as_turns = true;

  bool folds_system() const { return !chat_template.has_system_role(); }
};

}  // namespace meval

#endif  // MEVAL_TASKS_CHAT_TEMPLATE_H_
