#include <stdexcept>

#include "metrics/unicode_text.h"
#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/prompts/exemplar_drawer.h"
#include "tasks/prompts/numbered.h"
#include "tasks/task.h"

namespace meval {
namespace {

bool EndsWithWhitespace(const std::string& text) { return StripRight(text).size() < text.size(); }
bool BeginsWithWhitespace(const std::string& text) {
  const std::string_view stripped = Strip(text);
  return stripped.empty() ? !text.empty() : stripped.data() > text.data();
}

// The text in front of the exemplars. The reference lets a system instruction without description
// run straight into the first question; here a blank line parts them.
std::string JoinSystem(const std::string& system, const std::string& description,
                       const std::string& delimiter) {
  if (system.empty()) return description;
  if (description.empty()) return EndsWithWhitespace(system) ? system : system + "\n\n";
  const bool has_seam = EndsWithWhitespace(system) || BeginsWithWhitespace(description);
  return system + (has_seam ? "" : delimiter) + description;
}

}  // namespace

std::vector<Prompt> BuildPrompts(const Task& task, const TaskData& data,
                                 const PromptOptions& options) {
  const TaskDefinition& definition = task.definition();
  if (options.shots < 0) {
    throw std::invalid_argument("BuildPrompts: shots is " + std::to_string(options.shots) +
                                ", expected 0 or more");
  }
  if (const auto offset = FindInvalidUtf8(options.system)) {
    throw std::invalid_argument("BuildPrompts: the system instruction is not valid UTF-8 at byte " +
                                std::to_string(*offset + 1));
  }
  if (definition.request == RequestKind::kRolling && !options.system.empty()) {
    throw DataError("task \"" + definition.name +
                    "\" scores texts as they stand: expected no system instruction (--system)");
  }
  const bool is_chat = options.chat != nullptr && definition.request != RequestKind::kRolling;
  std::shared_ptr<const ChatFormat> chat = options.chat;
  if (is_chat && definition.shots_are_question) {
    chat = std::make_shared<const ChatFormat>(ChatFormat{chat->chat_template, false});
  }
  tasks::ExemplarDrawer drawer(definition, data, options);
  std::vector<Prompt> prompts;
  prompts.reserve(data.documents.size());
  for (const Document& document : data.documents) {
    Prompt prompt;
    // A system turn needs no blank line behind it.
    prompt.description =
        is_chat && document.description.empty()
            ? options.system
            : JoinSystem(options.system, document.description, definition.fewshot_delimiter);
    if (is_chat) prompt.chat = chat;
    for (const Document* exemplar : drawer.Draw(document)) {
      const std::size_t gold =
          exemplar->gold.empty() ? 0 : static_cast<std::size_t>(exemplar->gold.front());
      const std::size_t number = prompt.shots.size() + 1;
      const std::string question =
          tasks::Numbered(exemplar->QuestionFor(gold), definition.number_mark, number);
      const std::string answer = tasks::Numbered(exemplar->answer, definition.number_mark, number);
      prompt.shots.push_back(question + definition.target_delimiter + answer +
                             definition.fewshot_delimiter);
      if (is_chat) prompt.turns.push_back({question, answer});
      prompt.exemplars.push_back(exemplar->id);
    }
    prompt.question = document.question;
    prompt.number_mark = definition.number_mark;
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

std::string ScoredText(const TaskDefinition& task, const Prompt& prompt,
                       const std::string& choice) {
  if (prompt.chat == nullptr) return task.target_delimiter + choice;
  return prompt.chat->chat_template.AsText(choice);
}

std::string PromptDigest(const TaskDefinition& task, const Document& document,
                         const Prompt& prompt) {
  DigestBuilder digest;
  digest.Add(prompt.Text());
  for (std::size_t i = 0; i < document.choices.size(); ++i) {
    const std::string prefix = document.choice_prefixes.empty() ? "" : document.choice_prefixes[i];
    digest.Add(prefix + ScoredText(task, prompt, document.choices[i]));
  }
  if (document.unconditional_context) digest.Add(*document.unconditional_context);
  return digest.Finish();
}

std::string PromptsDigest(std::span<const std::string> prompt_digests) {
  DigestBuilder digest;
  for (const std::string& prompt_digest : prompt_digests) digest.Add(prompt_digest);
  return digest.Finish();
}

}  // namespace meval
