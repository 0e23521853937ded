#include "evals/model_loader.h"

#include <unistd.h>

#include <array>
#include <ostream>
#include <string_view>

#include <fmt/format.h>

#include "evals/flags.h"
#include "evals/install_paths.h"
#include "kernels/check.h"
#include "kernels/device_info.h"
#include "tasks/digest.h"

namespace meval {
namespace {

WeightDType ToWeightDType(const std::string& name) {
  if (name == "f32") return WeightDType::kF32;
  if (name == "bf16") return WeightDType::kBF16;
  return WeightDType::kAuto;
}

// The CUDA backend is not part of this version: say so instead of running something else under its
// name.
void CheckBackend(const std::string& backend) {
  if (backend != "cuda") return;
  const std::string why = WhyNoCuda();
  throw DeviceError(
      "--backend cuda: expected a backend of this version (cpu), which computes on the CPU only; "
      "its CUDA "
      "operations are not written yet" +
      (why.empty() ? std::string() : " (and " + why + ")") + ". Use --backend cpu or auto.");
}

}  // namespace

EngineOptions ToEngineOptions(const ModelOptions& options) {
  CheckBackend(options.backend);
  EngineOptions engine;
  engine.model = options.model;
  engine.tokenizer = options.tokenizer;
  engine.dtype = ToWeightDType(options.dtype);
  engine.batch_tokens = options.batch_tokens;
  engine.kv_memory_bytes = options.kv_memory_bytes;
  engine.max_length = options.max_length;
  if (options.model == "tiny" ||
      (options.model.starts_with("random:tiny") && options.tokenizer.empty())) {
    engine.tiny_dir = TinyModelDir();
  }
  return engine;
}

LoadedModel LoadModel(const ModelOptions& options, std::ostream* notes) {
  EngineOptions engine = ToEngineOptions(options);
  LoadedModel loaded;
  loaded.context = std::make_unique<Context>(ContextOptions{.num_threads = options.threads});
  if (notes != nullptr) {
    engine.announce = [notes](const std::string& text) { *notes << text << std::flush; };
  }
  loaded.engine = std::make_unique<Engine>(Engine::Load(*loaded.context, engine));
  loaded.is_demonstration = options.model == "tiny" || loaded.engine->weight_files().empty();
  return loaded;
}

std::string ModelDigest(const Engine& engine) {
  DigestBuilder builder;
  builder.Add(engine.config().Describe());
  const std::vector<std::filesystem::path> files = engine.weight_files();
  if (files.empty()) builder.Add(engine.origin());
  for (const std::filesystem::path& file : files) builder.Add(Sha256File(file));
  return builder.Finish();
}

std::string TokenizerDigest(const Engine& engine) { return Sha256File(engine.tokenizer().file()); }

HostInfo DescribeHost(const Context& context) {
  HostInfo host;
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) == 0) host.hostname = name.data();
  host.cpu = DetectCpuFeatures().brand;
  host.num_threads = context.num_threads();
  host.cpu_path = Name(context.path());
  host.gemm_provider = Name(context.gemm());
  if (context.gemm() == GemmProvider::kOneDnn) host.gemm_provider += " " + OneDnnVersion();
  host.build = std::string("mistral-eval ") + MEVAL_VERSION + ", " + MEVAL_BUILD;
  return host;
}

}  // namespace meval
