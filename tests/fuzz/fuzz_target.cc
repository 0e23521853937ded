#include "tests/fuzz/fuzz_target.h"

#include <algorithm>

namespace meval::fuzz {
namespace {

constexpr char kSeparator = '\xFF';

}  // namespace

void Require(bool holds, const std::string& what) {
  if (!holds) {
    throw Failure{what};
  }
}

std::string Input::Text() {
  const std::size_t end = std::min(rest_.find(kSeparator), rest_.size());
  std::string text(rest_.substr(0, end));
  is_at_end_ = end == rest_.size();
  rest_.remove_prefix(is_at_end_ ? end : end + 1);
  return text;
}

std::vector<std::string> Input::Texts() {
  std::vector<std::string> texts;
  while (!rest_.empty() || (!is_at_end_ && !texts.empty())) {
    texts.push_back(Text());
  }
  return texts;
}

std::string Input::Bytes() {
  std::string bytes(rest_);
  rest_ = {};
  is_at_end_ = true;
  return bytes;
}

std::size_t Input::Below(std::size_t n) {
  if (rest_.empty()) {
    return 0;
  }
  const std::size_t value = static_cast<unsigned char>(rest_[0]);
  rest_.remove_prefix(1);
  return (value + 256 * n - '0') % n;
}

std::vector<Target>& Targets() {
  static std::vector<Target> targets;
  return targets;
}

}  // namespace meval::fuzz
