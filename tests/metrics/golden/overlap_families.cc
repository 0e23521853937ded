// chrf, ter.

#include <gtest/gtest.h>

#include "metrics/chrf.h"
#include "metrics/ter.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

std::vector<std::int64_t> Flatten(const ChrfStatistics& statistics) {
  std::vector<std::int64_t> flat;
  for (const ChrfCounts& counts : statistics.orders) {
    flat.insert(flat.end(), {counts.hypothesis, counts.reference, counts.matches});
  }
  return flat;
}

void CheckChrf(const GoldenRow& row) {
  ChrfOptions options;
  options.char_order = static_cast<int>(row.Int("/params/char_order"));
  options.word_order = static_cast<int>(row.Int("/params/word_order"));
  options.beta = static_cast<int>(row.Int("/params/beta"));
  options.lowercase = row.Flag("/params/lowercase");
  options.whitespace = row.Flag("/params/whitespace");
  options.eps_smoothing = row.Flag("/params/eps_smoothing");
  const auto hypotheses = row.Texts("/input/hyps");
  const auto references = row.TextLists("/input/refs");
  const bool is_sentence = row.Text("/input/level") == "sentence";
  const double score = is_sentence ? SentenceChrf(hypotheses.at(0), references.at(0), options)
                                   : CorpusChrf(hypotheses, references, options);
  MEVAL_EXPECT_CLOSE(score, row.Number("/expected/score"));
  ChrfStatistics sums;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    sums += CountChrf(hypotheses[i], references.at(i), options);
  }
  EXPECT_EQ(Flatten(sums), row.Ints("/expected/stats"));
  EXPECT_EQ(ScoreChrf(sums, options), score);
  EXPECT_EQ(ChrfName(options), row.Text("/expected/name"));
}

void CheckTer(const GoldenRow& row) {
  TerOptions options;
  options.normalized = row.Flag("/params/normalized");
  options.no_punct = row.Flag("/params/no_punct");
  options.asian_support = row.Flag("/params/asian_support");
  options.case_sensitive = row.Flag("/params/case_sensitive");
  const auto hypotheses = row.Texts("/input/hyps");
  const auto references = row.TextLists("/input/refs");
  const bool is_sentence = row.Text("/input/level") == "sentence";
  const double score = is_sentence ? SentenceTer(hypotheses.at(0), references.at(0), options)
                                   : CorpusTer(hypotheses, references, options);
  MEVAL_EXPECT_CLOSE(score, row.Number("/expected/score"));
  TerStatistics sums;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    sums += CountTer(hypotheses[i], references.at(i), options);
  }
  EXPECT_EQ(sums.edits, row.Int("/expected/num_edits"));
  MEVAL_EXPECT_CLOSE(sums.length, row.Number("/expected/ref_length"));
  EXPECT_EQ(ScoreTer(sums), score);
}

const RegisterFamilies kFamilies({
    {"chrf", CheckChrf},
    {"ter", CheckTer},
});

}  // namespace
}  // namespace meval::testing
