// The overview a newcomer reads first.

#include <array>

#include "evals/flags.h"

namespace meval {

std::span<const std::string_view> CommandNames() {
  static constexpr std::array<std::string_view, 17> kNames = {
      "run",      "tasks", "data",     "loglikelihood", "generate", "perplexity",
      "score",    "arena", "report",   "compare",       "history",  "bench",
      "tokenize", "model", "selftest", "gpu-check",     "version"};
  return kNames;
}

std::string OverviewHelp() {
  return R"(mistral-eval: scores Mistral-family models on benchmark sets with its own inference engine.

Examples:
  mistral-eval --task mmlu --shots 5                     shipped samples and model: see it work
  mistral-eval --task mmlu,gsm8k_cot --data data \
      --model models/Mistral-7B-v0.1                     your data, your checkpoint
  mistral-eval --task hellaswag --limit 100 --out runs/a a quick look; the same line continues a stopped run

Commands (`mistral-eval COMMAND --help` says more; flags without a command mean `run`):
  run            evaluate a model on tasks; writes a run directory and prints the table
  tasks [NAME]   the tasks and groups there are; one task's definition, data and a whole prompt
  data [verify]  which data sets are found, their size, digest and licence; where to get the others
  loglikelihood  JSONL {"context", "continuation"} in, log-probabilities out
  generate       JSONL {"prompt", ...} in, completions out
  perplexity     how well a model predicts a text file, per token, word and byte
  score          metrics of predictions against references, or of an earlier run's sample logs; no model
  arena          ratings of models (Bradley-Terry, Elo) from battles of two each
  compare        runs side by side on the same records: what differs beyond chance, what flipped; a gate for CI
  history DIR    scores over time from the run directories below DIR, as tables and a page with charts
  bench          throughput and latency of the engine, beside what this machine can do at most
  report RUN     the page, tables and exports of an earlier run, written again
  tokenize       text to ids and pieces, ids to text
  model          what a checkpoint is and what it needs
  selftest       proves on this machine that kernels are right and that no schedule changes a bit of a score
  gpu-check      proves that the CUDA device of this machine computes what the cpu does
  version        version, build, CPU path and libraries

Exit codes: 0 fine; 1 a score is under --fail-under or has regressed; 2 usage; 3 data; 4 model; 5 device; 130 interrupted (run the same
command with the same --out to continue).
)";
}

}  // namespace meval
