#include "metrics/latency.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "metrics/aggregate.h"
#include "metrics/early_stopping.h"
#include "metrics/percentile.h"

namespace meval {
namespace {

const std::vector<double>& Tokens(const RequestTimes& request) {
  if (request.token_times.empty()) {
    throw std::invalid_argument("latency of a request without a token: it is not finished");
  }
  return request.token_times;
}

}  // namespace

double TimeToFirstToken(const RequestTimes& request) {
  return Tokens(request).front() - request.scheduled;
}

double EndToEndLatency(const RequestTimes& request) {
  return Tokens(request).back() - request.scheduled;
}

std::optional<double> TimePerOutputToken(const RequestTimes& request) {
  const std::vector<double>& times = Tokens(request);
  if (times.size() < 2) return std::nullopt;
  return (times.back() - times.front()) / static_cast<double>(times.size() - 1);
}

Latencies CollectLatencies(std::span<const RequestTimes> requests) {
  Latencies all;
  for (const RequestTimes& request : requests) {
    all.ttft.push_back(TimeToFirstToken(request));
    all.e2el.push_back(EndToEndLatency(request));
    if (const auto tpot = TimePerOutputToken(request)) all.tpot.push_back(*tpot);
    for (std::size_t i = 1; i < request.token_times.size(); ++i) {
      all.itl.push_back(request.token_times[i] - request.token_times[i - 1]);
    }
  }
  return all;
}

std::int64_t SmallestSample(double percent) {
  constexpr double kConfidence = 0.95;
  return QueriesForOverlatency(0, percent / 100, kConfidence);
}

LatencySummary SummarizeLatency(std::span<const double> values) {
  LatencySummary summary;
  summary.n = static_cast<std::int64_t>(values.size());
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  if (!sorted.empty()) {
    summary.mean = Mean(values);
    summary.stddev = PopulationStddev(values);
    summary.median = Percentile(sorted, 50);
    summary.min = sorted.front();
    summary.max = sorted.back();
  }
  for (const double percent : kReportedPercentiles) {
    PercentileValue& one = summary.percentiles.emplace_back();
    one.percent = percent;
    if (summary.n >= SmallestSample(percent)) one.value = Percentile(sorted, percent);
  }
  return summary;
}

bool Keeps(const RequestTimes& request, const LatencyLimits& limits) {
  if (request.token_times.empty()) return false;
  if (limits.ttft && TimeToFirstToken(request) > *limits.ttft) return false;
  if (limits.e2el && EndToEndLatency(request) > *limits.e2el) return false;
  return !limits.tpot || TimePerOutputToken(request).value_or(0) <= *limits.tpot;
}

std::int64_t CountKept(std::span<const RequestTimes> requests, const LatencyLimits& limits) {
  return std::count_if(requests.begin(), requests.end(),
                       [&](const RequestTimes& request) { return Keeps(request, limits); });
}

}  // namespace meval
