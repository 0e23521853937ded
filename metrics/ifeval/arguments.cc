#include "metrics/ifeval/arguments.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "metrics/metric_error.h"

namespace meval::ifeval {
namespace {

using Json = nlohmann::json;

constexpr char kMetric[] = "ifeval";

[[noreturn]] void FailRequest(const std::string& what) {
  throw MetricError(kMetric, "request", what);
}

Arguments ParseArguments(const std::string& kind, const Json& json) {
  if (!json.is_object()) FailRequest("arguments of " + kind + ": expected an object");
  std::map<std::string, Arguments::Value> values;
  for (const auto& [name, value] : json.items()) {
    if (value.is_null()) continue;
    if (value.is_number_integer()) {
      values[name] = value.get<std::int64_t>();
    } else if (value.is_string()) {
      values[name] = value.get<std::string>();
    } else if (value.is_array()) {
      std::vector<std::string> texts;
      for (const Json& item : value) {
        if (!item.is_string()) FailRequest(kind + " " + name + ": expected a list of texts");
        texts.push_back(item.get<std::string>());
      }
      values[name] = std::move(texts);
    } else {
      FailRequest(kind + " " + name + ": expected an integer, a text or a list of texts");
    }
  }
  return {kind, std::move(values)};
}

}  // namespace

template <typename T>
const T& Arguments::Get(const std::string& name, const char* expected) const {
  const auto found = values_.find(name);
  if (found == values_.end()) Fail(name, std::string(expected) + ", found none");
  const T* value = std::get_if<T>(&found->second);
  if (value == nullptr) Fail(name, std::string(expected) + ", found another type");
  return *value;
}

std::int64_t Arguments::Integer(const std::string& name) const {
  const auto& value = Get<std::int64_t>(name, "an integer");
  if (value < 0) Fail(name, "an integer of at least 0, found " + std::to_string(value));
  return value;
}

const std::string& Arguments::Text(const std::string& name) const {
  return Get<std::string>(name, "a text");
}

const std::vector<std::string>& Arguments::Texts(const std::string& name) const {
  const auto& texts = Get<std::vector<std::string>>(name, "a list of texts");
  if (texts.empty()) Fail(name, "at least one text, found none");
  return texts;
}

bool Arguments::IsAtLeast(const std::string& name) const {
  const std::string& relation = Text(name);
  if (relation != "at least" && relation != "less than") {
    Fail(name, "\"at least\" or \"less than\", found \"" + relation + "\"");
  }
  return relation == "at least";
}

void Arguments::Fail(const std::string& name, const std::string& expected) const {
  throw MetricError(kMetric, kind_ + " " + name, "expected " + expected);
}

std::vector<Arguments> ParseRequest(std::string_view json) {
  const Json root = Json::parse(json, nullptr, false);
  if (!root.is_object()) FailRequest("expected a JSON object");
  const auto member = [&](const char* name, bool is_right_type) {
    if (!is_right_type) FailRequest(std::string(name) + " is missing or of another type");
  };
  member("instructions", root.contains("instructions") && root["instructions"].is_array());
  member("arguments", root.contains("arguments") && root["arguments"].is_array());
  const Json& kinds = root["instructions"];
  if (kinds.empty() || kinds.size() != root["arguments"].size()) {
    FailRequest("expected at least one instruction and arguments for each, found " +
                std::to_string(kinds.size()) + " and " + std::to_string(root["arguments"].size()));
  }
  std::vector<Arguments> instructions;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (!kinds[i].is_string()) FailRequest("expected instructions that are texts");
    instructions.push_back(ParseArguments(kinds[i].get<std::string>(), root["arguments"][i]));
  }
  return instructions;
}

bool IsJson(std::string_view text) {
  // The library would skip a byte order mark, which is no part of JSON.
  return !text.starts_with("\xEF\xBB\xBF") && Json::accept(text);
}

}  // namespace meval::ifeval
