#include "metrics/pairs/parameters.h"

#include <charconv>

#include "metrics/metric_error.h"

namespace meval::pairs {

std::optional<std::string> ParameterReader::Find(const std::string& name) {
  known_.insert(name);
  const auto found = parameters_.find(name);
  return found == parameters_.end() ? std::nullopt : std::optional(found->second);
}

std::string ParameterReader::Text(const std::string& name, const std::string& otherwise) {
  return Find(name).value_or(otherwise);
}

bool ParameterReader::YesNo(const std::string& name, bool otherwise) {
  const std::optional<std::string> value = Find(name);
  if (!value) return otherwise;
  if (*value == "yes") return true;
  if (*value == "no") return false;
  throw MetricError(metric_, name, "expected yes or no, found \"" + *value + "\"");
}

int ParameterReader::Int(const std::string& name, int otherwise, int least) {
  const std::optional<std::string> value = Find(name);
  if (!value) return otherwise;
  int number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc() || end != value->data() + value->size() || number < least) {
    throw MetricError(
        metric_, name,
        "expected a whole number >= " + std::to_string(least) + ", found \"" + *value + "\"");
  }
  return number;
}

std::optional<double> ParameterReader::Number(const std::string& name) {
  const std::optional<std::string> value = Find(name);
  if (!value) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc() || end != value->data() + value->size() || !(number >= 0)) {
    throw MetricError(metric_, name, "expected a number >= 0, found \"" + *value + "\"");
  }
  return number;
}

void ParameterReader::Finish() const {
  for (const auto& [name, value] : parameters_) {
    if (known_.contains(name)) continue;
    std::string accepted;
    for (const std::string& known : known_) {
      accepted += (accepted.empty() ? "" : ", ") + known;
    }
    throw MetricError(metric_, name,
                      "unknown parameter: expected " +
                          (accepted.empty() ? "none, this metric has no parameters" : accepted));
  }
}

std::string YesOrNo(bool value) { return value ? "yes" : "no"; }

}  // namespace meval::pairs
