#include "reports/score_sentence.h"

#include "reports/summary.h"

namespace meval {

std::string ScoreSentence(const MetricValue& metric) {
  const bool is_percent = metric.unit == "fraction" || metric.unit == "percent";
  std::string text =
      ShownInUnit(metric.unit, metric.value) + " " + (is_percent ? "%" : metric.unit) + " (";
  if (metric.ci_low && metric.ci_high) {
    text += "95 % interval " + ShownInUnit(metric.unit, *metric.ci_low) + " \u2013 " +
            ShownInUnit(metric.unit, *metric.ci_high) + ", ";
  }
  return text + "n = " + std::to_string(metric.n) + ")";
}

}  // namespace meval
