#ifndef MEVAL_REPORTS_JSON_RECORD_JSON_H_
#define MEVAL_REPORTS_JSON_RECORD_JSON_H_

// Parts that several files of a run have in common, to and from JSON. Private to reports/.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/json/json_cursor.h"
#include "reports/json/strict_json.h"
#include "reports/result.h"

namespace meval {

template <typename T>
OrderedJson OrNull(const std::optional<T>& value) {
  return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

template <typename T, typename Convert>
OrderedJson ToArray(const std::vector<T>& items, Convert convert) {
  OrderedJson array = OrderedJson::array();
  for (const T& item : items) array.push_back(convert(item));
  return array;
}

template <typename T>
OrderedJson ToObject(const std::map<std::string, T>& items) {
  OrderedJson object = OrderedJson::object();
  for (const auto& [key, value] : items) object[key] = value;
  return object;
}

std::map<std::string, std::string> TextMap(const JsonCursor& object);
std::map<std::string, double> NumberMap(const JsonCursor& object);
std::optional<double> OptionalNumber(const JsonCursor& value);

// The elements of an array, each read by `read`.
template <typename Read>
auto List(const JsonCursor& array, Read read) {
  std::vector<decltype(read(array))> list;
  for (const JsonCursor& item : array.Items()) list.push_back(read(item));
  return list;
}

OrderedJson MetricJson(const MetricValue& metric);
MetricValue ReadMetric(const JsonCursor& record);

}  // namespace meval

#endif  // MEVAL_REPORTS_JSON_RECORD_JSON_H_
