#include "evals/gpu_check/loading.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "engine/bare_model.h"
#include "engine/error.h"
#include "engine/source_weights.h"
#include "engine/weights.h"
#include "evals/model_loader.h"

namespace meval::gpu_check {
namespace {

namespace fs = std::filesystem;

constexpr double kBytesOf7B = 14.48e9;

// A folder of its own, gone at the end of the scope.
class FolderInScope {
 public:
  explicit FolderInScope(const fs::path& place) {
    std::string name = (place / "mistral-eval-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw ModelError(place.string() + ": expected to make a folder for a checkpoint there");
    }
    path_ = name;
  }
  ~FolderInScope() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  FolderInScope(const FolderInScope&) = delete;
  FolderInScope& operator=(const FolderInScope&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::int64_t BytesIn(const fs::path& folder) {
  std::int64_t bytes = 0;
  for (const auto& file : fs::directory_iterator(folder)) {
    bytes += static_cast<std::int64_t>(file.file_size());
  }
  return bytes;
}

// Until the device has answered, whatever its copies wait for.
double SecondsToLoad(Context& ctx, const BareOutline& outline, const fs::path& folder) {
  ModelSource source;
  source.directory = folder;
  const auto begin = std::chrono::steady_clock::now();
  const SourceWeights loaded =
      LoadSourceWeights(ctx, source, folder.string(), outline.config, outline.dtype, {});
  const Buffer last = ctx.Allocate(1);
  std::byte byte{};
  ctx.Download(last.data(), &byte, 1);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

double LoadTime::SecondsOf7B() const { return bytes > 0 ? kBytesOf7B / BytesPerSecond() : 0; }

fs::path PlaceFor(std::int64_t bytes, std::span<const fs::path> places) {
  for (const fs::path& place : places) {
    std::error_code error;
    const fs::space_info space = fs::space(place, error);
    if (!error && space.available / 2 >= static_cast<std::uintmax_t>(bytes)) return place;
  }
  return {};
}

LoadTime MeasureLoading(Context& ctx, const ModelOptions& model, std::span<const fs::path> places) {
  BareOutline outline = OutlineBareModel(ToEngineOptions(model), ctx.traits());
  const std::int64_t all_layers = outline.config.num_hidden_layers;
  outline.config.num_hidden_layers = std::min(all_layers, kLoadedLayers);
  const std::int64_t bytes = outline.config.num_parameters() * SizeOf(outline.dtype);
  const fs::path place = PlaceFor(bytes, places);
  if (place.empty()) {
    throw ModelError(fmt::format(
        "no room for a checkpoint of {:.2f} GB, twice, in /dev/shm or the temporary directory",
        static_cast<double>(bytes) / 1e9));
  }
  const FolderInScope folder(place);
  ExportRandomCheckpoint(outline.config, outline.source.seed, outline.dtype, folder.path());
  LoadTime time;
  time.checkpoint = fmt::format("{} of {} layers of {}", outline.config.num_hidden_layers,
                                all_layers, model.model);
  time.directory = place.string();
  time.bytes = BytesIn(folder.path());
  time.seconds = SecondsToLoad(ctx, outline, folder.path());
  return time;
}

}  // namespace meval::gpu_check
