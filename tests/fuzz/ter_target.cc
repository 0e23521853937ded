#include <cmath>

#include "metrics/metric_error.h"
#include "metrics/ter.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

void CheckScore(double score) {
  fuzz::Require(std::isfinite(score) && score >= 0, "a score is a number from 0 on");
}

// A corpus of two segments from: options, two hypotheses, references that both share.
MEVAL_FUZZ_TARGET(ter) {
  TerOptions options;
  options.normalized = input.Flag();
  options.no_punct = input.Flag();
  options.asian_support = input.Flag();
  options.case_sensitive = input.Flag();
  const std::vector<std::string> hypotheses = {input.Text(), input.Text()};
  const std::vector<std::string> references = input.Texts();
  try {
    CheckScore(SentenceTer(hypotheses[0], references, options));
    const std::vector<TerReferences> both = {references, references};
    const double corpus = CorpusTer(hypotheses, both, options);
    CheckScore(corpus);
    TerStatistics sums = CountTer(hypotheses[0], references, options);
    sums += CountTer(hypotheses[1], references, options);
    fuzz::Require(ScoreTer(sums) == corpus, "a corpus is the sum of its segments");

    const std::vector<std::string> itself = {hypotheses[0]};
    const TerStatistics identity = CountTer(hypotheses[0], itself, options);
    // References pass the tokenizer twice, which changes a few.
    fuzz::Require(options.normalized || identity.edits == 0, "a text needs no edit to be itself");
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
