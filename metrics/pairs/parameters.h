#ifndef MEVAL_METRICS_PAIRS_PARAMETERS_H_
#define MEVAL_METRICS_PAIRS_PARAMETERS_H_

// The parameters of one requested metric as typed values. All errors are MetricErrors
// `bleu: parameter tokenize: ...: expected ...`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/pair_metric.h"

namespace meval::pairs {

class Parameters {
 public:
  // Checks keys and words against the entry's.
  Parameters(const PairMetricEntry& entry, const PairMetricRequest& request);

  const std::string& Word(std::string_view key) const { return Value(key); }
  bool Flag(std::string_view key) const { return Value(key) == "yes" || Value(key) == "true"; }
  // At least `least`.
  int Integer(std::string_view key, int least) const;
  // A finite number; nothing where the value is "".
  std::optional<double> Number(std::string_view key) const;
  const std::vector<std::string>& List(std::string_view key) const;

 private:
  struct Given {
    const PairParameter* parameter;
    std::vector<std::string> values;
  };
  const Given& Find(std::string_view key) const;
  const std::string& Value(std::string_view key) const;
  [[noreturn]] void Fail(std::string_view key, const std::string& what) const;

  std::string metric_;
  std::vector<Given> given_;  // one for each parameter of the entry
};

// A parameter that is "yes" or "no"; "true" and "false" say the same.
PairParameter FlagParameter(const std::string& key, bool fallback, const std::string& meaning);

}  // namespace meval::pairs

#endif  // MEVAL_METRICS_PAIRS_PARAMETERS_H_
