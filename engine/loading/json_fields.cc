#include "engine/loading/json_fields.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "engine/error.h"
#include "engine/loading/json_file.h"
#include "engine/loading/nearest_name.h"

namespace meval {
namespace {

using nlohmann::json;

constexpr char kFixTheFile[] = "correct the file or fetch it again";

std::string Range(std::int64_t min, std::int64_t max) {
  return "an integer from " + std::to_string(min) + " to " + std::to_string(max);
}

std::optional<std::int64_t> AsInteger(const json& value, std::int64_t min, std::int64_t max) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (max < 0 || number > static_cast<std::uint64_t>(max)) return std::nullopt;
  } else if (!value.is_number_integer()) {
    return std::nullopt;
  }
  const auto number = value.get<std::int64_t>();
  if (number < min || number > max) return std::nullopt;
  return number;
}

}  // namespace

bool JsonFields::Has(const std::string& key) const { return object_.contains(key); }

bool JsonFields::IsNull(const std::string& key) const {
  return object_.contains(key) && object_.at(key).is_null();
}

void JsonFields::Refuse(const std::string& key, const std::string& expected,
                        const std::string& what_to_do) const {
  const std::string found = object_.contains(key) ? Shown(object_.at(key)) : "no such key";
  throw ModelError(source_ + ": key \"" + key + "\": expected " + expected + ", found " + found +
                   "; " + what_to_do);
}

std::optional<std::int64_t> JsonFields::Integer(const std::string& key, std::int64_t min,
                                                std::int64_t max) const {
  if (!Has(key) || IsNull(key)) return std::nullopt;
  const std::optional<std::int64_t> value = AsInteger(Raw(key), min, max);
  if (!value) Refuse(key, Range(min, max), kFixTheFile);
  return value;
}

std::int64_t JsonFields::RequiredInteger(const std::string& key, std::int64_t min,
                                         std::int64_t max) const {
  const std::optional<std::int64_t> value = Integer(key, min, max);
  if (!value) Refuse(key, Range(min, max) + " (there is no default for it)", kFixTheFile);
  return *value;
}

std::optional<double> JsonFields::Number(const std::string& key, double min, double max) const {
  if (!Has(key) || IsNull(key)) return std::nullopt;
  const double value = Raw(key).is_number() ? Raw(key).get<double>() : std::nan("");
  if (!(value >= min && value <= max)) {
    std::ostringstream range;
    range << "a number from " << min << " to " << max;
    Refuse(key, range.str(), kFixTheFile);
  }
  return value;
}

std::optional<bool> JsonFields::Boolean(const std::string& key) const {
  if (!Has(key) || IsNull(key)) return std::nullopt;
  if (!Raw(key).is_boolean()) Refuse(key, "true or false", kFixTheFile);
  return Raw(key).get<bool>();
}

std::optional<std::string> JsonFields::String(const std::string& key) const {
  if (!Has(key) || IsNull(key)) return std::nullopt;
  if (!Raw(key).is_string()) Refuse(key, "a string", kFixTheFile);
  return Raw(key).get<std::string>();
}

std::optional<std::vector<std::int64_t>> JsonFields::Integers(const std::string& key,
                                                              std::int64_t min,
                                                              std::int64_t max) const {
  if (!Has(key) || IsNull(key)) return std::nullopt;
  const json& value = Raw(key);
  const json list = value.is_array() ? value : json::array({value});
  std::vector<std::int64_t> numbers;
  for (const json& item : list) {
    const std::optional<std::int64_t> number = AsInteger(item, min, max);
    if (!number) Refuse(key, Range(min, max) + " or a list of such", kFixTheFile);
    numbers.push_back(*number);
  }
  return numbers;
}

void JsonFields::CheckSpelling(const std::vector<std::string>& known) const {
  std::vector<std::string> missing;
  for (const std::string& key : known) {
    if (!Has(key)) missing.push_back(key);
  }
  for (const auto& item : object_.items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    const std::string meant = NearestName(item.key(), missing, 2);
    if (!meant.empty() && item.key().size() > 4) {
      throw ModelError(source_ + ": key \"" + item.key() +
                       "\": expected a key that this program knows, found one nobody reads; did "
                       "you mean \"" +
                       meant + "\"? Rename or remove it");
    }
  }
}

}  // namespace meval
