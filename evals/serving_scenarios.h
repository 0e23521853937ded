#ifndef MEVAL_EVALS_SERVING_SCENARIOS_H_
#define MEVAL_EVALS_SERVING_SCENARIOS_H_

// The scenarios of MLPerf Inference (Reddi et al. 2020, section III-B) over an engine that batches
// continuously: who sends the next request when. No clock and no engine of its own.
//
//   single stream  the next request when the one before is answered
//   multi stream   the next `size` requests, together a query, when all of the query before are
//   offline        all at once
//   server         at the times of a schedule, whatever the engine does

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "evals/serving_engine.h"
#include "metrics/latency.h"

namespace meval {

// Times are seconds since the scenario began. Once `stop` is requested they return
// after the step that runs, with the requests that are finished; others stay in the engine.
std::vector<RequestTimes> RunQueries(ServingEngine& engine, BenchClock& clock,
                                     std::span<const RequestShape> shapes, std::int64_t size,
                                     std::stop_token stop = {});
// `arrivals`, ascending, one for each shape: std::invalid_argument otherwise.
std::vector<RequestTimes> RunSchedule(ServingEngine& engine, BenchClock& clock,
                                      std::span<const RequestShape> shapes,
                                      std::span<const double> arrivals, std::stop_token stop = {});
// A schedule on which all arrive at 0.
std::vector<RequestTimes> RunOffline(ServingEngine& engine, BenchClock& clock,
                                     std::span<const RequestShape> shapes,
                                     std::stop_token stop = {});

// The end-to-end latency of each query of `size` requests: of its last one to finish.
std::vector<double> QueryLatencies(std::span<const RequestTimes> requests, std::int64_t size);

// From the first schedule time to the last token: what throughput is divided by.
double Duration(std::span<const RequestTimes> requests);

struct RateProbe {
  double rate = 0;
  double kept_share = 0;
  bool meets = false;
};

struct RateSearchOptions {
  double first_rate = 1;    // requests a second; > 0
  double share = 0.99;      // of requests that must keep the limits
  double tolerance = 0.05;  // of the answer, relative
  int max_probes = 40;
};

struct FoundRate {
  std::vector<RateProbe> probes;
  std::optional<double> rate;  // the highest that met; nothing if none did
};

// Doubles or halves the rate from first_rate until one meets and one twice as high does not, then
// halves the interval (in logarithms) until it is narrower than the tolerance. `kept_share` runs a
// rate and says what share of its requests kept the limits. Rates that meet are taken to lie below
// those that do not.
FoundRate FindHighestRate(const std::function<double(double rate)>& kept_share,
                          const RateSearchOptions& options);

}  // namespace meval

#endif  // MEVAL_EVALS_SERVING_SCENARIOS_H_
