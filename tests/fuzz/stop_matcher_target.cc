#include <algorithm>
#include <stdexcept>

#include "engine/stop_matcher.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

// Where the first of the stop strings to be complete begins to be so, by trying every end.
std::optional<std::size_t> FindByTrying(const std::vector<std::string>& stops,
                                        const std::string& text) {
  std::optional<std::size_t> first;
  for (const std::string& stop : stops) {
    const std::size_t found = text.find(stop);
    if (found != std::string::npos) {
      first = std::min(first.value_or(found), found);
    }
  }
  return first;
}

// From: how many bytes come at a time, a text, stop strings.
MEVAL_FUZZ_TARGET(stop_matcher) {
  const std::size_t step = 1 + input.Below(9);
  const std::string text = input.Text();
  const std::vector<std::string> stops = input.Texts();
  try {
    StopMatcher matcher(stops);
    for (std::size_t size = std::min(step, text.size());;
         size = std::min(size + step, text.size())) {
      const std::string seen = text.substr(0, size);
      const std::optional<std::size_t> cut = matcher.Find(seen);
      fuzz::Require(cut == FindByTrying(stops, seen), "a text is cut at its first stop string");
      if (cut || size == text.size()) {
        return;
      }
    }
  } catch (const std::invalid_argument&) {
    fuzz::Require(std::ranges::find(stops, "") != stops.end(),
                  "only empty stop strings are refused");
  }
}

}  // namespace
}  // namespace meval
