#include "engine/stop_matcher.h"

#include "kernels/check.h"

namespace meval {

StopMatcher::StopMatcher(std::span<const std::string> stops) : stops_(stops.begin(), stops.end()) {
  for (const std::string& stop : stops_) {
    MEVAL_REQUIRE(!stop.empty(), "a stop string is empty");
  }
}

std::optional<std::size_t> StopMatcher::Find(std::string_view text) {
  std::optional<std::size_t> earliest;
  for (const std::string& stop : stops_) {
    // A new occurrence ends beyond what was searched, so it begins at most size - 1 bytes before.
    const std::size_t from = searched_ < stop.size() ? 0 : searched_ - (stop.size() - 1);
    const std::size_t position = text.find(stop, from);
    if (position != std::string_view::npos && (!earliest || position < *earliest)) {
      earliest = position;
    }
  }
  searched_ = text.size();
  return earliest;
}

}  // namespace meval
