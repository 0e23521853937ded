#include "tests/metrics/golden.h"

#include <fstream>
#include <limits>

#include <nlohmann/json.hpp>

namespace meval::testing {

struct GoldenRow::Json {
  nlohmann::json value;

  const nlohmann::json& At(const std::string& pointer) const {
    return value.at(nlohmann::json::json_pointer(pointer));
  }
};

namespace {

double AsNumber(const nlohmann::json& value) {
  if (!value.is_string()) {
    return value.get<double>();
  }
  const auto text = value.get<std::string>();
  if (text == "nan") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double infinity = std::numeric_limits<double>::infinity();
  return text == "-inf" ? -infinity : infinity;
}

}  // namespace

GoldenRow::GoldenRow(const std::string& line)
    : json_(std::make_shared<Json>(Json{nlohmann::json::parse(line)})) {}

std::string GoldenRow::Id() const {
  return json_->value.contains("id") ? Text("/id") : json_->value.dump();
}
bool GoldenRow::Has(const std::string& pointer) const {
  const nlohmann::json::json_pointer path(pointer);
  return json_->value.contains(path) && !json_->value.at(path).is_null();
}
bool GoldenRow::IsList(const std::string& pointer) const { return json_->At(pointer).is_array(); }
bool GoldenRow::IsText(const std::string& pointer) const { return json_->At(pointer).is_string(); }
bool GoldenRow::Flag(const std::string& pointer) const { return json_->At(pointer).get<bool>(); }
std::int64_t GoldenRow::Int(const std::string& pointer) const {
  return json_->At(pointer).get<std::int64_t>();
}
double GoldenRow::Number(const std::string& pointer) const { return AsNumber(json_->At(pointer)); }
std::string GoldenRow::Text(const std::string& pointer) const {
  return json_->At(pointer).get<std::string>();
}
std::size_t GoldenRow::Size(const std::string& pointer) const { return json_->At(pointer).size(); }
std::vector<std::string> GoldenRow::Keys(const std::string& pointer) const {
  std::vector<std::string> keys;
  for (const auto& item : json_->At(pointer).items()) {
    keys.push_back(item.key());
  }
  return keys;
}
std::vector<bool> GoldenRow::Flags(const std::string& pointer) const {
  return json_->At(pointer).get<std::vector<bool>>();
}
std::vector<std::int64_t> GoldenRow::Ints(const std::string& pointer) const {
  return json_->At(pointer).get<std::vector<std::int64_t>>();
}
std::vector<double> GoldenRow::Numbers(const std::string& pointer) const {
  std::vector<double> numbers;
  for (const auto& value : json_->At(pointer)) {
    numbers.push_back(AsNumber(value));
  }
  return numbers;
}
std::vector<std::string> GoldenRow::Texts(const std::string& pointer) const {
  return json_->At(pointer).get<std::vector<std::string>>();
}
std::vector<std::vector<std::string>> GoldenRow::TextLists(const std::string& pointer) const {
  return json_->At(pointer).get<std::vector<std::vector<std::string>>>();
}

std::vector<GoldenRow> LoadRows(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<GoldenRow> rows;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) {
      rows.emplace_back(line);
    }
  }
  return rows;
}

std::vector<GoldenRow> LoadGolden(const std::string& file, std::size_t expected_rows) {
  const std::string path = std::string(MEVAL_SOURCE_DIR) + "/tests/golden/" + file;
  std::vector<GoldenRow> rows = LoadRows(path);
  EXPECT_EQ(rows.size(), expected_rows) << path;
  return rows;
}

}  // namespace meval::testing
