#include "metrics/metric_error.h"

#include "metrics/unicode_text.h"

namespace meval {
namespace {

std::string Message(std::string_view metric, std::string_view where, std::string_view what) {
  std::string message(metric);
  message += ": ";
  if (!where.empty()) {
    message.append(where).append(": ");
  }
  return message.append(what);
}

}  // namespace

MetricError::MetricError(std::string_view metric, std::string_view where, std::string_view what)
    : std::runtime_error(Message(metric, where, what)) {}

void RequireUtf8(std::string_view metric, std::string_view where, std::string_view text) {
  if (const auto offset = FindInvalidUtf8(text)) {
    throw MetricError(metric, where,
                      "ill-formed UTF-8 at byte offset " + std::to_string(*offset) + " of " +
                          std::to_string(text.size()) + ": expected valid UTF-8 text");
  }
}

void RequireSameCount(std::string_view metric, std::size_t num_predictions,
                      std::size_t num_references) {
  if (num_predictions != num_references) {
    throw MetricError(metric, "",
                      std::to_string(num_predictions) + " predictions but " +
                          std::to_string(num_references) + " references: expected as many of both");
  }
  if (num_predictions == 0) {
    throw MetricError(metric, "", "no documents to score: expected at least one");
  }
}

std::string JoinNames(std::span<const std::string_view> names) {
  std::string joined;
  for (const std::string_view name : names) {
    joined.append(joined.empty() ? "" : ", ").append(name);
  }
  return joined;
}

}  // namespace meval
