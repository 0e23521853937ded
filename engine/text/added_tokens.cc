#include "engine/text/added_tokens.h"

#include <charconv>

#include "engine/error.h"
#include "engine/loading/json_fields.h"
#include "engine/loading/json_file.h"

namespace meval {
namespace {

using nlohmann::json;
using Path = std::filesystem::path;

// As many ids as a configuration may have.
constexpr std::int64_t kMaxTokens = std::int64_t{1} << 24;

class AddedTokensReader {
 public:
  explicit AddedTokensReader(const SentencePieceModel& model) : model_(model) {}

  // added_tokens.json: {"<|im_end|>": 32000}. It does not say which are special; every such token
  // is shown as text unless tokenizer_config.json says otherwise.
  void ReadList(const Path& file) {
    const json object = ReadJsonFile(file);
    const JsonFields fields(object, file.string());
    for (const auto& item : object.items()) {
      const std::int64_t id = fields.RequiredInteger(item.key(), 0, kMaxTokens - 1);
      Add(file, static_cast<TokenId>(id), {item.key(), false});
    }
  }

  // tokenizer_config.json: {"added_tokens_decoder": {"32000": {"content": ..., "special": ...}}}.
  void ReadConfig(const Path& file) {
    const json object = ReadJsonFile(file);
    const JsonFields fields(object, file.string());
    if (!fields.Has("added_tokens_decoder") || fields.IsNull("added_tokens_decoder")) return;
    const json& decoder = fields.Raw("added_tokens_decoder");
    if (!decoder.is_object()) {
      fields.Refuse("added_tokens_decoder", "an object of ids to tokens", "fetch the file again");
    }
    for (const auto& item : decoder.items()) {
      const std::string where = file.string() + ": added_tokens_decoder[\"" + item.key() + "\"]";
      const std::string& key = item.key();
      TokenId id = -1;
      const auto parsed = std::from_chars(key.data(), key.data() + key.size(), id);
      if (parsed.ec != std::errc() || parsed.ptr != key.data() + key.size() || id < 0 ||
          id >= kMaxTokens || !item.value().is_object()) {
        throw ModelError(where + ": expected an id from 0 to " + std::to_string(kMaxTokens - 1) +
                         " with an object, found " + Shown(item.value()) +
                         "; fetch the file again");
      }
      const JsonFields token(item.value(), where);
      const std::optional<std::string> content = token.String("content");
      if (!content) token.Refuse("content", "the token's text", "fetch the file again");
      Add(file, id, {*content, token.Boolean("special").value_or(false)});
    }
  }

  std::map<TokenId, AddedToken> Take() { return std::move(tokens_); }

 private:
  void Add(const Path& file, TokenId id, AddedToken token) {
    const auto index = static_cast<std::size_t>(id);
    if (index >= model_.pieces.size()) {
      tokens_[id] = std::move(token);
      return;
    }
    const std::string& piece = model_.pieces[index].text;
    if (piece == token.text) return;
    throw ModelError(file.string() + ": added token " + std::to_string(id) + ": expected \"" +
                     piece + "\", the piece of this id in tokenizer.model, found \"" + token.text +
                     "\"; fetch the tokenizer's files of one revision (or name tokenizer.model "
                     "itself as the tokenizer to use it alone)");
  }

  const SentencePieceModel& model_;
  std::map<TokenId, AddedToken> tokens_;
};

}  // namespace

std::map<TokenId, AddedToken> ReadAddedTokens(const std::filesystem::path& directory,
                                              const SentencePieceModel& model) {
  AddedTokensReader reader(model);
  const Path list = directory / "added_tokens.json";
  if (std::filesystem::exists(list)) reader.ReadList(list);
  const Path config = directory / "tokenizer_config.json";
  if (std::filesystem::exists(config)) reader.ReadConfig(config);
  return reader.Take();
}

}  // namespace meval
