#include "metrics/text/segment.h"

#include <algorithm>

#include "metrics/metric_error.h"

namespace meval::text {

void RequireSegment(std::string_view metric, std::optional<std::size_t> segment,
                    std::string_view hypothesis, std::span<const std::string> references) {
  const std::string where = segment ? "segment " + std::to_string(*segment) : "";
  if (references.empty()) {
    throw MetricError(metric, where, "no references: expected at least one");
  }
  const std::string prefix = segment ? where + ", " : "";
  RequireUtf8(metric, prefix + "hypothesis", hypothesis);
  for (std::size_t r = 0; r < references.size(); ++r) {
    RequireUtf8(metric, prefix + "reference " + std::to_string(r), references[r]);
  }
}

std::string NrefsField(std::string_view metric,
                       std::span<const std::vector<std::string>> references) {
  RequireSameCount(metric, references.size(), references.size());
  const bool varies = std::any_of(references.begin(), references.end(), [&](const auto& list) {
    return list.size() != references[0].size();
  });
  return "nrefs:" + (varies ? "var" : std::to_string(references[0].size()));
}

}  // namespace meval::text
