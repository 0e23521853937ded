#ifndef MEVAL_METRICS_TEXT_SEGMENT_H_
#define MEVAL_METRICS_TEXT_SEGMENT_H_

// What the corpus metrics (BLEU, chrF, TER) ask of their input: segments of one hypothesis and at
// least one reference.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meval::text {

// Throws MetricError for a segment without references, and for text that is not valid UTF-8.
// `segment` is its index in a corpus; nothing for a segment that stands alone.
void RequireSegment(std::string_view metric, std::optional<std::size_t> segment,
                    std::string_view hypothesis, std::span<const std::string> references);

// The first field of a signature: "nrefs:2", or "nrefs:var" where segments differ. MetricError
// without segments.
std::string NrefsField(std::string_view metric,
                       std::span<const std::vector<std::string>> references);

}  // namespace meval::text

#endif  // MEVAL_METRICS_TEXT_SEGMENT_H_
