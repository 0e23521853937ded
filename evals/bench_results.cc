#include "evals/bench_results.h"

#include <algorithm>
#include <bit>
#include <map>

#include <fmt/format.h>

#include "evals/serving_scenarios.h"
#include "metrics/early_stopping.h"
#include "metrics/repeated_measurement.h"
#include "reports/summary.h"

namespace meval {
namespace {

// The percentile at which MLPerf judges a scenario.
double JudgedPercent(const std::string& scenario) {
  return scenario == "server" || scenario == "multi-stream" ? 99 : 90;
}

std::string CountVerdict(const ScenarioValidity& validity) {
  const std::string counts =
      fmt::format("{} of {} queries", Grouped(validity.queries), Grouped(validity.min_queries));
  return validity.is_valid ? "valid: " + counts
                           : "too few queries: " + counts + ", and no early stopping here";
}

// Offline: one query of many samples, whose number alone counts.
void JudgeOffline(ScenarioValidity& validity) {
  validity.is_valid = validity.queries >= validity.min_queries;
  validity.verdict = CountVerdict(validity);
}

std::string TooFewQueries(const ScenarioValidity& validity) {
  return fmt::format("too few queries: {}, and early stopping at p{:g} needs {}",
                     Grouped(validity.queries), validity.percent,
                     Grouped(QueriesForOverlatency(0, validity.percent / 100)));
}

// A stream is quoted by its percentile: all queries, or an upper bound from fewer.
void JudgeStream(std::vector<double> latencies, ScenarioValidity& validity) {
  std::sort(latencies.begin(), latencies.end());
  const double p = validity.percent / 100;
  validity.estimate = EarlyStoppingEstimate(latencies, p);
  validity.is_valid = validity.estimate.has_value();
  if (validity.is_valid) {
    validity.verdict =
        fmt::format("valid by early stopping: p{:g} of {} queries is at most {:.4g} s",
                    validity.percent, Grouped(validity.queries), *validity.estimate);
  } else {
    validity.verdict = TooFewQueries(validity);
  }
}

// A server keeps its limits or does not.
void JudgeServer(std::int64_t kept, ScenarioValidity& validity) {
  const double p = validity.percent / 100;
  validity.late = validity.queries - kept;
  validity.late_allowed = AllowedOverlatency(validity.queries, p);
  if (!validity.late_allowed) {
    validity.verdict = TooFewQueries(validity);
    return;
  }
  validity.is_valid = *validity.late <= *validity.late_allowed;
  validity.verdict =
      fmt::format("{}: {} of {} queries over the limits, {} allowed at p{:g}",
                  validity.is_valid ? "valid" : "invalid", Grouped(*validity.late),
                  Grouped(validity.queries), Grouped(*validity.late_allowed), validity.percent);
}

void Judge(std::span<const RequestTimes> requests, ServingTest& test) {
  ScenarioValidity& validity = test.validity;
  validity.percent = JudgedPercent(test.name);
  validity.min_queries = QueriesForMargin(validity.percent / 100);
  const std::int64_t size = test.name == "multi-stream" ? test.queries_at_once : 1;
  std::vector<double> latencies = QueryLatencies(requests, size);
  validity.queries = static_cast<std::int64_t>(latencies.size());
  if (test.name == "offline") {
    JudgeOffline(validity);
  } else if (test.name != "server") {
    JudgeStream(std::move(latencies), validity);
  } else if (test.kept) {
    JudgeServer(*test.kept, validity);
  } else {
    validity.verdict = "not judged: no limits (--ttft-limit, --tpot-limit, --e2e-limit)";
  }
}

}  // namespace

LatencyLimits ToLimits(const BenchLimits& limits) {
  return {.ttft = limits.ttft, .tpot = limits.tpot, .e2el = limits.e2el};
}

BenchSpread ToSpread(std::span<const double> values) {
  const MeasurementSummary summary = SummarizeMeasurements(values);
  BenchSpread spread;
  spread.median = summary.median;
  spread.mean = summary.mean;
  spread.stddev = summary.stddev;
  if (summary.interval) {
    spread.ci_low = summary.interval->low;
    spread.ci_high = summary.interval->high;
  }
  spread.min = summary.min;
  spread.max = summary.max;
  return spread;
}

BenchLatency ToLatency(std::span<const double> values) {
  const LatencySummary summary = SummarizeLatency(values);
  BenchLatency latency = {.n = summary.n,
                          .mean = summary.mean,
                          .stddev = summary.stddev,
                          .median = summary.median,
                          .min = summary.min,
                          .max = summary.max,
                          .percentiles = {}};
  for (const PercentileValue& one : summary.percentiles) {
    latency.percentiles.push_back({one.percent, one.value, SmallestSample(one.percent)});
  }
  return latency;
}

void Summarize(std::span<const RequestTimes> requests, ServingTest& test) {
  std::vector<double> arrival_errors;
  test.requests.clear();
  test.input_tokens = 0;
  test.output_tokens = 0;
  for (const RequestTimes& request : requests) {
    test.requests.push_back(
        {request.scheduled, request.issued, request.prompt_tokens, request.token_times});
    test.input_tokens += request.prompt_tokens;
    test.output_tokens += static_cast<std::int64_t>(request.token_times.size());
    arrival_errors.push_back(request.issued - request.scheduled);
  }
  const Latencies latencies = CollectLatencies(requests);
  test.ttft = ToLatency(latencies.ttft);
  test.tpot = ToLatency(latencies.tpot);
  test.itl = ToLatency(latencies.itl);
  test.e2el = ToLatency(latencies.e2el);
  test.arrival_error = ToLatency(arrival_errors);
  test.duration = Duration(requests);
  const double per_second = test.duration > 0 ? 1 / test.duration : 0;
  test.request_throughput = static_cast<double>(requests.size()) * per_second;
  test.output_throughput = static_cast<double>(test.output_tokens) * per_second;
  if (test.energy) test.energy->tokens = test.output_tokens;
  test.total_throughput = static_cast<double>(test.input_tokens + test.output_tokens) * per_second;
  if (const LatencyLimits limits = ToLimits(test.limits); limits.any()) {
    test.kept = CountKept(requests, limits);
    test.goodput = static_cast<double>(*test.kept) * per_second;
  }
  Judge(requests, test);
}

WorkloadLengths DescribeLengths(const std::string& task, std::span<const RequestShape> shapes) {
  WorkloadLengths lengths;
  lengths.task = task;
  lengths.requests = static_cast<std::int64_t>(shapes.size());
  std::map<int, WorkloadLengths::Bin> bins;
  const auto bin = [&](std::int64_t length) -> WorkloadLengths::Bin& {
    const auto magnitude = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(length))) - 1;
    WorkloadLengths::Bin& one = bins[magnitude];
    one.low = std::int64_t{1} << magnitude;
    one.high = 2 * one.low;
    return one;
  };
  double prompts = 0;
  double outputs = 0;
  for (const RequestShape& shape : shapes) {
    ++bin(shape.prompt_tokens).prompts;
    ++bin(shape.output_tokens).outputs;
    prompts += static_cast<double>(shape.prompt_tokens);
    outputs += static_cast<double>(shape.output_tokens);
  }
  if (!bins.empty()) {
    for (int i = bins.begin()->first; i <= bins.rbegin()->first; ++i) bin(std::int64_t{1} << i);
  }
  for (const auto& [magnitude, one] : bins) lengths.bins.push_back(one);
  if (!shapes.empty()) {
    lengths.mean_prompt = prompts / static_cast<double>(shapes.size());
    lengths.mean_output = outputs / static_cast<double>(shapes.size());
  }
  return lengths;
}

}  // namespace meval
