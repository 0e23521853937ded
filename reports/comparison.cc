#include "reports/comparison.h"

#include <algorithm>

namespace meval {

const char* Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kIdentical:
      return "identical";
    case Verdict::kEquivalent:
      return "equivalent";
    case Verdict::kImproved:
      return "improved";
    case Verdict::kRegressed:
      return "regressed";
    case Verdict::kInconclusive:
      return "inconclusive";
  }
  return "?";
}

bool HasVerdict(const Comparison& comparison, Verdict verdict) {
  return std::any_of(
      comparison.tasks.begin(), comparison.tasks.end(), [&](const TaskComparison& task) {
        return std::any_of(task.pairs.begin(), task.pairs.end(),
                           [&](const PairComparison& pair) { return pair.verdict == verdict; });
      });
}

}  // namespace meval
