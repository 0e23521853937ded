#include "evals/bench_run.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/bare_model.h"
#include "engine/model_outline.h"
#include "engine/open_batch.h"
#include "evals/arrivals.h"
#include "evals/bench_results.h"
#include "evals/bench_workload.h"
#include "evals/energy_span.h"
#include "evals/flags.h"
#include "evals/machine_facts.h"
#include "evals/model_loader.h"
#include "evals/open_batch_serving.h"
#include "evals/prefix_sharing.h"
#include "evals/serving_scenarios.h"
#include "evals/throughput.h"
#include "kernels/ceiling.h"
#include "kernels/energy_meter.h"
#include "reports/bench_tables.h"

namespace meval {
namespace {

using Note = std::function<void(const std::string&)>;

BenchCeilings MeasureCeilings(Context& ctx) {
  return {.read_bytes_per_second = MeasureReadBandwidth(ctx),
          .copy_bytes_per_second = MeasureCopyBandwidth(ctx),
          // A CUDA device multiplies 16-bit weights only.
          .f32_flops_per_second =
              ctx.device() == Device::kCpu ? MeasureMatmulRate(ctx, DType::kF32) : 0,
          .bf16_flops_per_second = MeasureMatmulRate(ctx, DType::kBF16)};
}

// Throws UsageError for a test whose sequences are longer than the model takes.
void CheckLengths(const BenchOptions& options, const std::vector<Workload>& workloads,
                  std::int64_t max_length) {
  const auto check = [&](const std::string& what, std::int64_t positions) {
    if (positions <= max_length) return;
    throw UsageError(fmt::format("{}: {} positions; this model takes {} at most (--max-length)",
                                 what, positions, max_length));
  };
  for (const ThroughputSpec& spec : options.throughput) check(NameOf(spec), spec.positions());
  for (const std::int64_t prefix : options.prefixes) {
    check(fmt::format("--prefix {} --suffix {}", prefix, options.suffix), prefix + options.suffix);
  }
  if (options.scenarios.empty() && !options.find_rate) return;
  for (const Workload& workload : workloads) {
    for (const RequestShape& shape : workload.shapes) {
      check("a request of " + workload.name, shape.prompt_tokens + shape.output_tokens);
    }
  }
}

// What a benchmark runs on, in the order in which it must be there.
class BenchRun {
 public:
  BenchRun(const BenchOptions& options, const Note& note, std::stop_token stop)
      : options_(options), note_(note), stop_(std::move(stop)) {}

  BenchReport Run() {
    const auto begin = std::chrono::steady_clock::now();
    Describe();
    Load();
    for (const ThroughputSpec& spec : options_.throughput) RunThroughputTest(spec);
    for (const Workload& workload : workloads_) {
      for (const std::string& scenario : options_.scenarios) RunScenario(workload, scenario);
      if (options_.find_rate) Search(workload);
    }
    for (const std::int64_t prefix : options_.prefixes) RunPrefix(prefix);
    Finish();
    report_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(report_);
  }

  // Null before the model is loaded.
  const Context* context() const { return context_.get(); }

 private:
  void Describe() {
    report_.version = MEVAL_VERSION;
    report_.label = options_.label;
    report_.command = options_.command;
    report_.started_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    report_.price_per_hour = options_.price_per_hour;
    const MachineState state = ReadMachineState();
    report_.machine.governor = state.governor;
    report_.machine.clock_mhz = state.clock_mhz;
    report_.machine.max_clock_mhz = state.max_clock_mhz;
    report_.machine.temperature_c = state.temperature_c;
    report_.machine.load = state.load;
  }

  void Load() {
    EngineOptions engine = ToEngineOptions(options_.model);
    engine.announce = note_;
    std::ostringstream notes;
    std::ostringstream warnings;
    context_ = OpenContext(options_.model, &notes, &warnings);
    if (!notes.str().empty()) note_(notes.str());
    if (!warnings.str().empty()) (options_.warn ? options_.warn : note_)(warnings.str());
    report_.host = DescribeHost(*context_);
    OpenMeter();
    FindWorkloads(engine);
    note_("measuring the ceilings\n");
    report_.ceilings = MeasureCeilings(*context_);
    model_.emplace(BareModel::Load(*context_, engine));
    const MemoryPlan& memory = model_->memory();
    CheckLengths(options_, workloads_, memory.max_length);
    report_.model = model_->origin();
    report_.dtype = Name(memory.dtype);
    report_.num_parameters = model_->config().num_parameters();
    report_.weight_bytes = memory.weight_bytes;
    report_.batch_tokens = memory.batch_tokens;
    batch_.reset(new OpenBatch(model_->Open()));
  }

  void OpenMeter() {
    meter_ = options_.open_meter(*context_);
    if (meter_ == nullptr) return;
    counter_ = [this] { return meter_->Joules(); };
    const DeviceReadings now = meter_->Read();
    report_.device = {.source = meter_->source(),
                      .reads_energy = meter_->Joules().has_value(),
                      .watts = now.watts,
                      .temperature_c = now.temperature_c,
                      .sm_clock_mhz = now.sm_clock_mhz,
                      .memory_clock_mhz = now.memory_clock_mhz};
  }

  void FindWorkloads(const EngineOptions& engine) {
    if (options_.workload.empty()) {
      workloads_ = {
          {fmt::format("{}+{}", options_.shape.prompt_tokens, options_.shape.output_tokens),
           {options_.shape}}};
      return;
    }
    note_("encoding the requests of " + options_.workload + "\n");
    workloads_ = TaskWorkloads(options_.workload, options_.data,
                               OutlineModel(engine, context_->traits()), context_->num_threads());
    for (const Workload& workload : workloads_) {
      report_.workloads.push_back(DescribeLengths(workload.name, workload.shapes));
    }
  }

  double MatmulRate() const {
    return model_->memory().dtype == DType::kF32 ? report_.ceilings.f32_flops_per_second
                                                 : report_.ceilings.bf16_flops_per_second;
  }

  void RunThroughputTest(const ThroughputSpec& spec) {
    if (stop_.stop_requested()) return;
    note_("running " + NameOf(spec) + "\n");
    const ThroughputOptions options = {.repetitions = options_.repetitions,
                                       .min_seconds = options_.min_seconds,
                                       .warmups = options_.warmups,
                                       .vocab_size = model_->config().vocab_size,
                                       .seed = static_cast<std::uint64_t>(options_.seed),
                                       .flops_per_second = MatmulRate(),
                                       .bytes_per_second = report_.ceilings.read_bytes_per_second,
                                       .clock_mhz = [] { return ReadClockMhz(); },
                                       .joules = counter_};
    ThroughputTest test = RunThroughput(*batch_, clock_, spec, options, stop_);
    if (!test.seconds.empty()) report_.throughput.push_back(std::move(test));
  }

  // The server's requests at a rate; the schedule is that of rate 1, made narrower.
  std::vector<RequestTimes> Serve(std::span<const RequestShape> shapes, double rate) {
    std::vector<double> arrivals =
        UnitRateArrivals(static_cast<std::int64_t>(shapes.size()), options_.burstiness,
                         static_cast<std::uint64_t>(options_.seed));
    for (double& arrival : arrivals) arrival /= rate;
    OpenBatchServing engine = Serving();
    return RunSchedule(engine, clock_, shapes, arrivals, stop_);
  }

  OpenBatchServing Serving() {
    return OpenBatchServing(*batch_, model_->config().vocab_size,
                            static_cast<std::uint64_t>(options_.seed));
  }

  std::vector<RequestTimes> RunRequests(const std::string& scenario,
                                        std::span<const RequestShape> shapes) {
    if (scenario == "server") return Serve(shapes, *options_.rate);
    OpenBatchServing engine = Serving();
    if (scenario == "offline") return RunOffline(engine, clock_, shapes, stop_);
    const std::int64_t size = scenario == "multi-stream" ? options_.queries_at_once : 1;
    return RunQueries(engine, clock_, shapes, size, stop_);
  }

  // One request of every kind before the clock matters.
  void WarmUp(std::span<const RequestShape> shapes) {
    if (options_.warmups == 0) return;
    OpenBatchServing engine = Serving();
    RunOffline(engine, clock_, shapes.first(1), stop_);
  }

  void RunScenario(const Workload& workload, const std::string& scenario) {
    if (stop_.stop_requested()) return;
    ServingTest test;
    test.name = scenario;
    test.workload = workload.name;
    test.seed = options_.seed;
    test.limits = options_.limits;
    if (scenario == "multi-stream") test.queries_at_once = options_.queries_at_once;
    if (scenario == "server") {
      test.rate = options_.rate;
      test.burstiness = options_.burstiness;
    }
    note_("running " + ServingTitle(test) + "\n");
    const std::vector<RequestShape> shapes =
        DrawShapes(workload, options_.num_requests, options_.seed);
    WarmUp(shapes);
    batch_->ForgetWork();
    const EnergySpan energy(counter_, clock_);
    const std::vector<RequestTimes> requests = RunRequests(scenario, shapes);
    test.energy = energy.Finish();
    const Work work = batch_->work().total();
    test.flops = work.flops;
    test.bytes = work.bytes;
    test.ceiling_seconds =
        batch_->work().SecondsAt(MatmulRate(), report_.ceilings.read_bytes_per_second);
    if (requests.empty() || stop_.stop_requested()) return;
    Summarize(requests, test);
    report_.serving.push_back(std::move(test));
  }

  void Search(const Workload& workload) {
    if (stop_.stop_requested()) return;
    const std::vector<RequestShape> shapes =
        DrawShapes(workload, options_.num_requests, options_.seed);
    WarmUp(shapes);
    const RateSearchOptions search = {.first_rate = options_.rate.value_or(1),
                                      .share = options_.goodput_share};
    const LatencyLimits limits = ToLimits(options_.limits);
    const auto kept_share = [&](double rate) {
      note_(fmt::format("searching the highest rate of {}: {:.4g} requests/s\n", workload.name,
                        rate));
      const std::vector<RequestTimes> requests = Serve(shapes, rate);
      return static_cast<double>(CountKept(requests, limits)) / static_cast<double>(shapes.size());
    };
    const FoundRate found = FindHighestRate(kept_share, search);
    if (stop_.stop_requested()) return;
    RateSearch& record = report_.searches.emplace_back();
    record.workload = workload.name;
    record.limits = options_.limits;
    record.share = search.share;
    record.tolerance = search.tolerance;
    record.rate = found.rate;
    for (const RateProbe& probe : found.probes) {
      record.probes.push_back({probe.rate, probe.kept_share, probe.meets});
    }
  }

  void RunPrefix(std::int64_t prefix) {
    if (stop_.stop_requested()) return;
    note_(fmt::format("running shared prefix {}+{}\n", prefix, options_.suffix));
    PrefixTest test = RunPrefixTest(*batch_, clock_,
                                    {.prefix_tokens = prefix,
                                     .suffix_tokens = options_.suffix,
                                     .repetitions = options_.repetitions,
                                     .warmups = options_.warmups,
                                     .vocab_size = model_->config().vocab_size,
                                     .seed = static_cast<std::uint64_t>(options_.seed)},
                                    stop_);
    if (!test.cold_seconds.empty()) report_.prefixes.push_back(std::move(test));
  }

  void Finish() {
    report_.host.matmul_algorithms = context_->matmul_algorithms();
    const MachineState state = ReadMachineState();
    report_.machine.clock_after_mhz = state.clock_mhz;
    report_.machine.temperature_after_c = state.temperature_c;
    report_.peak_memory_bytes = ReadPeakMemoryBytes();
    if (meter_ == nullptr) return;
    const DeviceReadings now = meter_->Read();
    report_.device->watts_after = now.watts;
    report_.device->temperature_after_c = now.temperature_c;
    report_.device->sm_clock_after_mhz = now.sm_clock_mhz;
  }

  const BenchOptions& options_;
  const Note& note_;
  std::stop_token stop_;
  std::unique_ptr<Context> context_;
  std::unique_ptr<EnergyMeter> meter_;  // null: nothing can be read
  JouleCounter counter_;                // its energy; empty without one
  std::optional<BareModel> model_;
  std::unique_ptr<OpenBatch> batch_;
  std::vector<Workload> workloads_;
  SteadyClock clock_;
  BenchReport report_;
};

}  // namespace

BenchReport RunBench(const BenchOptions& options, const Note& note, std::stop_token stop) {
  BenchRun run(options, note, std::move(stop));
  const auto tell = [&] {
    if (options.when_done && run.context() != nullptr) options.when_done(*run.context());
  };
  try {
    BenchReport report = run.Run();
    tell();
    return report;
  } catch (...) {
    tell();
    throw;
  }
}

}  // namespace meval
