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
#include "kernels/setting_error.h"
#include "tasks/digest.h"

namespace meval {
namespace {

WeightDType ToWeightDType(const std::string& name) {
  if (name == "f32") return WeightDType::kF32;
  if (name == "bf16") return WeightDType::kBF16;
  return WeightDType::kAuto;
}

// The CUDA device, or nothing where --backend auto goes on with the cpu; `notes` then say why, or
// `warnings` where there is a device: whoever has one expects its speed.
std::unique_ptr<Context> OpenCuda(const ModelOptions& options, std::ostream* notes,
                                  std::ostream* warnings) {
  const bool must = options.backend == "cuda";
  try {
    return std::make_unique<Context>(ContextOptions{
        .device = Device::kCuda, .cuda_mode = options.cuda_mode, .num_threads = options.threads});
  } catch (const SettingError&) {
    throw;
  } catch (const DeviceError& error) {
    if (must) {
      std::string_view why = error.what();
      if (why.starts_with("cuda: ")) why.remove_prefix(6);  // the flag says it
      throw DeviceError(fmt::format("--backend cuda: {}. Use --backend cpu or auto.", why));
    }
    std::ostream* out = warnings != nullptr && WhyNoCuda().empty() ? warnings : notes;
    if (out != nullptr) *out << "note: this run is on the cpu. " << error.what() << '\n';
    return nullptr;
  }
}

}  // namespace

EngineOptions ToEngineOptions(const ModelOptions& options) {
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

std::unique_ptr<Context> OpenContext(const ModelOptions& options, std::ostream* notes,
                                     std::ostream* warnings) {
  // Only the cpu computes with f32 weights. A build for the cpu alone has nothing to explain.
  const bool automatic = options.backend == "auto" && options.dtype != "f32" && HasCudaCode();
  std::unique_ptr<Context> context;
  if (options.backend == "cuda" || automatic) context = OpenCuda(options, notes, warnings);
  if (context != nullptr) return context;
  return std::make_unique<Context>(ContextOptions{.num_threads = options.threads});
}

LoadedModel LoadModel(const ModelOptions& options, std::ostream* notes, std::ostream* warnings) {
  EngineOptions engine = ToEngineOptions(options);
  LoadedModel loaded;
  loaded.context = OpenContext(options, notes, warnings);
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
  if (context.device() == Device::kCuda) {
    host.cpu_path = "cuda: " + context.device_name();
    host.gemm_provider = context.device_arithmetic();
  }
  host.build = std::string("mistral-eval ") + MEVAL_VERSION + ", " + MEVAL_BUILD;
  return host;
}

}  // namespace meval
