#ifndef MEVAL_METRICS_PERPLEXITY_H_
#define MEVAL_METRICS_PERPLEXITY_H_

// How well a model predicts text: exp of the mean negative log-likelihood, per token, word or byte
// (Jelinek et al. 1977; per-word and per-byte forms as in lm-evaluation-harness' wikitext task).
//
//   word_perplexity   exp(-sum of L_d / sum of w_d)         L_d   log-likelihood of document d,
//   nats byte_perplexity   exp(-sum of L_d / sum of b_d)         w_d   its words (CountWords)
//   bits_per_byte     -sum of L_d / (sum of b_d * ln 2)     b_d   its UTF-8 bytes
//   token_perplexity  exp(-sum of L_d / sum of t_d)         t_d   its scored tokens
//
// Sums run over a whole set, in document order, plain from the left; they are not means of the
// documents' own perplexities. Words and bytes do not depend on a tokenizer, so those two forms
// compare models with different vocabularies; token_perplexity does not.
//
// Each is >= 1 (bits_per_byte >= 0) for log-likelihoods <= 0, lower is better, and infinite where
// exp overflows. No documents, a NaN, or a denominator that is zero is a MetricError that names it.

#include <cstdint>
#include <span>
#include <string_view>

namespace meval {

// The log-likelihood of one document, or of one chunk of it, and what it is shared out over.
struct TextLikelihood {
  double loglikelihood = 0;  // nats, summed over the scored tokens
  std::int64_t words = 0;    // of the original text, >= 0
  std::int64_t bytes = 0;    // of the original text, >= 0
  std::int64_t tokens = 0;   // scored, >= 0
};

// Pieces of a split at runs of Unicode whitespace where empty pieces at the ends count: one more
// than there are runs. "" has 1 word, "a b" 2, " a b " 4. Throws std::invalid_argument that names
// the byte offset where `text` is not UTF-8.
std::int64_t CountWords(std::string_view text);

double WordPerplexity(std::span<const TextLikelihood> documents);
double BytePerplexity(std::span<const TextLikelihood> documents);
double BitsPerByte(std::span<const TextLikelihood> documents);
double TokenPerplexity(std::span<const TextLikelihood> documents);

// exp(mean over chunks of -loglikelihood / tokens): the perplexity of papers on quantisation, which
// average the losses of chunks of one size (Frantar et al. 2022, arXiv:2210.17323). Equal to
// TokenPerplexity where all chunks have as many tokens. A chunk without tokens is a MetricError.
double ChunkPerplexity(std::span<const TextLikelihood> chunks);

// exp(-mean of the log-likelihoods of targets, LAMBADA's last words for instance; nats).
double Perplexity(std::span<const double> loglikelihoods);

// The spread of an aggregate over resamples of its documents, drawn as metrics/bootstrap.h says
// (Efron 1979): whole documents are drawn, so that a long one weighs what it weighs in the score.
struct BootstrapSpread {
  double standard_error = 0;  // sample deviation of the resampled values
  double ci_low = 0;          // their 2.5th percentile, linear interpolation between neighbours
  double ci_high = 0;         // their 97.5th
};

using TextAggregate = double (*)(std::span<const TextLikelihood>);
// MetricError for fewer than two documents or iterations. Infinite where the aggregate of a
// resample is.
BootstrapSpread BootstrapText(std::span<const TextLikelihood> documents, std::int64_t iterations,
                              TextAggregate aggregate);
BootstrapSpread BootstrapPerplexity(std::span<const double> loglikelihoods,
                                    std::int64_t iterations);

}  // namespace meval

#endif  // MEVAL_METRICS_PERPLEXITY_H_
