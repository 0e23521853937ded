// `mistral-eval model`, `tokenize` and `version`.

#include <istream>
#include <ostream>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "engine/model_source.h"
#include "evals/commands.h"
#include "evals/install_paths.h"
#include "evals/model_loader.h"
#include "kernels/device_info.h"
#include "reports/summary.h"

namespace meval {
namespace {

// The tokenizer alone where it can be had without weights; else the model's.
Tokenizer LoadTokenizer(const ModelOptions& model) {
  if (!model.tokenizer.empty()) return Tokenizer::Load(model.tokenizer);
  if (model.model == "tiny" || model.model.starts_with("random:tiny"))
    return Tokenizer::Load(TinyModelDir());
  return Tokenizer::Load(ResolveModel(model.model, model.tokenizer, {}).tokenizer);
}

void PrintEncoding(const Tokenizer& tokenizer, std::string_view text, bool add_bos,
                   std::ostream& out) {
  std::vector<TokenId> ids = tokenizer.Encode(text);
  if (add_bos) ids.insert(ids.begin(), tokenizer.bos_id());
  std::string pieces;
  for (const TokenId id : ids) pieces += (pieces.empty() ? "" : " ") + tokenizer.Piece(id);
  fmt::print(out, "{}\n{}\n", fmt::join(ids, ","), pieces);
}

void PrintParameters(const ModelConfig& config, std::ostream& out) {
  const std::int64_t attention = config.hidden_size * config.head_dim *
                                 (2 * config.num_attention_heads + 2 * config.num_key_value_heads);
  const std::int64_t ffn = 3 * config.hidden_size * config.intermediate_size;
  const std::int64_t norms = 2 * config.hidden_size;
  const std::int64_t embedding = config.vocab_size * config.hidden_size;
  fmt::print(out, "parameters             {}\n", Grouped(config.num_parameters()));
  fmt::print(out, "  embedding            {}\n", Grouped(embedding));
  fmt::print(out, "  each layer           {}  (attention {}, feed-forward {}, norms {})\n",
             Grouped(attention + ffn + norms), Grouped(attention), Grouped(ffn), Grouped(norms));
  fmt::print(out, "  output head          {}\n",
             config.tie_word_embeddings ? "tied to the embedding" : Grouped(embedding));
  fmt::print(out, "KV cache per token     {} bytes (bf16), {} bytes (f32)\n",
             Grouped(config.KvBytesPerToken(2)), Grouped(config.KvBytesPerToken(4)));
}

}  // namespace

int TokenizeCommand(const TokenizeOptions& options, std::istream& in, std::ostream& out) {
  const Tokenizer tokenizer = LoadTokenizer(options.model);
  if (!options.ids.empty()) {
    out << tokenizer.Decode(options.ids) << '\n';
    return 0;
  }
  if (options.text) {
    PrintEncoding(tokenizer, *options.text, options.add_bos, out);
    return 0;
  }
  for (std::string line; std::getline(in, line);)
    PrintEncoding(tokenizer, line, options.add_bos, out);
  return 0;
}

int ModelCommand(const ModelCommandOptions& options, std::ostream& out) {
  const LoadedModel model = LoadModel(options.model, nullptr);
  const Engine& engine = *model.engine;
  const std::string_view note =
      engine.weight_files().empty()
          ? "  (random weights: for speed and demonstration, never for scores)"
      : model.is_demonstration ? "  (shipped: for demonstration)"
                               : "";
  fmt::print(out, "model                  {}{}\n", engine.origin(), note);
  out << engine.config().Describe();
  for (const std::string& value : engine.config().defaulted)
    fmt::print(out, "not in the file:       {}\n", value);
  PrintParameters(engine.config(), out);
  fmt::print(out, "tokenizer              {} ({} pieces)\n", engine.tokenizer().file().string(),
             Grouped(engine.tokenizer().vocab_size()));
  fmt::print(out, "computed in            {} weights, f32 sums and logits\n", Name(engine.dtype()));
  out << engine.MemoryTable();
  if (options.digests) {
    fmt::print(out, "model digest           {}\ntokenizer digest       {}\n", ModelDigest(engine),
               TokenizerDigest(engine));
  }
  return 0;
}

int VersionCommand(std::ostream& out) {
  const Context context({.num_threads = 1});
  const HostInfo host = DescribeHost(context);
  fmt::print(out, "{}\nCPU          {}\nCPU path     {}\nmatmul       {}\n", host.build, host.cpu,
             host.cpu_path, host.gemm_provider);
  for (const DeviceInfo& device : ListDevices()) {
    if (device.kind != Device::kCuda) continue;
    fmt::print(out, "CUDA device  {} {} (compute capability {}, driver for CUDA {})\n",
               device.index, device.name, device.compute_capability, device.driver_version);
  }
  if (const std::string why = WhyNoCuda(); !why.empty()) fmt::print(out, "CUDA         {}\n", why);
  return 0;
}

}  // namespace meval
