#include "reports/json/record_json.h"

namespace meval {

std::map<std::string, std::string> TextMap(const JsonCursor& object) {
  std::map<std::string, std::string> texts;
  for (const auto& [key, value] : object.Members()) texts[key] = value.Text();
  return texts;
}

std::map<std::string, double> NumberMap(const JsonCursor& object) {
  std::map<std::string, double> numbers;
  for (const auto& [key, value] : object.Members()) numbers[key] = value.Number();
  return numbers;
}

std::optional<double> OptionalNumber(const JsonCursor& value) {
  if (value.IsNull()) return std::nullopt;
  return value.Number();
}

OrderedJson MetricJson(const MetricValue& metric) {
  return {{"name", metric.name},
          {"value", metric.value},
          {"unit", metric.unit},
          {"standard_error", OrNull(metric.standard_error)},
          {"standard_error_method", metric.standard_error_method},
          {"ci_low", OrNull(metric.ci_low)},
          {"ci_high", OrNull(metric.ci_high)},
          {"ci_method", metric.ci_method},
          {"n", metric.n},
          {"higher_is_better", metric.higher_is_better},
          {"is_headline", metric.is_headline},
          {"is_detail", metric.is_detail},
          {"signature", metric.signature}};
}

MetricValue ReadMetric(const JsonCursor& record) {
  MetricValue metric;
  metric.name = record.At("name").Text();
  metric.value = record.At("value").Number();
  metric.unit = record.At("unit").Text();
  metric.standard_error = OptionalNumber(record.At("standard_error"));
  metric.standard_error_method = record.At("standard_error_method").Text();
  metric.ci_low = OptionalNumber(record.At("ci_low"));
  metric.ci_high = OptionalNumber(record.At("ci_high"));
  metric.ci_method = record.At("ci_method").Text();
  metric.n = record.At("n").Integer();
  metric.higher_is_better = record.At("higher_is_better").Boolean();
  metric.is_headline = record.At("is_headline").Boolean();
  metric.is_detail = record.At("is_detail").Boolean();
  metric.signature = record.At("signature").Text();
  return metric;
}

}  // namespace meval
