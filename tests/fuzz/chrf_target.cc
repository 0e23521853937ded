#include <cmath>

#include "metrics/chrf.h"
#include "metrics/metric_error.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

constexpr double kRounding = 1e-9;

void CheckScore(double score) {
  fuzz::Require(std::isfinite(score), "a score is finite");
  fuzz::Require(score >= 0 && score <= 100 + kRounding, "a score is in 0..100");
}

// A corpus of two segments from: options, two hypotheses, references that both share.
MEVAL_FUZZ_TARGET(chrf) {
  ChrfOptions options;
  options.char_order = static_cast<int>(input.Below(8));
  options.word_order = static_cast<int>(input.Below(4));
  options.beta = static_cast<int>(input.Below(4));
  options.lowercase = input.Flag();
  options.whitespace = input.Flag();
  options.eps_smoothing = input.Flag();
  const std::vector<std::string> hypotheses = {input.Text(), input.Text()};
  const std::vector<std::string> references = input.Texts();
  try {
    CheckScore(SentenceChrf(hypotheses[0], references, options));
    ChrfStatistics sums = CountChrf(hypotheses[0], references, options);
    sums += CountChrf(hypotheses[1], references, options);
    for (const ChrfCounts& counts : sums.orders) {
      fuzz::Require(counts.matches <= counts.hypothesis && counts.matches <= counts.reference,
                    "no more n-grams match than either side has");
    }
    const std::vector<ChrfReferences> both = {references, references};
    const double corpus = CorpusChrf(hypotheses, both, options);
    CheckScore(corpus);
    fuzz::Require(ScoreChrf(sums, options) == corpus, "a corpus is the sum of its segments");

    const std::vector<std::string> itself = {hypotheses[0]};
    const double identity = SentenceChrf(hypotheses[0], itself, options);
    const bool has_ngrams = CountChrf(hypotheses[0], itself, options).orders[0].matches > 0;
    fuzz::Require(options.eps_smoothing || !has_ngrams || std::abs(identity - 100) < kRounding,
                  "a text against itself scores 100");
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
