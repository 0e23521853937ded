#include "reports/bench_record.h"

namespace meval {

double ThroughputTest::ShareOfCeiling() const {
  return tokens > 0 ? ceiling_seconds * rate.median / static_cast<double>(tokens) : 0;
}

std::optional<double> PricePerMillionTokens(std::optional<double> price_per_hour,
                                            double tokens_per_second) {
  if (!price_per_hour || !(tokens_per_second > 0)) return std::nullopt;
  return *price_per_hour / 3600 / tokens_per_second * 1e6;
}

}  // namespace meval
