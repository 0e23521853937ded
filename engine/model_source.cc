#include "engine/model_source.h"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "engine/error.h"
#include "engine/model_config.h"

namespace meval {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kDefaultSeed = 1234;
constexpr std::string_view kRandomPrefix = "random:";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

fs::path HuggingFaceCache() {
  if (const std::string cache = Environment("HF_HUB_CACHE"); !cache.empty()) return cache;
  if (const std::string home = Environment("HF_HOME"); !home.empty()) return fs::path(home) / "hub";
  return fs::path(Environment("HOME")) / ".cache" / "huggingface" / "hub";
}

bool IsDirectory(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// models--ORG--NAME/snapshots/COMMIT of the branch main; a lone snapshot serves where the branch is
// not recorded.
//
//   hub/models--mistralai--Mistral-7B-v0.1/
//   ├─ refs/main             the commit's name
//   └─ snapshots/COMMIT/     config.json, model-00001-of-00002.safetensors, ...
std::optional<fs::path> FindSnapshot(const fs::path& repository) {
  const fs::path snapshots = repository / "snapshots";
  std::string commit;
  if (std::ifstream ref(repository / "refs" / "main"); ref >> commit) {
    if (IsDirectory(snapshots / commit)) return snapshots / commit;
  }
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(snapshots, ignored)) {
    if (IsDirectory(entry.path())) found.push_back(entry.path());
  }
  if (found.size() == 1) return found.front();
  return std::nullopt;
}

// The number behind "KEY=" in one option of a random model; false if it is another option or no
// such number.
template <typename Number>
bool ReadOption(std::string_view option, std::string_view key, Number& number) {
  if (!option.starts_with(key)) return false;
  const char* end = option.data() + option.size();
  const auto [last, error] = std::from_chars(option.data() + key.size(), end, number);
  return error == std::errc() && last == end;
}

ModelSource ResolveRandom(const std::string& model) {
  ModelSource source;
  source.seed = kDefaultSeed;
  std::string_view rest = std::string_view(model).substr(kRandomPrefix.size());
  std::size_t comma = rest.find(',');
  std::int64_t num_layers = 0;
  source.shape = rest.substr(0, comma);
  while (comma != std::string_view::npos) {
    rest.remove_prefix(comma + 1);
    comma = rest.find(',');
    const std::string_view option = rest.substr(0, comma);
    if (ReadOption(option, "seed=", source.seed)) continue;
    if (ReadOption(option, "layers=", num_layers) && num_layers > 0) continue;
    throw ModelError("model \"" + model +
                     "\": expected random:NAME, then ,layers=N or ,seed=N with N a whole number, " +
                     "found \"" + std::string(option) + "\" after the name");
  }
  if (num_layers > 0) source.shape += ",layers=" + std::to_string(num_layers);
  if (!NamedShape(source.shape)) {
    std::string names;
    for (const std::string& name : NamedShapes()) names += (names.empty() ? "" : ", ") + name;
    throw ModelError("model \"" + model + "\": there is no shape named \"" + source.shape +
                     "\"; there are " + names);
  }
  return source;
}

ModelSource ResolveCheckpoint(const std::string& model) {
  ModelSource source;
  std::error_code ignored;
  if (IsDirectory(model)) {
    source.directory = model;
    return source;
  }
  if (fs::exists(model, ignored)) {
    throw ModelError("model \"" + model +
                     "\" is a file; expected the directory that holds config.json, "
                     "model.safetensors and tokenizer.model");
  }
  std::string tried = "  " + model + ": no such directory\n";
  const std::size_t slash = model.find('/');
  const bool is_hub_name = slash != std::string::npos && slash > 0 && slash + 1 < model.size() &&
                           model.find('/', slash + 1) == std::string::npos && model[0] != '.';
  if (is_hub_name) {
    const fs::path repository =
        HuggingFaceCache() / ("models--" + model.substr(0, slash) + "--" + model.substr(slash + 1));
    if (const auto snapshot = FindSnapshot(repository)) {
      source.directory = *snapshot;
      return source;
    }
    tried += "  " + repository.string() + ": " +
             (IsDirectory(repository) ? "no snapshot of the branch main" : "no such directory") +
             "\n";
  }
  throw ModelError("model \"" + model + "\" was not found:\n" + tried +
                   "Give a checkpoint directory, an org/name that is in the local Hugging Face "
                   "cache (HF_HOME, HF_HUB_CACHE), tiny, or random:NAME.");
}

}  // namespace

ModelSource ResolveModel(const std::string& model, const std::string& tokenizer,
                         const fs::path& tiny_dir) {
  ModelSource source;
  if (model == "tiny") {
    source.directory = tiny_dir;
  } else {
    source = model.starts_with(kRandomPrefix) ? ResolveRandom(model) : ResolveCheckpoint(model);
  }
  if (!tokenizer.empty()) {
    source.tokenizer = tokenizer;
  } else if (!source.directory.empty()) {
    source.tokenizer = source.directory;
  } else if (IsTinyShape(source.shape)) {
    source.tokenizer = tiny_dir;
  } else {
    throw ModelError("model \"" + model +
                     "\": random weights have no tokenizer of their own; give one whose vocabulary "
                     "has the shape's size (--tokenizer FILE)");
  }
  return source;
}

}  // namespace meval
