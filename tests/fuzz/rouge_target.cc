#include "metrics/metric_error.h"
#include "metrics/porter_stemmer.h"
#include "metrics/rouge.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

void CheckTokens(const std::string& text) {
  for (const std::string& token : RougeTokenize(text, false)) {
    const std::string stem = PorterStem(token);
    fuzz::Require(!stem.empty() && stem.size() <= token.size(), "a stem is a shorter word");
  }
}

// From: whether to stem, a prediction, targets.
MEVAL_FUZZ_TARGET(rouge) {
  const bool use_stemmer = input.Flag();
  const std::string prediction = input.Text();
  const std::vector<std::string> targets = input.Texts();
  try {
    PorterStem(prediction);
    CheckTokens(prediction);
    const Rouge rouge({"rouge1", "rouge2", "rouge9", "rougeL", "rougeLsum"}, use_stemmer);
    const std::vector<RougeScore> best = rouge.ScoreMulti(targets, prediction);
    const std::vector<RougeScore> first = rouge.Score(targets[0], prediction);
    const std::vector<RougeScore> reversed = rouge.Score(prediction, targets[0]);
    for (std::size_t i = 0; i < best.size(); ++i) {
      for (const double value : {best[i].precision, best[i].recall, best[i].fmeasure}) {
        fuzz::Require(value >= 0 && value <= 1, "a score is in 0..1");
      }
      fuzz::Require(best[i].fmeasure >= first[i].fmeasure,
                    "the best target is no worse than another");
      // The union over target lines makes rougeLsum the one that has a direction.
      fuzz::Require(rouge.types()[i] == "rougeLsum" || first[i].precision == reversed[i].recall,
                    "precision one way is recall the other way");
    }
    const std::vector<RougeScore> itself = rouge.Score(prediction, prediction);
    const bool has_tokens = !RougeTokenize(prediction, use_stemmer).empty();
    fuzz::Require(!has_tokens || (itself[0].fmeasure == 1 && itself[3].fmeasure == 1),
                  "a text against itself scores 1");
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
