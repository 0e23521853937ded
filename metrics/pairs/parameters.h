#ifndef MEVAL_METRICS_PAIRS_PARAMETERS_H_
#define MEVAL_METRICS_PAIRS_PARAMETERS_H_

// Reading a metric's parameters: each is asked for once, with its default, and Finish refuses what
// nobody asked for.

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "metrics/pair_metric.h"

namespace meval::pairs {

class ParameterReader {
 public:
  ParameterReader(std::string_view metric, const MetricParameters& parameters)
      : metric_(metric), parameters_(parameters) {}

  std::string Text(const std::string& name, const std::string& otherwise);
  bool YesNo(const std::string& name, bool otherwise);  // yes | no
  int Int(const std::string& name, int otherwise, int least);
  std::optional<double> Number(const std::string& name);  // >= 0

  // MetricError for a parameter that was not asked for, listing those that were.
  void Finish() const;

 private:
  std::optional<std::string> Find(const std::string& name);

  std::string metric_;
  const MetricParameters& parameters_;
  std::set<std::string> known_;
};

std::string YesOrNo(bool value);

}  // namespace meval::pairs

#endif  // MEVAL_METRICS_PAIRS_PARAMETERS_H_
