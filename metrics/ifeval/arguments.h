#ifndef MEVAL_METRICS_IFEVAL_ARGUMENTS_H_
#define MEVAL_METRICS_IFEVAL_ARGUMENTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace meval::ifeval {

// The arguments of one instruction. Each getter throws MetricError, naming instruction and
// argument, where it is missing or of another type.
class Arguments {
 public:
  using Value = std::variant<std::int64_t, std::string, std::vector<std::string>>;

  Arguments(std::string kind, std::map<std::string, Value> values)
      : kind_(std::move(kind)), values_(std::move(values)) {}

  const std::string& kind() const { return kind_; }
  std::int64_t Integer(const std::string& name) const;  // >= 0
  const std::string& Text(const std::string& name) const;
  const std::vector<std::string>& Texts(const std::string& name) const;  // not empty
  // True for "at least", false for "less than"; another text is an error.
  bool IsAtLeast(const std::string& name) const;
  [[noreturn]] void Fail(const std::string& name, const std::string& expected) const;

 private:
  template <typename T>
  const T& Get(const std::string& name, const char* expected) const;

  std::string kind_;
  std::map<std::string, Value> values_;
};

// The instructions of a request. Throws MetricError.
std::vector<Arguments> ParseRequest(std::string_view json);

// Whether a text is JSON (RFC 8259).
bool IsJson(std::string_view text);

}  // namespace meval::ifeval

#endif  // MEVAL_METRICS_IFEVAL_ARGUMENTS_H_
