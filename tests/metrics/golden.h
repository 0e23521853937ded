#ifndef MEVAL_TESTS_METRICS_GOLDEN_H_
#define MEVAL_TESTS_METRICS_GOLDEN_H_

// Rows of tests/golden/metrics/*.jsonl: inputs and the values public reference implementations give
// for them. Members are named by JSON pointer: row.Text("/input/response").

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace meval::testing {

class GoldenRow {
 public:
  explicit GoldenRow(const std::string& line);

  std::string Id() const;
  bool Has(const std::string& pointer) const;  // present and not null
  bool IsList(const std::string& pointer) const;
  bool IsText(const std::string& pointer) const;
  bool Flag(const std::string& pointer) const;
  std::int64_t Int(const std::string& pointer) const;
  double Number(const std::string& pointer) const;  // also from "nan", "inf", "-inf"
  std::string Text(const std::string& pointer) const;
  std::size_t Size(const std::string& pointer) const;               // of a list
  std::vector<std::string> Keys(const std::string& pointer) const;  // of an object
  std::vector<bool> Flags(const std::string& pointer) const;
  std::vector<std::int64_t> Ints(const std::string& pointer) const;
  std::vector<double> Numbers(const std::string& pointer) const;
  std::vector<std::string> Texts(const std::string& pointer) const;
  std::vector<std::vector<std::string>> TextLists(const std::string& pointer) const;

 private:
  struct Json;
  std::shared_ptr<const Json> json_;
};

// Every line of a JSONL file.
std::vector<GoldenRow> LoadRows(const std::string& path);

// Every row of tests/golden/<file>. Records a failure unless there are `expected_rows`.
std::vector<GoldenRow> LoadGolden(const std::string& file, std::size_t expected_rows);

// The goldens' tolerance for doubles: the last bits of log and exp.
inline bool IsClose(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) {
    return std::isnan(a) && std::isnan(b);
  }
  if (std::isinf(a) || std::isinf(b)) {
    return a == b;
  }
  return std::abs(a - b) <= 1e-12 * std::max({1.0, std::abs(a), std::abs(b)});
}

}  // namespace meval::testing

#define MEVAL_EXPECT_CLOSE(actual, expected) \
  EXPECT_PRED2(::meval::testing::IsClose, (actual), (expected))

#endif  // MEVAL_TESTS_METRICS_GOLDEN_H_
