#ifndef MEVAL_ENGINE_STOP_MATCHER_H_
#define MEVAL_ENGINE_STOP_MATCHER_H_

// Finds stop strings in a text that grows: stop strings may begin and end anywhere, in the middle
// of a token too.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

class StopMatcher {
 public:
  // Throws std::invalid_argument if a stop string is empty: it would end every text at once.
  explicit StopMatcher(std::span<const std::string> stops);

  // Where the text is to be cut: the smallest position at which a stop string lies complete in
  // `text`. `text` begins with the text of the call before, which held none; only what is new is
  // searched.
  std::optional<std::size_t> Find(std::string_view text);

 private:
  std::vector<std::string> stops_;
  std::size_t searched_ = 0;  // bytes of text known to hold no complete stop string
};

}  // namespace meval

#endif  // MEVAL_ENGINE_STOP_MATCHER_H_
