#include "metrics/signature.h"

#include <algorithm>

namespace meval {
namespace {

bool NeedsEscape(char c) {
  return c == '|' || c == '%' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

Signature& Signature::Add(std::string_view key, std::string_view value) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  text_.append(key).append(":");
  for (const char c : value) {
    if (NeedsEscape(c)) {
      const auto byte = static_cast<unsigned char>(c);
      text_.append({'%', kDigits[byte / 16], kDigits[byte % 16]});
    } else {
      text_ += c;
    }
  }
  text_ += '|';
  return *this;
}

std::string Signature::Text() const { return text_ + "version:" + std::string(kMetricVersion); }

std::string ReferenceCount(std::span<const std::size_t> counts) {
  if (counts.empty()) return "0";
  const bool varies =
      std::any_of(counts.begin(), counts.end(), [&](std::size_t n) { return n != counts[0]; });
  return varies ? "var" : std::to_string(counts[0]);
}

}  // namespace meval
