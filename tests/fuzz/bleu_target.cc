#include <cmath>
#include <limits>

#include "metrics/bleu.h"
#include "metrics/metric_error.h"
#include "metrics/unicode_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

constexpr double kRounding = 1e-9;

BleuOptions ReadOptions(fuzz::Input& input) {
  BleuOptions options;
  options.tokenizer = static_cast<BleuTokenizer>(input.Below(5));
  options.smoothing = static_cast<BleuSmoothing>(input.Below(4));
  options.lowercase = input.Flag();
  options.effective_order = input.Flag();
  options.max_order = static_cast<int>(input.Below(6));
  if (input.Flag()) {
    options.smooth_value = static_cast<double>(input.Below(10)) - 1;
  }
  return options;
}

void CheckScore(const BleuScore& score, const BleuOptions& options) {
  // A floor above 1 counts more matches than there are n-grams.
  const bool is_bounded =
      options.smoothing != BleuSmoothing::kFloor || options.smooth_value.value_or(0) <= 1;
  const double limit = is_bounded ? 100 + kRounding : std::numeric_limits<double>::max();
  fuzz::Require(score.score >= 0 && score.score <= limit, "a score is in 0..100");
  fuzz::Require(score.brevity_penalty >= 0 && score.brevity_penalty <= 1,
                "the brevity penalty is in 0..1");
  for (std::size_t n = 0; n < score.counts.size(); ++n) {
    fuzz::Require(score.counts[n] <= score.totals[n], "no more n-grams match than there are");
    fuzz::Require(score.precisions[n] >= 0 && score.precisions[n] <= limit,
                  "a precision is in 0..100");
  }
}

// A corpus of two segments from: options, two hypotheses, references that both share.
MEVAL_FUZZ_TARGET(bleu) {
  const BleuOptions options = ReadOptions(input);
  const std::vector<std::string> hypotheses = {input.Text(), input.Text()};
  const std::vector<std::string> references = input.Texts();
  try {
    const std::string line = BleuTokenize(hypotheses[0], options.tokenizer);
    fuzz::Require(!FindInvalidUtf8(line), "a tokenized line is UTF-8");
    CheckScore(SentenceBleu(hypotheses[0], references, options), options);
    const std::vector<BleuReferences> both = {references, references};
    const BleuScore corpus = CorpusBleu(hypotheses, both, options);
    CheckScore(corpus, options);
    BleuStatistics sums = CountBleu(hypotheses[0], references, options);
    sums += CountBleu(hypotheses[1], references, options);
    fuzz::Require(ScoreBleu(sums, options).score == corpus.score,
                  "a corpus is the sum of its segments");
    const std::vector<BleuReferences> itself = {{hypotheses[0]}, {hypotheses[1]}};
    const BleuScore identity = CorpusBleu(hypotheses, itself, options);
    CheckScore(identity, options);
    const bool has_all_orders = identity.totals.back() >= 1;
    fuzz::Require(!has_all_orders || options.smoothing == BleuSmoothing::kAddK ||
                      std::abs(identity.score - 100) < kRounding,
                  "a corpus against itself scores 100");
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
