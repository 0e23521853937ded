#ifndef MEVAL_ENGINE_LOADING_JSON_FIELDS_H_
#define MEVAL_ENGINE_LOADING_JSON_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace meval {

// The fields of one JSON object, read with their types and ranges. A field of another type or
// outside its range is a ModelError that names file and key; a missing field and a null one are
// both nothing.
class JsonFields {
 public:
  // Borrows `object`; `source` names it in messages.
  JsonFields(const nlohmann::json& object, std::string source)
      : object_(object), source_(std::move(source)) {}

  bool Has(const std::string& key) const;     // present, perhaps null
  bool IsNull(const std::string& key) const;  // present and null
  const nlohmann::json& Raw(const std::string& key) const { return object_.at(key); }
  const std::string& source() const { return source_; }

  std::optional<std::int64_t> Integer(const std::string& key, std::int64_t min,
                                      std::int64_t max) const;
  std::int64_t RequiredInteger(const std::string& key, std::int64_t min, std::int64_t max) const;
  // min <= value <= max, finite.
  std::optional<double> Number(const std::string& key, double min, double max) const;
  std::optional<bool> Boolean(const std::string& key) const;
  std::optional<std::string> String(const std::string& key) const;
  // An integer or a list of integers, each in [min, max].
  std::optional<std::vector<std::int64_t>> Integers(const std::string& key, std::int64_t min,
                                                    std::int64_t max) const;

  // Throws if a key that is not in `known` looks like a misspelt one of those that are missing.
  void CheckSpelling(const std::vector<std::string>& known) const;

  // Throws `source: key "k": expected E, found <its value>; what_to_do`.
  [[noreturn]] void Refuse(const std::string& key, const std::string& expected,
                           const std::string& what_to_do) const;

 private:
  const nlohmann::json& object_;
  std::string source_;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_LOADING_JSON_FIELDS_H_
