#include "tasks/chat_template.h"

#include <array>
#include <optional>
#include <utility>

#include "metrics/unicode_text.h"
#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/jinja/template.h"

namespace meval {
namespace {

// The conversations of Mistral's instruction models. Their turns alternate, and there is no system
// role. The forms differ in spaces and, in v3, in that [INST] and [/INST] are tokens of their own.
constexpr std::string_view kMistralV1 = R"({{ bos_token }}
{%- for message in messages %}
  {%- if message.role == 'user' %}{{ ' [INST] ' + message.content + ' [/INST]' }}
  {%- elif message.role == 'assistant' %}{{ ' ' + message.content + eos_token }}
  {%- else %}{{ raise_exception('expected the roles user and assistant') }}
  {%- endif %}
{%- endfor %})";
constexpr std::string_view kMistralV3 = R"({{ bos_token }}
{%- for message in messages %}
  {%- if message.role == 'user' %}{{ '[INST] ' + message.content + '[/INST]' }}
  {%- elif message.role == 'assistant' %}{{ ' ' + message.content + eos_token }}
  {%- else %}{{ raise_exception('expected the roles user and assistant') }}
  {%- endif %}
{%- endfor %})";
// Llama-2's system text stands inside the first user's turn, between marks of its own.
constexpr std::string_view kLlama2 = R"({%- set ns = namespace(system='') %}
{%- for message in messages %}
  {%- if message.role == 'system' %}
    {%- set ns.system = '<<SYS>>\n' + message.content + '\n<</SYS>>\n\n' %}
  {%- elif message.role == 'user' %}
    {{- bos_token + '[INST] ' + ns.system + message.content | trim + ' [/INST]' }}
    {%- set ns.system = '' %}
  {%- else %}{{ ' ' + message.content | trim + ' ' + eos_token }}
  {%- endif %}
{%- endfor %})";
constexpr std::string_view kChatMl = R"({%- for message in messages %}
  {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %})";

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kBuiltIn = {
    {{"mistral-v1", kMistralV1},
     {"mistral-v3", kMistralV3},
     {"llama-2", kLlama2},
     {"chatml", kChatMl}}};

// Of every token that is more than text, what stands for it in a document, and how each begins.
struct MarkedTokens {
  explicit MarkedTokens(const std::vector<std::string>& special) {
    for (const std::string& token : special) {
      if (token.empty()) continue;
      std::u32string marked = ToCodePoints(token);
      marked.insert(1, ToCodePoints(kLiteralMark));
      texts.emplace_back(token, ToUtf8(marked));
      first_bytes += token.front();
    }
  }

  std::vector<std::pair<std::string, std::string>> texts;
  std::string first_bytes;
};

}  // namespace

struct ChatTemplate::Impl {
  Impl(const std::string& template_name, Tokens template_tokens, tasks::jinja::Template parsed)
      : name(template_name),
        tokens(std::move(template_tokens)),
        jinja(std::move(parsed)),
        marked(tokens.special) {}

  std::string name;
  Tokens tokens;
  tasks::jinja::Template jinja;
  MarkedTokens marked;

  std::string AsText(const std::string& content) const {
    if (content.find(kLiteralMark) != std::string::npos) {
      throw DataError("chat template " + name +
                      ": expected text without the noncharacter U+10FFFE, found it in a turn");
    }
    if (content.find_first_of(marked.first_bytes) == std::string::npos) return content;
    std::string text = content;
    for (const auto& [token, as_text] : marked.texts) {
      if (text.find(token) != std::string::npos) text = ReplaceAll(text, token, as_text);
    }
    return text;
  }

  std::string Render(std::span<const ChatMessage> messages) const {
    using tasks::jinja::Value;
    tasks::jinja::List turns;
    for (const ChatMessage& message : messages) {
      turns.emplace_back(tasks::jinja::Members{{"role", Value(message.role)},
                                               {"content", Value(AsText(message.content))}});
    }
    try {
      return jinja.Render({{"messages", Value(std::move(turns))},
                           {"add_generation_prompt", Value(true)},
                           {"bos_token", Value(tokens.bos)},
                           {"eos_token", Value(tokens.eos)},
                           {"tools", Value(tasks::jinja::None{})},
                           {"documents", Value(tasks::jinja::None{})}});
    } catch (const tasks::jinja::TemplateError& error) {
      throw DataError("chat template " + name + ": " + error.what());
    }
  }

  // A template without the role raises an exception of its own, or leaves the text out.
  bool ShowsSystemTurn() const {
    constexpr std::string_view kProbe = "the system text of a probe";
    const std::array<ChatMessage, 2> turns = {
        {{"system", std::string(kProbe)}, {"user", "a question"}}};
    try {
      return Render(turns).find(kProbe) != std::string::npos;
    } catch (const DataError&) {
      return false;
    }
  }
};

ChatTemplate ChatTemplate::Parse(std::string_view jinja, const std::string& name, Tokens tokens) {
  const std::string where = "chat template " + name + ": ";
  if (const auto offset = FindInvalidUtf8(jinja)) {
    throw DataError(where + "expected UTF-8, found an ill-formed byte at byte " +
                    std::to_string(*offset + 1));
  }
  ChatTemplate made;
  made.digest_ = Sha256(jinja);
  std::optional<tasks::jinja::Template> parsed;
  try {
    parsed = tasks::jinja::Template::Parse(jinja);
  } catch (const tasks::jinja::TemplateError& error) {
    throw DataError(where + error.what());
  }
  const auto impl = std::make_shared<const Impl>(name, std::move(tokens), std::move(*parsed));
  const std::array<ChatMessage, 3> turns = {
      {{"user", "a question"}, {"assistant", "an answer"}, {"user", "another question"}}};
  impl->Render(std::span(turns).first(1));
  impl->Render(turns);
  made.has_system_role_ = impl->ShowsSystemTurn();
  made.impl_ = impl;
  return made;
}

std::string_view ChatTemplate::BuiltIn(std::string_view name) {
  for (const auto& [known, jinja] : kBuiltIn) {
    if (known == name) return jinja;
  }
  return {};
}

std::string ChatTemplate::Render(std::span<const ChatMessage> messages) const {
  return impl_->Render(messages);
}

const std::string& ChatTemplate::name() const { return impl_->name; }

std::string ChatTemplate::AsText(const std::string& text) const { return impl_->AsText(text); }

std::vector<std::string> BuiltInChatTemplates() {
  std::vector<std::string> names;
  for (const auto& entry : kBuiltIn) names.emplace_back(entry.first);
  return names;
}

}  // namespace meval
