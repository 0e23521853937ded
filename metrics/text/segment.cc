#include "metrics/text/segment.h"

#include <algorithm>

#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"

namespace meval::text {

namespace {

// "hypothesis", or "segment 3, reference 0".
std::string Place(std::optional<std::size_t> segment, const std::string& side) {
  return segment ? "segment " + std::to_string(*segment) + ", " + side : side;
}

}  // namespace

// Places are put into words only where something is wrong: this runs for every segment.
void RequireSegment(std::string_view metric, std::optional<std::size_t> segment,
                    std::string_view hypothesis, std::span<const std::string> references) {
  if (references.empty()) {
    throw MetricError(metric, segment ? "segment " + std::to_string(*segment) : "",
                      "no references: expected at least one");
  }
  if (FindInvalidUtf8(hypothesis)) {
    RequireUtf8(metric, Place(segment, "hypothesis"), hypothesis);
  }
  for (std::size_t r = 0; r < references.size(); ++r) {
    if (FindInvalidUtf8(references[r])) {
      RequireUtf8(metric, Place(segment, "reference " + std::to_string(r)), references[r]);
    }
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
