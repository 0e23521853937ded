#ifndef MEVAL_METRICS_METRIC_ERROR_H_
#define MEVAL_METRICS_METRIC_ERROR_H_

// What a metric throws where it has no number to give. No partial number is given in its place.

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace meval {

// The message reads `METRIC: WHERE: WHAT`, and WHAT ends in what would be accepted:
// `bleu: segment 3: no references: expected at least one`.
class MetricError : public std::runtime_error {
 public:
  MetricError(std::string_view metric, std::string_view where, std::string_view what);
};

// Throws MetricError that names the byte offset of the first ill-formed sequence.
void RequireUtf8(std::string_view metric, std::string_view where, std::string_view text);

// Throws MetricError unless there is at least one of each, and as many of one as of the other.
void RequireSameCount(std::string_view metric, std::size_t num_predictions,
                      std::size_t num_references);

// `a, b, c`: the names an error offers instead of an unknown one.
std::string JoinNames(std::span<const std::string_view> names);

}  // namespace meval

#endif  // MEVAL_METRICS_METRIC_ERROR_H_
