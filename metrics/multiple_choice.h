#ifndef MEVAL_METRICS_MULTIPLE_CHOICE_H_
#define MEVAL_METRICS_MULTIPLE_CHOICE_H_

// Accuracy of choosing the likeliest continuation, for one document.
//
//   acc          argmax of l_i                              (Brown et al. 2020, section 2.4)
//   acc_norm     argmax of l_i / code points of choice i    (lm-evaluation-harness' acc_norm;
//                                                            llama.cpp's divides by tokens)
//   acc_bytes    argmax of l_i / UTF-8 bytes of choice i
//   acc_pmi      argmax of l_i - l_i after the unconditional context
//   exact_match  the gold choice is what greedy decoding gives
//   brier        sum over choices of (p_c - [c = gold])^2, p the softmax of l: 0 to 2, not halved
//                                                           (Brier 1950)
//
// Each is 1 where the argmax is (one of) the gold, else 0; set scores are means over documents. The
// lowest index wins ties.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace meval {

// What a choice of no characters, or a NaN, does to the argmax.
enum class ArgmaxRule {
  // The product's: a normalised score of an empty choice is -infinity, so it never wins against
  // another one; a NaN among the log-likelihoods is a MetricError.
  kEmptyNeverWins,
  // The reference's, to compare with its published numbers: numpy.argmax of l / length, where NaN
  // counts as the largest (the first one wins): -1 / 0 = -inf loses, 0 / 0 = NaN wins.
  kNumpy,
};

struct ScoredChoice {
  std::string_view text;     // the choice without the delimiter before it; its length normalises
  double loglikelihood = 0;  // natural log, summed over the continuation's tokens
  bool is_greedy = false;    // every token is the argmax
  std::optional<double> unconditional_loglikelihood = std::nullopt;
};

struct MultipleChoiceScore {
  std::size_t pred = 0;                 // index the log-likelihood alone chooses
  std::size_t pred_norm = 0;            // index chosen per code point
  std::size_t pred_bytes = 0;           // index chosen per byte
  std::optional<std::size_t> pred_pmi;  // index chosen by what each gains over its unconditional
                                        // log-likelihood, where every choice has one
  double acc = 0;                       // 0 or 1, as are the next three
  double acc_norm = 0;                  //
  double acc_bytes = 0;                 //
  double exact_match = 0;               //
  std::optional<double> acc_pmi;        // where every choice has an unconditional log-likelihood
  std::optional<double> brier;          // 0 .. 2; where there is exactly one gold, and it exists
  std::vector<double> probabilities;    // softmax of the log-likelihoods
  double margin = 0;                    // largest minus second largest log-likelihood; 0 for one
  bool has_empty_choice = false;        // worth a warning, once per task
  bool has_missing_gold = false;        // a gold index >= number of choices: never right
};

// `gold` holds the indices that count as right; acc_pmi is right for a single one only, as in the
// reference. MetricError: no choices, no gold, a negative gold, ill-formed UTF-8.
MultipleChoiceScore ScoreMultipleChoice(std::span<const ScoredChoice> choices,
                                        std::span<const std::int64_t> gold,
                                        ArgmaxRule rule = ArgmaxRule::kEmptyNeverWins);

// The Brier score of a set: the mean over documents, 0 .. 2. MetricError, naming the document,
// unless all have one existing gold and the same number of choices.
double MeanBrier(std::span<const MultipleChoiceScore> scores);

// The index of the first choice with this text, for golds given as text. Where none has it, the
// number of choices: a missing gold.
std::int64_t GoldIndexOf(std::span<const ScoredChoice> choices, std::string_view gold_text);

// numpy.argmax: the first NaN, else the first largest value. `values` is not empty.
std::size_t NumpyArgmax(std::span<const double> values);

}  // namespace meval

#endif  // MEVAL_METRICS_MULTIPLE_CHOICE_H_
