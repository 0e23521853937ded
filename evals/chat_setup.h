#ifndef MEVAL_EVALS_CHAT_SETUP_H_
#define MEVAL_EVALS_CHAT_SETUP_H_

// From --chat-template and the model's files to how the model is addressed.

#include <map>
#include <memory>
#include <string>

#include "evals/run_options.h"
#include "tasks/chat_template.h"

namespace meval {

// Null: a base model, shown prompts as they are. `options.chat_template` is
//
//   auto   what the checkpoint's directory has: chat_template.jinja, or the chat_template of its
//          tokenizer_config.json (of several, the one named "default"); a base model has none
//   none   no template
//   model  as auto, but one must be there
//   a name of BuiltInChatTemplates, or the path of a file: Jinja text, or a JSON object with
//          chat_template
//
// Reads the tokenizer only where there is a template. Throws UsageError or ModelError.
std::shared_ptr<const ChatFormat> ResolveChat(const ChatOptions& options,
                                              const ModelOptions& model);

// How a run records it: "chat_template", "chat_shots" and, with a system text, "chat_system"; empty
// for a base model.
std::map<std::string, std::string> DescribeChat(const ChatFormat* chat, bool has_system_text);

// The text of --system: the system prompt of the Mistral 7B paper (arXiv 2310.06825, section 4) for
// "mistral-guardrail", else the words themselves. Throws UsageError for a slip of that name.
std::string SystemText(const std::string& words);

}  // namespace meval

#endif  // MEVAL_EVALS_CHAT_SETUP_H_
