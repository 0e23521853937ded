#ifndef MEVAL_EVALS_RUN_OPTIONS_H_
#define MEVAL_EVALS_RUN_OPTIONS_H_

// What the command line of `mistral-eval run` says, as values.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "evals/code_options.h"
#include "evals/compare_options.h"
#include "evals/prompt_encoder.h"
#include "kernels/energy_meter.h"
#include "tasks/task.h"

namespace meval {

// The most completions of one prompt: far beyond any published maj@k or pass@k, and small enough
// that a slip of the finger is a usage error rather than the machine's whole memory.
inline constexpr std::int64_t kMostSamples = 100'000;

// How the meter of a context's device is opened; null where nothing can be read.
using MeterOpener = std::function<std::unique_ptr<EnergyMeter>(const Context& ctx)>;

// The model and where it runs: flags every command that needs a model has.
struct ModelOptions {
  std::string model = "tiny";
  std::string tokenizer;
  std::string backend = "auto";  // auto | cpu | cuda
  CudaMode cuda_mode = CudaMode::kAsSet;
  std::string dtype = "auto";  // auto | f32 | bf16
  int threads = 0;
  std::int64_t batch_tokens = 0;
  std::int64_t kv_memory_bytes = 0;
  std::int64_t max_length = 0;
};

// Where data is: flags of `run`, `tasks` and `data`.
struct DataSelection {
  std::string data_dir;  // "": $MISTRAL_EVAL_DATA, ./data, the shipped samples
  // task -> role ("test" | "exemplars") -> file
  std::map<std::string, std::map<std::string, std::filesystem::path>> files;
  bool allow_count_mismatch = false;
  std::vector<std::filesystem::path> include_paths;  // folders of task files
};

// How a chat model is addressed (evals/chat_setup.h).
struct ChatOptions {
  std::string chat_template = "auto";
  bool shots_as_turns = true;
};

// How a task's records become prompts: flags of `run` and `tasks`.
struct PromptSelection {
  std::optional<std::int64_t> shots;  // nothing: the task's
  FewShotMode fewshot = FewShotMode::kTask;
  std::int64_t seed = 1234;
  ChatOptions chat;
  std::string system;
};

// --fail-under task:metric=x
struct FailUnder {
  std::string task;
  std::string metric;
  double value = 0;
};

struct RunOptions : PromptSelection {
  std::string tasks;
  ModelOptions model;
  DataSelection data;
  EncodeOptions encode;
  std::optional<double> limit;
  std::filesystem::path ids_file;
  std::optional<std::int64_t> num_samples;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> top_k;
  std::optional<std::int64_t> max_new_tokens;
  CodeOptions code;
  std::filesystem::path out;  // "": runs/<time>-<model>-<tasks>
  std::vector<std::string> formats = {"console"};
  std::map<std::string, double> numbers;  // of the model, as RunReport::numbers
  std::int64_t sheet = 0;                 // records of a rating sheet of each task; 0: none
  std::vector<FailUnder> fail_under;
  std::filesystem::path baseline;  // a run, baseline file or log to compare with; "": none
  CompareOptions compare;
  GateOptions gate;
  bool sequential = false;          // stop as soon as the gate is sure
  bool all_groups = false;          // print every subject
  bool dry_run = false;             // plan only: no weights, no run directory
  std::filesystem::path dump_plan;  // "": nowhere
  MeterOpener open_meter = [](const Context& ctx) { return OpenEnergyMeter(ctx); };
  bool quiet = false;
  bool no_color = false;
  std::vector<std::string> command;  // argv, for run.json
};

}  // namespace meval

#endif  // MEVAL_EVALS_RUN_OPTIONS_H_
