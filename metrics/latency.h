#ifndef MEVAL_METRICS_LATENCY_H_
#define MEVAL_METRICS_LATENCY_H_

// How long requests to a language model took, as its client sees it. Definitions are those of
// vLLM's serving benchmark (vllm/benchmarks/serve.py), so that figures can be set side by side.
//
//                 scheduled      t_1      t_2  ...  t_n
//   request           |-----------|--------|---------|
//                       TTFT         ITL      ITL          E2EL = t_n - scheduled
//
//   TTFT  time to first token      t_1 - scheduled
//   TPOT  time per output token    (t_n - t_1) / (n - 1), for n >= 2
//   ITL   inter-token latency      t_i - t_(i-1) for i = 2 .. n, each a value of its own
//   E2EL  end-to-end latency       t_n - scheduled
//
// Time counts from when a request was to arrive, not from when a busy system took notice of it:
// else a system that stops to listen would look fast ("coordinated omission", Tene 2013).

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace meval {

// Seconds since the start of a run.
struct RequestTimes {
  double scheduled = 0;                  // when it was to arrive
  double issued = 0;                     // when the system took it; >= scheduled
  std::int64_t prompt_tokens = 0;        //
  std::vector<double> token_times = {};  // of each output token, ascending; none: not finished
};

// std::invalid_argument for a request without a token, as below.
double TimeToFirstToken(const RequestTimes& request);
double EndToEndLatency(const RequestTimes& request);
// Nothing for a request of one token.
std::optional<double> TimePerOutputToken(const RequestTimes& request);

// Every value of many requests, in their order.
struct Latencies {
  std::vector<double> ttft = {};
  std::vector<double> tpot = {};
  std::vector<double> itl = {};
  std::vector<double> e2el = {};
};
Latencies CollectLatencies(std::span<const RequestTimes> requests);

// The percentiles that are reported.
inline constexpr double kReportedPercentiles[] = {50, 90, 95, 99, 99.9};

// The smallest sample from which a percentile is quoted: with n values, the largest is above the
// true percentile p with probability 1 - (p / 100)^n, and that is to be 95 % at least. 5 values for
// p50, 29 for p90, 59 for p95, 299 for p99, 2995 for p99.9. std::invalid_argument unless
// 0 < percent < 100.
std::int64_t SmallestSample(double percent);

struct PercentileValue {
  double percent = 0;
  std::optional<double> value = {};  // nothing: the sample is smaller than SmallestSample(percent)
};

// Of one kind of latency.
struct LatencySummary {
  std::int64_t n = 0;
  double mean = 0;    // 0 for n = 0, as below
  double stddev = 0;  // of the population, as numpy's std
  double median = 0;  // numpy's: linear between neighbours
  double min = 0;
  double max = 0;
  std::vector<PercentileValue> percentiles = {};  // of kReportedPercentiles, likewise
};
LatencySummary SummarizeLatency(std::span<const double> values);

// What a request must keep to be worth its while (DistServe: Zhong et al. 2024, arXiv:2401.09670).
struct LatencyLimits {
  std::optional<double> ttft = {};  // seconds, as below; a request keeps a limit it is equal to
  std::optional<double> tpot = {};  // requests of one token keep it
  std::optional<double> e2el = {};

  bool any() const { return ttft || tpot || e2el; }
};
bool Keeps(const RequestTimes& request, const LatencyLimits& limits);
// Requests that keep all limits; those without a token do not.
std::int64_t CountKept(std::span<const RequestTimes> requests, const LatencyLimits& limits);

}  // namespace meval

#endif  // MEVAL_METRICS_LATENCY_H_
