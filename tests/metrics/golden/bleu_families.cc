// bleu_tokenize, bleu_corpus, bleu_sentence.

#include <gtest/gtest.h>

#include "metrics/bleu.h"
#include "tests/metrics/golden/family.h"

namespace meval::testing {
namespace {

BleuOptions OptionsOf(const GoldenRow& row) {
  BleuOptions options;
  options.tokenizer = ParseBleuTokenizer(row.Text("/params/tokenize"));
  options.smoothing = ParseBleuSmoothing(row.Text("/params/smooth_method"));
  if (row.Has("/params/smooth_value")) {
    options.smooth_value = row.Number("/params/smooth_value");
  }
  options.lowercase = row.Flag("/params/lowercase");
  options.effective_order = row.Flag("/params/effective_order");
  options.max_order = static_cast<int>(row.Int("/params/max_ngram_order"));
  return options;
}

void ExpectScore(const GoldenRow& row, const BleuScore& score) {
  MEVAL_EXPECT_CLOSE(score.score, row.Number("/expected/score"));
  MEVAL_EXPECT_CLOSE(score.brevity_penalty, row.Number("/expected/bp"));
  EXPECT_EQ(score.sys_len, row.Int("/expected/sys_len"));
  EXPECT_EQ(score.ref_len, row.Int("/expected/ref_len"));
  EXPECT_EQ(score.counts, row.Numbers("/expected/counts"));
  EXPECT_EQ(score.totals, row.Numbers("/expected/totals"));
  const auto precisions = row.Numbers("/expected/precisions");
  ASSERT_EQ(score.precisions.size(), precisions.size());
  for (std::size_t n = 0; n < precisions.size(); ++n) {
    MEVAL_EXPECT_CLOSE(score.precisions[n], precisions[n]);
  }
}

void ExpectSignature(const GoldenRow& row, const std::vector<BleuReferences>& references,
                     const BleuOptions& options) {
  if (row.Has("/expected/signature")) {
    EXPECT_EQ(BleuSignature(references, options),
              row.Text("/expected/signature") + "|version:" + std::string(kBleuVersion));
  }
}

void CheckLines(const GoldenRow& row) {
  for (const std::string& name : row.Keys("/expected")) {
    EXPECT_EQ(BleuTokenize(row.Text("/input/text"), ParseBleuTokenizer(name)),
              row.Text("/expected/" + name))
        << name;
  }
}

void CheckCorpus(const GoldenRow& row) {
  const BleuOptions options = OptionsOf(row);
  const std::vector<BleuReferences> references = row.TextLists("/input/refs");
  ExpectScore(row, CorpusBleu(row.Texts("/input/hyps"), references, options));
  ExpectSignature(row, references, options);
}

// Some rows ask for no effective order, which is sacrebleu's class, not its sentence function.
void CheckSentence(const GoldenRow& row) {
  const BleuOptions options = OptionsOf(row);
  const std::string hypothesis = row.Text("/input/hyp");
  const BleuReferences references = row.Texts("/input/refs");
  const BleuScore score = ScoreBleu(CountBleu(hypothesis, references, options), options);
  ExpectScore(row, score);
  if (options.effective_order) {
    EXPECT_EQ(SentenceBleu(hypothesis, references, options).score, score.score);
  }
  ExpectSignature(row, {references}, options);
}

const RegisterFamilies kFamilies({
    {"bleu_tokenize", CheckLines},
    {"bleu_corpus", CheckCorpus},
    {"bleu_sentence", CheckSentence},
});

}  // namespace
}  // namespace meval::testing
