#ifndef MEVAL_METRICS_IFEVAL_CHECKERS_H_
#define MEVAL_METRICS_IFEVAL_CHECKERS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/ifeval/arguments.h"

namespace meval::ifeval {

// One kind of instruction.
struct Checker {
  std::string_view kind;  // "punctuation:no_comma"
  // Whether a response, not all whitespace, follows it.
  bool (*follows)(const std::string& response, const Arguments& arguments);
};

// Of what a response says and how long it is, and of how it is laid out and written.
std::vector<Checker> ContentCheckers();
std::vector<Checker> FormCheckers();
// What "relation" asks of a count: at least so many, or fewer.
inline bool Compares(std::int64_t count, bool at_least, std::int64_t limit) {
  return at_least ? count >= limit : count < limit;
}
// Both.
std::span<const Checker> Checkers();
// Throws MetricError that lists the kinds there are.
const Checker& FindChecker(std::string_view kind);

}  // namespace meval::ifeval

#endif  // MEVAL_METRICS_IFEVAL_CHECKERS_H_
