#include "metrics/numeric_match.h"

#include <algorithm>

#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllDigits(std::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

// "1,450,000" as "1450000"; nothing if the commas do not group by three.
std::optional<std::string> WithoutGrouping(std::string_view digits) {
  if (digits.find(',') == std::string_view::npos) {
    return AllDigits(digits) ? std::optional(std::string(digits)) : std::nullopt;
  }
  std::string plain;
  bool is_first = true;
  for (;;) {
    const std::size_t comma = digits.find(',');
    const std::string_view group = digits.substr(0, comma);
    const bool fits = is_first ? !group.empty() && group.size() <= 3 : group.size() == 3;
    if (!fits || !AllDigits(group)) {
      return std::nullopt;
    }
    plain += group;
    if (comma == std::string_view::npos) {
      return plain;
    }
    digits.remove_prefix(comma + 1);
    is_first = false;
  }
}

// Takes [+-] [$] [+-] off the front; whether the number is negative, or nothing for two signs.
std::optional<bool> TakeSign(std::string_view& text) {
  std::optional<bool> negative;
  const auto take = [&] {
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
      const bool is_second = negative.has_value();
      negative = text[0] == '-';
      text.remove_prefix(1);
      return !is_second;
    }
    return true;
  };
  if (!take()) {
    return std::nullopt;
  }
  if (text.starts_with('$')) {
    text.remove_prefix(1);
    if (!take()) {
      return std::nullopt;
    }
  }
  return negative.value_or(false);
}

}  // namespace

std::optional<std::string> CanonicalDecimal(std::string_view text) {
  RequireUtf8("numeric", "", text);
  text = Strip(text);
  const auto is_negative = TakeSign(text);
  if (!is_negative) {
    return std::nullopt;
  }
  if (text.ends_with('.') || text.ends_with(',')) {
    text.remove_suffix(1);
  }
  const std::size_t point = text.find('.');
  const auto whole = text.starts_with('.') ? std::optional(std::string("0"))
                                           : WithoutGrouping(text.substr(0, point));
  const bool has_fraction = point != std::string_view::npos;
  std::string_view fraction = has_fraction ? text.substr(point + 1) : "";
  if (!whole || whole->empty() || has_fraction == fraction.empty() || !AllDigits(fraction)) {
    return std::nullopt;
  }
  const std::size_t first_digit = std::min(whole->find_first_not_of('0'), whole->size());
  const std::string_view digits = std::string_view(*whole).substr(first_digit);
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  std::string canonical;
  if (*is_negative && digits.size() + fraction.size() > 0) {
    canonical.push_back('-');
  }
  canonical.append(digits.empty() ? "0" : digits);
  if (!fraction.empty()) {
    canonical.append(".").append(fraction);
  }
  return canonical;
}

bool NumericMatch(std::string_view prediction, std::string_view reference) {
  const auto predicted = CanonicalDecimal(prediction);
  return predicted.has_value() && predicted == CanonicalDecimal(reference);
}

}  // namespace meval
