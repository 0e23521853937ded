#include "evals/serving_scenarios.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace meval {
namespace {

// One run: what was issued, what has come back.
class ScenarioRun {
 public:
  ScenarioRun(ServingEngine& engine, BenchClock& clock, std::span<const RequestShape> shapes)
      : engine_(engine),
        clock_(clock),
        shapes_(shapes),
        begin_(clock.Now()),
        requests_(shapes.size()) {}

  double Now() { return clock_.Now() - begin_; }
  void WaitUntil(double time) { clock_.WaitUntil(begin_ + time); }
  std::size_t num_issued() const { return num_issued_; }

  void Issue(double scheduled) {
    const std::size_t next = num_issued_++;
    RequestTimes& request = requests_[next];
    request.prompt_tokens = shapes_[next].prompt_tokens;
    request.scheduled = scheduled;
    engine_.Add(static_cast<std::int64_t>(next), shapes_[next]);
    request.issued = std::max(Now(), scheduled);
  }

  void Step() {
    const std::span<const std::int64_t> served = engine_.Step();
    const double now = Now();
    for (const std::int64_t id : served) {
      requests_.at(static_cast<std::size_t>(id)).token_times.push_back(now);
    }
  }

  // Those that got all their tokens.
  std::vector<RequestTimes> Finished() && {
    std::vector<RequestTimes> finished;
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      const auto tokens = static_cast<std::int64_t>(requests_[i].token_times.size());
      if (tokens == shapes_[i].output_tokens) finished.push_back(std::move(requests_[i]));
    }
    return finished;
  }

 private:
  ServingEngine& engine_;
  BenchClock& clock_;
  std::span<const RequestShape> shapes_;
  double begin_;
  std::size_t num_issued_ = 0;
  std::vector<RequestTimes> requests_;
};

}  // namespace

std::vector<RequestTimes> RunQueries(ServingEngine& engine, BenchClock& clock,
                                     std::span<const RequestShape> shapes, std::int64_t size,
                                     std::stop_token stop) {
  if (size < 1) throw std::invalid_argument("a query of " + std::to_string(size) + " requests");
  ScenarioRun run(engine, clock, shapes);
  while (run.num_issued() < shapes.size() && !stop.stop_requested()) {
    const std::size_t end =
        std::min(run.num_issued() + static_cast<std::size_t>(size), shapes.size());
    const double now = run.Now();
    while (run.num_issued() < end) run.Issue(now);
    while (!engine.is_idle() && !stop.stop_requested()) run.Step();
  }
  return std::move(run).Finished();
}

std::vector<RequestTimes> RunSchedule(ServingEngine& engine, BenchClock& clock,
                                      std::span<const RequestShape> shapes,
                                      std::span<const double> arrivals, std::stop_token stop) {
  if (arrivals.size() != shapes.size() || !std::is_sorted(arrivals.begin(), arrivals.end())) {
    throw std::invalid_argument("expected " + std::to_string(shapes.size()) +
                                " ascending arrival times, found " +
                                std::to_string(arrivals.size()));
  }
  ScenarioRun run(engine, clock, shapes);
  while ((run.num_issued() < shapes.size() || !engine.is_idle()) && !stop.stop_requested()) {
    const double now = run.Now();
    while (run.num_issued() < shapes.size() && arrivals[run.num_issued()] <= now) {
      run.Issue(arrivals[run.num_issued()]);
    }
    if (engine.is_idle()) {
      run.WaitUntil(arrivals[run.num_issued()]);
    } else {
      run.Step();
    }
  }
  return std::move(run).Finished();
}

std::vector<RequestTimes> RunOffline(ServingEngine& engine, BenchClock& clock,
                                     std::span<const RequestShape> shapes, std::stop_token stop) {
  return RunSchedule(engine, clock, shapes, std::vector<double>(shapes.size(), 0.0),
                     std::move(stop));
}

std::vector<double> QueryLatencies(std::span<const RequestTimes> requests, std::int64_t size) {
  std::vector<double> latencies;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (i % static_cast<std::size_t>(size) == 0) latencies.push_back(0);
    latencies.back() = std::max(latencies.back(), EndToEndLatency(requests[i]));
  }
  return latencies;
}

double Duration(std::span<const RequestTimes> requests) {
  if (requests.empty()) return 0;
  double begin = requests.front().scheduled;
  double end = begin;
  for (const RequestTimes& request : requests) {
    begin = std::min(begin, request.scheduled);
    end = std::max(end, request.token_times.back());
  }
  return end - begin;
}

FoundRate FindHighestRate(const std::function<double(double rate)>& kept_share,
                          const RateSearchOptions& options) {
  FoundRate found;
  const auto meets = [&](double rate) {
    const double share = kept_share(rate);
    found.probes.push_back({rate, share, share >= options.share});
    if (found.probes.back().meets) found.rate = std::max(rate, found.rate.value_or(0));
    return found.probes.back().meets;
  };
  const auto may_go_on = [&] { return static_cast<int>(found.probes.size()) < options.max_probes; };
  double low = 0;
  double high = 0;  // 0: not known yet
  double rate = options.first_rate;
  while ((low == 0 || high == 0) && may_go_on()) {
    if (meets(rate)) {
      low = rate;
      rate *= 2;
    } else {
      high = rate;
      rate /= 2;
    }
  }
  while (low > 0 && high > low * (1 + options.tolerance) && may_go_on()) {
    const double middle = std::sqrt(low * high);
    (meets(middle) ? low : high) = middle;
  }
  return found;
}

}  // namespace meval
