#include "engine/safetensors.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "engine/error.h"
#include "engine/loading/json_file.h"
#include "engine/loading/mapped_file.h"
#include "engine/loading/safetensors_header.h"

namespace meval {
namespace {

using nlohmann::json;
using Path = std::filesystem::path;

// Which files hold the weights: one, or several with an index that says which tensor is where.
struct WeightFiles {
  std::vector<Path> files;                        // in name order
  std::map<std::string, std::string> weight_map;  // tensor -> file name; empty without an index
  Path index;                                     // "" without one
};

std::vector<std::string> FileNames(const Path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The first name that ends in one of `endings`, "" if there is none.
std::string FirstEndingIn(const std::vector<std::string>& names,
                          std::initializer_list<const char*> endings) {
  for (const std::string& name : names) {
    for (const char* ending : endings) {
      if (name.ends_with(ending)) return name;
    }
  }
  return "";
}

[[noreturn]] void RefuseWithoutWeights(const Path& directory) {
  const std::string expected =
      directory.string() + ": expected model.safetensors or model.safetensors.index.json, found ";
  const std::vector<std::string> names = FileNames(directory);
  if (const std::string adapter = FirstEndingIn(names, {"adapter_model.safetensors"});
      !adapter.empty()) {
    throw ModelError(expected + adapter +
                     "; an adapter alone is no model: merge it into its base model and save that");
  }
  if (const std::string found = FirstEndingIn(names, {".bin", ".pt", ".pth"}); !found.empty()) {
    throw ModelError(expected + found +
                     "; PyTorch pickles are not read: load the model with transformers and write "
                     "it with save_pretrained(directory, safe_serialization=True)");
  }
  if (const std::string found = FirstEndingIn(names, {".gguf", ".ggml"}); !found.empty()) {
    throw ModelError(expected + found +
                     "; that format is not read: use the Hugging Face checkpoint it was made from");
  }
  if (const std::string found = FirstEndingIn(names, {".safetensors"}); !found.empty()) {
    throw ModelError(expected + found +
                     "; name a single file model.safetensors, or fetch the index that goes with "
                     "several");
  }
  throw ModelError(expected + "no weights; fetch the whole checkpoint repository");
}

WeightFiles ReadIndex(const Path& index) {
  const json object = ReadJsonFile(index);
  const auto refuse = [&](const std::string& expected, const std::string& found) {
    throw ModelError(index.string() + ": key \"weight_map\": expected " + expected + ", found " +
                     found + "; the index is damaged, fetch it again");
  };
  if (!object.contains("weight_map")) refuse("an object of tensor names to files", "no such key");
  const json& map = object.at("weight_map");
  if (!map.is_object() || map.empty()) refuse("an object of tensor names to files", Shown(map));
  WeightFiles result;
  result.index = index;
  std::set<std::string> names;
  for (const auto& item : map.items()) {
    const std::string name = item.value().is_string() ? item.value().get<std::string>() : "";
    // Only a plain file name: an index must not lead out of its directory.
    if (name.empty() || name == "." || name == ".." || Path(name).filename() != name ||
        name.find('\0') != std::string::npos) {
      refuse("the name of a file beside the index for \"" + item.key() + "\"", Shown(item.value()));
    }
    result.weight_map[item.key()] = name;
    names.insert(name);
  }
  for (const std::string& name : names) result.files.push_back(index.parent_path() / name);
  return result;
}

WeightFiles FindWeightFiles(const Path& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) return {{path}, {}, {}};
  if (!std::filesystem::is_directory(path, error)) {
    throw ModelError(path.string() +
                     ": expected a checkpoint directory, found nothing there; check the path (a "
                     "model is not fetched by its name)");
  }
  // The authors' own release keeps other names beside the Hugging Face ones; both hold the same
  // numbers, so only the first found is read.
  for (const char* stem : {"model", "consolidated"}) {
    const Path single = path / (std::string(stem) + ".safetensors");
    if (std::filesystem::exists(single, error)) return {{single}, {}, {}};
    const Path index = path / (std::string(stem) + ".safetensors.index.json");
    if (std::filesystem::exists(index, error)) return ReadIndex(index);
  }
  RefuseWithoutWeights(path);
}

void CheckShardsExist(const WeightFiles& files) {
  for (const Path& file : files.files) {
    std::error_code error;
    if (std::filesystem::exists(file, error)) continue;
    const auto count =
        std::count_if(files.weight_map.begin(), files.weight_map.end(),
                      [&](const auto& item) { return item.second == file.filename().string(); });
    throw ModelError(file.string() + ": expected the shard that " +
                     files.index.filename().string() + " names for " + std::to_string(count) +
                     " tensors, found no such file; fetch it into the same directory");
  }
}

}  // namespace

struct Checkpoint::Impl {
  Path path;
  std::vector<Path> files;
  std::vector<MappedFile> maps;
  std::map<std::string, TensorEntry> tensors;
  std::int64_t total_bytes = 0;

  void Add(const WeightFiles& weights, const Path& file) {
    maps.emplace_back(file);
    for (TensorEntry& entry : ParseSafetensors(maps.back().bytes(), file)) {
      CheckNamedByIndex(weights, entry);
      total_bytes += entry.bytes;
      std::string name = entry.name;
      tensors.emplace(std::move(name), std::move(entry));
    }
  }

  // With an index every tensor lies in exactly the file it is said to lie in, so two shards cannot
  // both hold a name.
  static void CheckNamedByIndex(const WeightFiles& weights, const TensorEntry& entry) {
    if (weights.index.empty()) return;
    const auto named = weights.weight_map.find(entry.name);
    const std::string there = entry.file.filename().string();
    if (named != weights.weight_map.end() && named->second == there) return;
    throw ModelError(entry.file.string() + ": tensor \"" + entry.name + "\": expected " +
                     weights.index.filename().string() + " to name this file for it, found " +
                     (named == weights.weight_map.end() ? "no entry" : named->second) +
                     "; fetch shards and index of the same revision");
  }

  void CheckIndexIsKept(const WeightFiles& weights) const {
    for (const auto& [name, file] : weights.weight_map) {
      if (tensors.contains(name)) continue;
      throw ModelError((weights.index.parent_path() / file).string() + ": tensor \"" + name +
                       "\": expected in this file by " + weights.index.filename().string() +
                       ", found no such tensor; fetch shards and index of the same revision");
    }
  }
};

Checkpoint Checkpoint::Open(const std::filesystem::path& path) {
  const WeightFiles weights = FindWeightFiles(path);
  CheckShardsExist(weights);
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->files = weights.files;
  for (const Path& file : weights.files) impl->Add(weights, file);
  impl->CheckIndexIsKept(weights);
  return Checkpoint(std::move(impl));
}

Checkpoint::Checkpoint(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Checkpoint::~Checkpoint() = default;
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;

const std::filesystem::path& Checkpoint::path() const { return impl_->path; }
const std::map<std::string, TensorEntry>& Checkpoint::tensors() const { return impl_->tensors; }
const std::vector<std::filesystem::path>& Checkpoint::files() const { return impl_->files; }
std::int64_t Checkpoint::total_bytes() const { return impl_->total_bytes; }

void Checkpoint::Release(const TensorEntry& entry) const {
  for (const MappedFile& map : impl_->maps) {
    const std::byte* const begin = map.bytes().data();
    if (entry.data >= begin && entry.data < begin + map.bytes().size()) {
      map.Release(entry.data, static_cast<std::size_t>(entry.bytes));
    }
  }
}

}  // namespace meval
