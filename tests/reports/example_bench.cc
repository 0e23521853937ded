#include "tests/reports/example_bench.h"

#include <string>
#include <vector>

namespace meval::testing {
namespace {

BenchSpread Spread(double median) {
  return {.median = median,
          .mean = 1.01 * median,
          .stddev = 0.02 * median,
          .ci_low = 0.98 * median,
          .ci_high = 1.04 * median,
          .min = 0.97 * median,
          .max = 1.05 * median};
}

BenchSpread One(double value) {
  return {.median = value, .mean = value, .min = value, .max = value};
}

BenchLatency Latency(double median) {
  BenchLatency latency = {.n = 30,
                          .mean = 1.1 * median,
                          .stddev = 0.1 * median,
                          .median = median,
                          .min = 0.5 * median,
                          .max = 3 * median,
                          .percentiles = {}};
  latency.percentiles = {{50, median, 5},
                         {90, 2 * median, 29},
                         {95, std::nullopt, 59},
                         {99, std::nullopt, 299},
                         {99.9, std::nullopt, 2995}};
  return latency;
}

// 512 tokens of a model whose tokens take 2 GFLOP: 8 GFLOP/s, half of the ceiling.
ThroughputTest Prefill() {
  ThroughputTest test;
  test.name = "pp512";
  test.prompt_tokens = 512;
  test.tokens = 512;
  test.rows = 512;
  test.rows_scored = 1;
  test.steps = 1;
  test.flops = 1024e9;
  test.bytes = 4e9;
  test.ceiling_seconds = 64;
  test.seconds = {128, 127, 129};
  test.rate = Spread(4);
  test.energy = {.joules = 38400, .seconds = 384, .tokens = 1536};
  return test;
}

ThroughputTest Decode(std::int64_t batch) {
  ThroughputTest test;
  test.name = batch == 1 ? "tg32 @ d128" : "tg32 @ d128 x" + std::to_string(batch);
  test.new_tokens = 32;
  test.depth = 128;
  test.batch = batch;
  test.tokens = 32 * batch;
  test.rows = test.tokens;
  test.rows_scored = test.tokens;
  test.steps = 32;
  test.flops = 64e9 * static_cast<double>(batch);
  test.bytes = 128e9;
  test.ceiling_seconds = 8;
  test.seconds = {16, 16.5, 16};
  test.rate = Spread(2 * static_cast<double>(batch));
  test.unstable = "3 of 5 repetitions";
  return test;
}

ServingTest Server() {
  ServingTest test;
  test.name = "server";
  test.workload = "8+3";
  test.seed = 1234;
  test.rate = 2.5;
  test.burstiness = 1;
  test.duration = 10;
  test.requests = {{0.5, 0.625, 8, {1, 1.25, 1.75}}, {0.75, 0.75, 8, {2, 2.25, 2.5}}};
  test.input_tokens = 16;
  test.output_tokens = 6;
  test.request_throughput = 0.2;
  test.output_throughput = 0.6;
  test.total_throughput = 2.2;
  test.ttft = Latency(0.5);
  test.tpot = Latency(0.25);
  test.itl = Latency(0.25);
  test.e2el = Latency(1.5);
  test.arrival_error = Latency(0.0625);
  test.limits = {1, 0.5, 2};
  test.kept = 1;
  test.goodput = 0.1;
  test.validity = {.percent = 99,
                   .queries = 2,
                   .min_queries = 270336,
                   .late = 1,
                   .late_allowed = 0,
                   .is_valid = false,
                   .verdict = "invalid",
                   .estimate = 1.75};
  test.flops = 22e9;
  test.bytes = 24e9;
  test.ceiling_seconds = 1.5;
  test.energy = {.joules = 1200, .seconds = 10, .tokens = 6};
  return test;
}

BenchReport Surroundings() {
  BenchReport report;
  report.version = "0.1.0";
  report.command = {"mistral-eval", "bench"};
  report.started_at = "2026-01-31T10:00:00Z";
  report.seconds = 300;
  report.model = "random:tiny,seed=1234";
  report.dtype = "bf16";
  report.num_parameters = 1000000;
  report.weight_bytes = 2000000;
  report.batch_tokens = 512;
  report.host = {"host", "A chip <b>", 2, "avx512", "builtin", "mistral-eval 0.1.0"};
  report.ceilings = {16e9, 20e9, 8e9, 16e9};
  report.peak_memory_bytes = 3000000;
  return report;
}

}  // namespace

BenchReport ExampleBench() {
  BenchReport report = Surroundings();
  report.label = "abcdef12";
  report.machine = {"performance", 3000, 2950, 4100, 41, 57, 0.25};
  report.device = {.source = "NVML, driver 580.65.06",
                   .reads_energy = true,
                   .watts = 90,
                   .watts_after = 120,
                   .temperature_c = 38,
                   .temperature_after_c = 64,
                   .sm_clock_mhz = 1980,
                   .sm_clock_after_mhz = 1755,
                   .memory_clock_mhz = 3201};
  report.price_per_hour = 3.6;
  report.throughput = {Prefill(), Decode(1), Decode(8)};
  report.serving = {Server()};
  report.searches = {{.workload = "8+3",
                      .limits = {1, 0.5, 2},
                      .share = 0.99,
                      .tolerance = 0.05,
                      .probes = {{1, 1, true}, {2, 0.5, false}},
                      .rate = 1}};
  report.prefixes = {{.prefix_tokens = 512,
                      .suffix_tokens = 64,
                      .cold_rows = 576,
                      .warm_rows = 64,
                      .cold_seconds = {2, 2, 2},
                      .warm_seconds = {0.5, 0.5, 0.5},
                      .cold = Spread(2),
                      .warm = Spread(0.5),
                      .ratio = 4,
                      .ratio_low = 3.9,
                      .ratio_high = 4.1}};
  report.workloads = {{.task = "mmlu",
                       .requests = 100,
                       .bins = {{128, 256, 60, 0}, {256, 512, 40, 0}},
                       .mean_prompt = 230.5,
                       .mean_output = 1}};
  return report;
}

BenchReport BareBench() {
  BenchReport report = Surroundings();
  report.label = "\xFF";  // no UTF-8
  report.host.matmul_algorithms = {"n 6144, k 4096, bf16 to bf16, 4096 rows: algorithm 66"};
  report.throughput = {Prefill()};
  report.throughput[0].rate = One(4);
  report.throughput[0].energy.reset();
  ServingTest offline = Server();
  offline.name = "offline";
  offline.rate.reset();
  offline.burstiness.reset();
  offline.limits = {};
  offline.kept.reset();
  offline.goodput.reset();
  offline.energy.reset();
  offline.validity.late.reset();
  offline.validity.late_allowed.reset();
  offline.validity.estimate.reset();
  report.serving = {offline};
  report.searches = {{.workload = "8+3", .share = 0.99, .tolerance = 0.05}};
  report.prefixes = {{.cold = One(2), .warm = One(0.5), .ratio = 4}};
  return report;
}

}  // namespace meval::testing
