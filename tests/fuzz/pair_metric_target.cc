#include <cmath>

#include "metrics/metric_error.h"
#include "metrics/pair_metric.h"
#include "metrics/pair_scores.h"
#include "metrics/python_regex.h"
#include "metrics/unicode_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

void CheckMetric(const PairMetric& metric, const std::vector<AnswerPair>& pairs) {
  const SegmentStatistics rows = CountPairs(metric, pairs, 1);
  fuzz::Require(rows.num_segments() == pairs.size(), "each pair has its row");
  for (std::size_t i = 0; i < metric.scores().size(); ++i) {
    const PairScore& about = metric.scores()[i];
    fuzz::Require(!FindInvalidUtf8(metric.SignatureOf(i, pairs)), "a signature is UTF-8");
    try {
      const double score = metric.Score(i, rows.Sums());
      // Parameters may lift scores over the highest there is without them.
      fuzz::Require(std::isfinite(score) && score >= about.lowest - 1e-9,
                    "a score is a number, not below the lowest there is");
    } catch (const MetricError&) {
      // A set of one label has no kappa.
    }
  }
}

// A metric of the catalogue on two pairs, from: its name, how many parameters it is given, those as
// key and value, whether answers are spans, three predictions, references.
MEVAL_FUZZ_TARGET(pair_metric) {
  PairMetricRequest request = {.name = input.Text(), .parameters = {}};
  for (std::size_t n = input.Below(4); n > 0; --n) {
    const std::string name = input.Text();
    request.parameters.emplace_back(name, input.Text());
  }
  const bool has_spans = input.Flag();
  std::vector<AnswerPair> pairs(2);
  pairs[0].predictions = {input.Text()};
  pairs[1].predictions = {input.Text()};
  const std::string span = input.Text();
  pairs[0].references = input.Texts();
  pairs[1].references = {pairs[0].predictions[0]};
  if (has_spans) {
    pairs[0].predictions.push_back(span);
    pairs[0].span_references = {{span}, pairs[0].references};
    pairs[0].references.clear();
  }
  try {
    const auto metric = MakePairMetric(request);
    metric->Prepare(pairs);
    CheckMetric(*metric, pairs);
  } catch (const MetricError&) {
  } catch (const RegexError&) {
  } catch (const PairError& error) {
    fuzz::Require(error.index() < pairs.size(), "an error has its pair");
  }
}

}  // namespace
}  // namespace meval
