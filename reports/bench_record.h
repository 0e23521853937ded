#ifndef MEVAL_REPORTS_BENCH_RECORD_H_
#define MEVAL_REPORTS_BENCH_RECORD_H_

// The record of a benchmark: plain data that every format is written from. docs/report-schema.md
// describes each field as it appears in bench.json, docs/benchmarks.md what it means.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/result.h"

namespace meval {

inline constexpr int kBenchSchemaVersion = 1;

// Several measurements of one thing.
struct BenchSpread {
  double median = 0;
  double mean = 0;
  std::optional<double> stddev = {};  // of the sample; absent for one measurement
  std::optional<double> ci_low = {};  // 95 % interval of the mean, by Student's t
  std::optional<double> ci_high = {};
  double min = 0;
  double max = 0;
};

// Latencies of one kind, in seconds.
struct BenchLatency {
  std::int64_t n = 0;
  double mean = 0;
  double stddev = 0;  // of the population
  double median = 0;
  double min = 0;
  double max = 0;
  struct Percentile {
    double percent = 0;
    std::optional<double> value = {};  // absent where the sample is too small
    std::int64_t smallest_sample = 0;  // with which it is quoted
  };
  std::vector<Percentile> percentiles = {};
};

// What a test used: of the whole card, or of all processor packages (kernels/energy_meter.h).
struct BenchEnergy {
  double joules = 0;
  double seconds = 0;       // from one reading of the counter to the other
  std::int64_t tokens = 0;  // meanwhile: what a rate counts, or output tokens

  double Watts() const { return seconds > 0 ? joules / seconds : 0; }
  double JoulesPerToken() const { return tokens > 0 ? joules / static_cast<double>(tokens) : 0; }
};

// Prefill ("pp512"), decode ("tg128") or both ("pp512+tg128"), as llama-bench names and counts
// them.
struct ThroughputTest {
  std::string name;  // "pp512", "tg128 @ d1024 x8"
  std::int64_t prompt_tokens = 0;
  std::int64_t new_tokens = 0;
  std::int64_t depth = 0;  // tokens each sequence holds before the clock starts
  std::int64_t batch = 1;  // sequences at once
  // Of one repetition:
  std::int64_t tokens = 0;  // batch * (prompt_tokens + new_tokens): what the rate counts
  std::int64_t rows = 0;    // fed to the model
  std::int64_t rows_scored = 0;
  std::int64_t steps = 0;
  double flops = 0;
  double bytes = 0;
  double ceiling_seconds = 0;        // the least time at the ceilings measured beside it
  std::vector<double> seconds = {};  // of every repetition, in order; the warm-up is not there
  BenchSpread rate = {};             // tokens / seconds
  std::string unstable;              // why the figures are not to be relied on; "" where they are
  // Of all repetitions, the warm-up not among them; absent where it is not readable.
  std::optional<BenchEnergy> energy = {};

  double ShareOfCeiling() const;  // ceiling_seconds / median seconds
};

// One request as its client saw it: seconds since the start of its run.
struct ServedRequest {
  double scheduled = 0;
  double issued = 0;
  std::int64_t prompt_tokens = 0;
  std::vector<double> token_times = {};
};

// In seconds; absent: no limit.
struct BenchLimits {
  std::optional<double> ttft = {};
  std::optional<double> tpot = {};
  std::optional<double> e2el = {};
};

// Whether a scenario ran enough queries for its percentile, as MLPerf asks.
struct ScenarioValidity {
  double percent = 0;                     // the percentile it is judged at
  std::int64_t queries = 0;               // that ran
  std::int64_t min_queries = 0;           // without early stopping
  std::optional<std::int64_t> late = {};  // queries over the limits; absent without limits
  std::optional<std::int64_t> late_allowed =
      {};  // of so many; absent where there are too few for any
  bool is_valid = false;
  std::string verdict;  // a sentence
  // With early stopping, an upper bound of the percentile of end-to-end latency, 99 % sure.
  std::optional<double> estimate = {};
};

struct ServingTest {
  std::string name;      // "server", "offline", "single-stream", "multi-stream"
  std::string workload;  // "512+128", or the task whose lengths are replayed
  std::int64_t seed = 0;
  std::optional<double> rate = {};        // requests a second; of the server scenario, as below
  std::optional<double> burstiness = {};  // shape of the gamma distribution of gaps; 1: Poisson
  std::int64_t queries_at_once = 1;       // requests of a query; of the multi-stream scenario
  double duration = 0;                    // seconds
  std::vector<ServedRequest> requests = {};
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  double request_throughput = 0;  // per second, as below
  double output_throughput = 0;
  double total_throughput = 0;  // input and output tokens
  BenchLatency ttft = {};
  BenchLatency tpot = {};
  BenchLatency itl = {};
  BenchLatency e2el = {};
  BenchLatency arrival_error = {};  // issued - scheduled
  BenchLimits limits = {};
  std::optional<std::int64_t> kept = {};  // requests within all limits; absent without limits
  std::optional<double> goodput = {};     // of them, a second
  ScenarioValidity validity = {};
  double flops = 0;
  double bytes = 0;
  double ceiling_seconds = 0;
  std::optional<BenchEnergy> energy = {};  // by output tokens; absent where it is not readable
};

// The highest rate of arrivals at which enough requests keep the limits.
struct RateSearch {
  std::string workload;
  BenchLimits limits = {};
  double share = 0;      // of requests that must keep them
  double tolerance = 0;  // the true rate is within this share above
  struct Probe {
    double rate = 0;
    double kept_share = 0;
    bool meets = false;
  };
  std::vector<Probe> probes = {};  // in the order in which they ran
  std::optional<double> rate =
      {};  // requests a second; absent: not even the lowest one that was tried
};

// Time to first token with and without a shared prefix's keys and values in memory.
struct PrefixTest {
  std::int64_t prefix_tokens = 0;
  std::int64_t suffix_tokens = 0;
  std::int64_t cold_rows = 0;  // fed for a request
  std::int64_t warm_rows = 0;
  std::vector<double> cold_seconds = {};  // TTFT of every repetition
  std::vector<double> warm_seconds = {};
  BenchSpread cold = {};  // seconds
  BenchSpread warm = {};
  double ratio = 0;                      // cold / warm, of geometric means
  std::optional<double> ratio_low = {};  // 95 % interval
  std::optional<double> ratio_high = {};
};

// Lengths of a task's requests, in tokens.
struct WorkloadLengths {
  std::string task;
  std::int64_t requests = 0;  // of the task; replayed ones are drawn from them
  struct Bin {
    std::int64_t low = 0;   // inclusive
    std::int64_t high = 0;  // exclusive: twice low
    std::int64_t prompts = 0;
    std::int64_t outputs = 0;
  };
  std::vector<Bin> bins = {};  // powers of two, from the first that holds anything to the last
  double mean_prompt = 0;
  double mean_output = 0;
};

// What the machine is and was at the time. Absent or "": not readable here.
struct MachineFacts {
  std::string governor;                  // "performance"
  std::optional<double> clock_mhz = {};  // mean over the cores, before the tests
  std::optional<double> clock_after_mhz = {};
  std::optional<double> max_clock_mhz = {};
  std::optional<double> temperature_c = {};  // the hottest sensor, before the tests
  std::optional<double> temperature_after_c = {};
  std::optional<double> load = {};  // average of the last minute, before the tests
};

// What the device that computes says of itself beside that (kernels/energy_meter.h), before the
// tests and after them.
struct DeviceFacts {
  std::string source;  // "NVML, driver 580.65.06"
  bool reads_energy = false;
  std::optional<double> watts = {};
  std::optional<double> watts_after = {};
  std::optional<double> temperature_c = {};
  std::optional<double> temperature_after_c = {};
  std::optional<double> sm_clock_mhz = {};  // of the streaming multiprocessors
  std::optional<double> sm_clock_after_mhz = {};
  std::optional<double> memory_clock_mhz = {};
};

struct BenchCeilings {
  double read_bytes_per_second = 0;
  double copy_bytes_per_second = 0;  // counting bytes read and bytes written
  double f32_flops_per_second = 0;   // 0 on a device that has no such product
  double bf16_flops_per_second = 0;  // f16 runs at the same rate
};

struct BenchReport {
  std::string version;  // of mistral-eval
  std::string label;    // what the user calls this build, for instance its commit
  std::vector<std::string> command = {};
  std::string started_at;  // ISO 8601, UTC
  double seconds = 0;
  std::string model;  // "random:mistral-7b-v0.1,layers=4,seed=1234"
  std::string dtype;
  std::int64_t num_parameters = 0;
  std::int64_t weight_bytes = 0;
  std::int64_t batch_tokens = 0;  // rows of a forward pass, at most
  HostInfo host = {};
  MachineFacts machine = {};
  std::optional<DeviceFacts> device = {};  // absent: it has no meter that can be read
  BenchCeilings ceilings = {};
  std::int64_t peak_memory_bytes = 0;  // of the process; 0 where the system does not say
  std::optional<double> price_per_hour = {};
  std::vector<ThroughputTest> throughput = {};
  std::vector<ServingTest> serving = {};
  std::vector<RateSearch> searches = {};
  std::vector<PrefixTest> prefixes = {};
  std::vector<WorkloadLengths> workloads = {};
};

// price_per_hour / 3600 / tokens_per_second * 10^6; nothing without a price or a rate.
std::optional<double> PricePerMillionTokens(std::optional<double> price_per_hour,
                                            double tokens_per_second);

}  // namespace meval

#endif  // MEVAL_REPORTS_BENCH_RECORD_H_
