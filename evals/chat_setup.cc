#include "evals/chat_setup.h"

#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "engine/error.h"
#include "engine/model_source.h"
#include "engine/tokenizer.h"
#include "evals/flags.h"
#include "evals/model_loader.h"
#include "tasks/error.h"
#include "tasks/nearest_name.h"

namespace meval {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct TemplateText {
  std::string jinja;
  std::string name;
};

std::string ReadText(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw ModelError(path.string() + ": expected a file that can be read, found none");
  return std::move(text).str();
}

json ReadObject(const fs::path& path) {
  json object = json::parse(ReadText(path), nullptr, false);
  if (object.is_object()) return object;
  throw ModelError(path.string() + ": expected a JSON object, found " +
                   (object.is_discarded() ? "other text" : object.type_name()));
}

[[noreturn]] void RefuseTemplate(const fs::path& path, const json& found) {
  throw ModelError(path.string() +
                   ": chat_template: expected a text, or a list of objects with name and template "
                   "of which one is named \"default\", found " +
                   found.type_name() + ". Name a template with --chat-template FILE");
}

// The chat_template of a tokenizer_config.json; nothing where it has none.
std::optional<TemplateText> FromConfig(const fs::path& path) {
  const json object = ReadObject(path);
  const auto found = object.find("chat_template");
  if (found == object.end() || found->is_null()) return std::nullopt;
  if (found->is_string()) return TemplateText{found->get<std::string>(), path.string()};
  if (!found->is_array()) RefuseTemplate(path, *found);
  for (const json& entry : *found) {
    if (entry.is_object() && entry.value("name", json()) == "default" &&
        entry.value("template", json()).is_string()) {
      return TemplateText{entry.at("template").get<std::string>(), path.string()};
    }
  }
  RefuseTemplate(path, *found);
}

std::optional<TemplateText> FromDirectory(const fs::path& directory) {
  if (directory.empty()) return std::nullopt;  // random weights
  if (const fs::path file = directory / "chat_template.jinja"; fs::exists(file)) {
    return TemplateText{ReadText(file), file.string()};
  }
  const fs::path config = directory / "tokenizer_config.json";
  return fs::exists(config) ? FromConfig(config) : std::nullopt;
}

TemplateText FromName(const std::string& name) {
  if (const std::string_view jinja = ChatTemplate::BuiltIn(name); !jinja.empty()) {
    return {std::string(jinja), name};
  }
  if (fs::is_regular_file(name)) {
    if (fs::path(name).extension() != ".json") return {ReadText(name), name};
    if (auto found = FromConfig(name)) return *found;
    throw ModelError(name + ": expected a chat_template, found none");
  }
  std::vector<std::string> names = BuiltInChatTemplates();
  names.insert(names.end(), {"auto", "none", "model"});
  throw UsageError(fmt::format("--chat-template: expected {} or a file, found \"{}\"{}",
                               fmt::join(names, ", "), name, tasks::DidYouMean(name, names)));
}

// bos_token and eos_token of a tokenizer_config.json are texts, or objects with a content.
void ReadToken(const json& config, const char* key, std::string& token) {
  const json value = config.value(key, json());
  if (value.is_string()) token = value.get<std::string>();
  if (value.is_object() && value.value("content", json()).is_string()) {
    token = value.at("content").get<std::string>();
  }
}

ChatTemplate::Tokens TokensOf(const ModelSource& source) {
  const Tokenizer tokenizer = Tokenizer::Load(source.tokenizer);
  ChatTemplate::Tokens tokens;
  if (tokenizer.bos_id() >= 0) tokens.bos = tokenizer.Piece(tokenizer.bos_id());
  if (tokenizer.eos_id() >= 0) tokens.eos = tokenizer.Piece(tokenizer.eos_id());
  tokens.special = tokenizer.MarkedTexts();
  const fs::path config = source.directory / "tokenizer_config.json";
  if (!source.directory.empty() && fs::exists(config)) {
    const json object = ReadObject(config);
    ReadToken(object, "bos_token", tokens.bos);
    ReadToken(object, "eos_token", tokens.eos);
  }
  return tokens;
}

}  // namespace

std::shared_ptr<const ChatFormat> ResolveChat(const ChatOptions& options,
                                              const ModelOptions& model) {
  if (options.chat_template == "none") return nullptr;
  const EngineOptions engine = ToEngineOptions(model);
  const ModelSource source = ResolveModel(engine.model, engine.tokenizer, engine.tiny_dir);
  std::optional<TemplateText> text;
  if (options.chat_template == "auto" || options.chat_template == "model") {
    text = FromDirectory(source.directory);
    if (!text && options.chat_template == "auto") return nullptr;
    if (!text) {
      throw ModelError("--chat-template model: expected a chat_template in " +
                       (source.directory.empty() ? "the model, found random weights"
                                                 : source.directory.string() + ", found none") +
                       ". Name one of those that come with the program, or a file");
    }
  } else {
    text = FromName(options.chat_template);
  }
  try {
    return std::make_shared<const ChatFormat>(ChatFormat{
        ChatTemplate::Parse(text->jinja, text->name, TokensOf(source)), options.shots_as_turns});
  } catch (const DataError& error) {
    throw ModelError(std::string(error.what()) +
                     ". Name another with --chat-template, or none for a base model's prompts");
  }
}

std::map<std::string, std::string> DescribeChat(const ChatFormat* chat, bool has_system_text) {
  if (chat == nullptr) return {};
  std::map<std::string, std::string> described = {
      {"chat_template", "sha256:" + chat->chat_template.digest()},
      {"chat_shots", chat->shots_as_turns ? "turns" : "text"}};
  if (has_system_text) {
    described["chat_system"] =
        chat->folds_system() ? "folded into the first user turn" : "a turn of its own";
  }
  return described;
}

std::string SystemText(const std::string& words) {
  constexpr std::string_view kGuardrail = "mistral-guardrail";
  if (words != kGuardrail) {
    constexpr std::size_t kSlips = 4;  // letters
    if (tasks::EditDistance(words, kGuardrail) > kSlips) return words;
    throw UsageError(fmt::format(
        "--system: expected a system text or the name {}, found \"{}\", which is close to the name",
        kGuardrail, words));
  }
  return "Always assist with care, respect, and truth. Respond with utmost utility yet securely. "
         "Avoid harmful, unethical, prejudiced, or negative content. Ensure replies promote "
         "fairness and positivity.";
}

}  // namespace meval
