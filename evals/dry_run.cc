#include "evals/dry_run.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/generation_plan.h"
#include "engine/kv_cache.h"
#include "engine/model_outline.h"
#include "engine/score_plan.h"
#include "evals/encode_ahead.h"
#include "evals/flags.h"
#include "evals/model_loader.h"
#include "evals/outline_encoder.h"
#include "evals/plan_file.h"
#include "evals/progress.h"
#include "kernels/ceiling.h"
#include "kernels/check.h"
#include "kernels/context.h"
#include "reports/summary.h"
#include "reports/text_table.h"

namespace meval {
namespace {

// One task's line.
struct TaskCost {
  std::string task;
  std::int64_t requests = 0;
  std::int64_t tokens_requested = 0;
  std::int64_t tokens_fed = 0;       // for generation: of prompts
  std::int64_t most_new_tokens = 0;  // generation: if every completion runs to its limit
  std::int64_t rows_scored = 0;
  std::int64_t steps = 0;
  std::int64_t kv_pages = 0;  // scoring: held at once; generation: without which it cannot run
  double flops = 0;           // with the decoding of every completion to its limit
  double seconds = 0;         // at the machine's ceilings, likewise
};

double Factor(const TaskCost& cost) {
  return cost.tokens_fed == 0
             ? 1
             : static_cast<double>(cost.tokens_requested) / static_cast<double>(cost.tokens_fed);
}

TaskCost CostOf(const ScorePlan& plan, const Ceiling& ceiling) {
  TaskCost cost;
  cost.tokens_requested = plan.tokens_requested;
  cost.tokens_fed = plan.tokens_fed;
  cost.rows_scored = plan.rows_scored;
  cost.steps = static_cast<std::int64_t>(plan.steps.size());
  cost.kv_pages = plan.peak_pages;
  cost.flops = plan.work.total().flops;
  cost.seconds =
      plan.work.SecondsAt(ceiling.matmul_flops_per_second, ceiling.read_bytes_per_second);
  return cost;
}

TaskCost CostOf(const GenerationPlan& plan, const PlanOptions& options, const Ceiling& ceiling) {
  TaskCost cost;
  cost.tokens_requested = plan.tokens_requested;
  cost.tokens_fed = plan.prefill_tokens;
  cost.most_new_tokens = plan.most_new_tokens;
  cost.rows_scored = plan.num_draws;
  cost.kv_pages = plan.least_pages;
  const Work prefill = plan.prefill_work.total();
  const Work& decode = plan.most_decode_work;
  cost.steps = prefill.steps;
  cost.flops = prefill.flops + decode.flops;
  // Samples are decoded together, so a step's weights are read once for as many as it has rows.
  const double arithmetic = decode.flops / ceiling.matmul_flops_per_second;
  const double weights =
      decode.bytes / ceiling.read_bytes_per_second /
      static_cast<double>(std::clamp<std::int64_t>(plan.num_draws, 1, options.batch_tokens));
  cost.seconds =
      plan.prefill_work.SecondsAt(ceiling.matmul_flops_per_second, ceiling.read_bytes_per_second) +
      std::max(arithmetic, weights);
  return cost;
}

// The memory the run would have; where the model does not fit, room for every sequence it may hold.
PlanOptions Planning(const ModelOutline& outline, const EngineOptions& engine, std::ostream& err) {
  MemoryPlan memory;
  try {
    memory = PlanMemory(outline, engine);
    err << memory.Table();
  } catch (const DeviceError& error) {
    err << "note: " << error.what() << "\nPlanned as if it did.\n";
    EngineOptions roomy = engine;
    roomy.kv_memory_bytes = 0;
    const std::int64_t weights = EstimateWeightBytes(outline.config, outline.dtype);
    memory = PlanMemory(outline.config, outline.dtype, weights, roomy, 4 * weights);
  }
  return PlanOptionsFor(outline.config, memory, /*share_prefixes=*/true);
}

TextTable ToTable(const std::vector<TaskCost>& costs) {
  TextTable table;
  table.columns = {{.header = "Task", .min_width = 12},
                   {.header = "Requests", .align = Align::kRight},
                   {.header = "Tokens asked for", .align = Align::kRight},
                   {.header = "Fed", .align = Align::kRight},
                   {.header = "Avoided", .align = Align::kRight},
                   {.header = "New, at most", .align = Align::kRight, .drop_order = 3},
                   {.header = "Logit rows", .align = Align::kRight, .drop_order = 2},
                   {.header = "Steps", .align = Align::kRight, .drop_order = 1},
                   {.header = "KV pages", .align = Align::kRight, .drop_order = 4},
                   {.header = "TFLOP", .align = Align::kRight, .drop_order = 5},
                   {.header = "At least", .align = Align::kRight}};
  for (const TaskCost& cost : costs) {
    table.rows.push_back({{cost.task},
                          {Grouped(cost.requests)},
                          {Grouped(cost.tokens_requested)},
                          {Grouped(cost.tokens_fed)},
                          {fmt::format("\u00d7{:.2f}", Factor(cost))},
                          {cost.most_new_tokens > 0 ? Grouped(cost.most_new_tokens) : "\u2013"},
                          {Grouped(cost.rows_scored)},
                          {Grouped(cost.steps)},
                          {Grouped(cost.kv_pages)},
                          {fmt::format("{:.3g}", cost.flops / 1e12)},
                          {FormatDuration(cost.seconds)}});
  }
  return table;
}

nlohmann::ordered_json ToJson(const std::vector<TaskCost>& costs, const Ceiling& ceiling) {
  nlohmann::ordered_json tasks = nlohmann::ordered_json::array();
  for (const TaskCost& cost : costs) {
    tasks.push_back({{"task", cost.task},
                     {"requests", cost.requests},
                     {"tokens_requested", cost.tokens_requested},
                     {"tokens_fed", cost.tokens_fed},
                     {"most_new_tokens", cost.most_new_tokens},
                     {"rows_scored", cost.rows_scored},
                     {"steps", cost.steps},
                     {"kv_pages", cost.kv_pages},
                     {"flops", cost.flops},
                     {"ceiling_seconds", cost.seconds}});
  }
  return {{"dry_run", true},
          {"ceiling",
           {{"read_bytes_per_second", ceiling.read_bytes_per_second},
            {"matmul_flops_per_second", ceiling.matmul_flops_per_second}}},
          {"tasks", std::move(tasks)}};
}

TaskCost PlanTask(const EvalPlan& plan, const EncodedTask& encoded, const PlanOptions& planning,
                  const Ceiling& ceiling, PlanFile* file) {
  TaskCost cost;
  const std::string& name = plan.task->name();
  if (plan.definition().request == RequestKind::kGeneration) {
    const GenerationPlan generation = PlanGeneration(encoded.generation_requests, planning);
    cost = CostOf(generation, planning, ceiling);
    if (file != nullptr) file->Add(generation, planning, name);
  } else {
    const ScorePlan score = PlanScore(encoded.score_requests, planning);
    cost = CostOf(score, ceiling);
    // Equal requests are one by now; what was asked for counts them all.
    cost.tokens_requested = 0;
    for (std::size_t i = 0; i < encoded.score_requests.size(); ++i) {
      cost.tokens_requested += FedTokens(encoded.score_requests[i]).size() *
                               static_cast<std::int64_t>(encoded.places[i].size());
    }
    if (file != nullptr) file->Add(score, planning, name);
  }
  cost.task = name;
  cost.requests = encoded.num_requests;
  return cost;
}

}  // namespace

void DryRun(const RunOptions& options, const std::vector<EvalPlan>& plans, std::ostream& out,
            std::ostream& err) {
  if (options.model.backend == "cuda") {
    throw UsageError(
        "--dry-run: expected --backend cpu or auto, found cuda: a plan is made from this "
        "machine's processor and memory");
  }
  const EngineOptions engine = ToEngineOptions(options.model);
  const ModelOutline outline = OutlineModel(engine);
  const OutlineEncoder encoder(outline);
  Context ctx({.num_threads = options.model.threads});
  EncodeAhead encoded(plans, encoder, ctx.num_threads());
  const Ceiling ceiling = MeasureCeiling(ctx, outline.dtype);
  std::ostream silent(nullptr);
  const PlanOptions planning = Planning(outline, engine, options.quiet ? silent : err);
  std::optional<PlanFile> file;
  if (!options.dump_plan.empty()) file.emplace(options.dump_plan);

  std::vector<TaskCost> costs;
  for (const EvalPlan& plan : plans) {
    costs.push_back(PlanTask(plan, encoded.Next(), planning, ceiling, file ? &*file : nullptr));
  }
  if (file) file->Close();
  if (std::find(options.formats.begin(), options.formats.end(), "json") != options.formats.end()) {
    out << ToJson(costs, ceiling).dump(2) << '\n';
    return;
  }
  WriteTable(ToTable(costs), 120, /*color=*/false, out);
  out << fmt::format(
      "\nNothing was computed. \"At least\": at this machine's measured {:.0f} GFLOP/s ({}, {} "
      "threads) and {:.1f} GB/s; completions to their limit.\n",
      ceiling.matmul_flops_per_second / 1e9, Name(outline.dtype), ceiling.num_threads,
      ceiling.read_bytes_per_second / 1e9);
}

}  // namespace meval
