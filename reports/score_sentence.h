#ifndef MEVAL_REPORTS_SCORE_SENTENCE_H_
#define MEVAL_REPORTS_SCORE_SENTENCE_H_

#include <string>

#include "reports/result.h"

namespace meval {

// A score where there is no table: "62.50 % (95 % interval 56.38 – 68.63, n = 240)", "13.5625 ppl
// (n = 62)".
std::string ScoreSentence(const MetricValue& metric);

}  // namespace meval

#endif  // MEVAL_REPORTS_SCORE_SENTENCE_H_
