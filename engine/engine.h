#ifndef MEVAL_ENGINE_ENGINE_H_
#define MEVAL_ENGINE_ENGINE_H_

// Mistral as evaluations use it: token ids in, log-probabilities or token ids out.
//
//   Engine engine = Engine::Load({.model = "models/mistral-7b"});
//   engine.Score(requests, [&](std::size_t i, ContinuationScore score) { ... });
//   engine.Generate(requests, [&](std::size_t i, std::int64_t sample, Generation g) { ... });
//
// All requests of a call are known before the first forward pass, so prefixes that requests share
// are computed once. Results do not depend on order, batch, threads or what else is in the call,
// bit for bit on the CPU.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/cost_model.h"
#include "engine/model_config.h"
#include "engine/requests.h"
#include "engine/tokenizer.h"
#include "engine/weights.h"
#include "kernels/context.h"

namespace meval {

struct EngineOptions {
  // A checkpoint directory, or "random:NAME[,seed=N]" (NamedShapes()), or "tiny", the shipped
  // checkpoint in tiny_dir.
  std::string model = "tiny";
  std::string tokenizer = {};  // a tokenizer.model or its directory; "": the model's own
  WeightDType dtype = WeightDType::kAuto;
  std::int64_t batch_tokens = 0;        // rows of a forward pass; 0: chosen
  std::int64_t kv_memory_bytes = 0;     // 0: chosen from the machine's memory
  std::int64_t max_length = 0;          // positions; 0: the model's
  bool share_prefixes = true;           // false: every request alone, for comparison; same results
  std::filesystem::path tiny_dir = {};  // where the shipped model directory is
  LoadProgress progress = {};
  // Gets the memory table before memory is taken; may be empty.
  std::function<void(const std::string&)> announce = {};
};

// What the latest call of Score or Generate did: for the report's cost lines.
struct EngineStats {
  std::int64_t tokens_requested = 0;  // rows a request-by-request evaluation would have fed
  std::int64_t tokens_fed = 0;        // rows fed
  std::int64_t rows_scored = 0;       // rows whose logits were computed
  std::int64_t tokens_generated = 0;  // drawn, EOS included
  std::int64_t tokens_refed = 0;      // of those fed, a second time because KV pages were scarce
  std::int64_t peak_pages = 0;        // KV pages held at once, at most
  double prefill_seconds = 0;         // steps with both kinds of rows are divided by rows
  double decode_seconds = 0;
  WorkLog work;
};

struct PlanOptions;

class Engine {
 public:
  // Throws ModelError or DeviceError.
  static Engine Load(Context& ctx, const EngineOptions& options);
  // From parts, for tests.
  Engine(Context& ctx, const ModelConfig& config, MistralWeights weights, Tokenizer tokenizer,
         const EngineOptions& options);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  const ModelConfig& config() const;
  const Tokenizer& tokenizer() const;
  const EngineStats& stats() const;
  std::int64_t max_length() const;
  DType dtype() const;
  std::string origin() const;  // "models/x", "tiny", "random:tiny,seed=1"
  std::vector<std::filesystem::path> weight_files() const;  // empty for random weights
  std::string MemoryTable() const;      // weights, workspace, KV pages: for people
  const PlanOptions& planning() const;  // how requests are planned: PlanScore, PlanGeneration

  using ScoreDone = std::function<void(std::size_t request, ContinuationScore score)>;
  using GenerateDone =
      std::function<void(std::size_t request, std::int64_t sample, Generation generation)>;

  // Calls `done` once per request, in any order, from this thread. Returns early, between forward
  // passes, when `stop` is requested; requests not yet done are then simply not reported. Throws
  // std::invalid_argument on an empty context or continuation, or one that is too long (the caller
  // truncates).
  void Score(std::span<const ScoreRequest> requests, const ScoreDone& done,
             std::stop_token stop = {});
  // Calls `done` once per (request, sample).
  void Generate(std::span<const GenerationRequest> requests, const GenerateDone& done,
                std::stop_token stop = {});

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_ENGINE_H_
