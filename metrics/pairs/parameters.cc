#include "metrics/pairs/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "metrics/metric_error.h"

namespace meval::pairs {
namespace {

std::vector<std::string_view> Keys(const PairMetricEntry& entry) {
  std::vector<std::string_view> keys;
  for (const PairParameter& parameter : entry.parameters) keys.push_back(parameter.key);
  return keys;
}

// The whole of `text` as a number of type T.
template <typename T>
std::optional<T> ParseWhole(const std::string& text) {
  T number{};
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

Parameters::Parameters(const PairMetricEntry& entry, const PairMetricRequest& request)
    : metric_(entry.name) {
  for (const PairParameter& parameter : entry.parameters) given_.push_back({&parameter, {}});
  for (const auto& [key, value] : request.parameters) {
    const auto found = std::find_if(given_.begin(), given_.end(), [&key = key](const Given& given) {
      return given.parameter->key == key;
    });
    if (found == given_.end()) {
      throw MetricError(metric_, "",
                        "unknown parameter \"" + key + "\": expected " +
                            (given_.empty() ? "none" : "one of " + JoinNames(Keys(entry))));
    }
    const PairParameter& parameter = *found->parameter;
    if (!found->values.empty() && !parameter.is_list) Fail(key, "given twice: expected one value");
    const auto& words = parameter.words;
    if (!words.empty() && std::find(words.begin(), words.end(), value) == words.end()) {
      const std::vector<std::string_view> names(words.begin(), words.end());
      Fail(key, "\"" + value + "\": expected one of " + JoinNames(names));
    }
    found->values.push_back(value);
  }
  for (Given& given : given_) {
    if (given.values.empty() && !given.parameter->is_list) {
      given.values.push_back(given.parameter->fallback);
    }
  }
}

void Parameters::Fail(std::string_view key, const std::string& what) const {
  throw MetricError(metric_, "parameter " + std::string(key), what);
}

const Parameters::Given& Parameters::Find(std::string_view key) const {
  for (const Given& given : given_) {
    if (given.parameter->key == key) return given;
  }
  throw std::logic_error("metric " + metric_ + " has no parameter " + std::string(key));
}

const std::string& Parameters::Value(std::string_view key) const {
  return Find(key).values.front();
}

const std::vector<std::string>& Parameters::List(std::string_view key) const {
  return Find(key).values;
}

int Parameters::Integer(std::string_view key, int least) const {
  const auto number = ParseWhole<int>(Value(key));
  if (!number || *number < least) {
    Fail(key, "\"" + Value(key) + "\": expected a whole number >= " + std::to_string(least));
  }
  return *number;
}

std::optional<double> Parameters::Number(std::string_view key) const {
  if (Value(key).empty()) return std::nullopt;
  const auto number = ParseWhole<double>(Value(key));
  if (!number || !std::isfinite(*number)) {
    Fail(key, "\"" + Value(key) + "\": expected a number");
  }
  return number;
}

PairParameter FlagParameter(const std::string& key, bool fallback, const std::string& meaning) {
  return {.key = key,
          .fallback = fallback ? "yes" : "no",
          .meaning = meaning,
          .words = {"yes", "no", "true", "false"}};
}

}  // namespace meval::pairs
