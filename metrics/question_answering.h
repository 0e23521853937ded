#ifndef MEVAL_METRICS_QUESTION_ANSWERING_H_
#define MEVAL_METRICS_QUESTION_ANSWERING_H_

// Exact match and token F1 of short answers, as the evaluation scripts of question answering data
// compute them: SQuAD v1.1 and v2.0 (Rajpurkar et al. 2016, 2018), ORQA / Natural Questions open
// (Lee et al. 2019), TriviaQA (Joshi et al. 2017), CoQA (Reddy et al. 2019).
//
//   exact_match  1 if the normalized texts are equal
//   f1           2PR / (P + R) with P = common / words predicted, R = common / words of the gold;
//                common counts each word as often as both have it; 0 without a common word
//
// Both 0..1 for a question; a set scores the means (the scripts print 100 times that). All
// functions throw MetricError for text that is not valid UTF-8 (with answer and byte offset) and
// where golds are missing. Time is linear in the length of the texts; only runs of combining marks
// are sorted in kOrqa.

#include <span>
#include <string>
#include <string_view>

namespace meval {

enum class AnswerRules {
  kSquadV1,   // F1 is 0 even where both sides are empty
  kSquadV2,   // F1 is 1 where both sides are empty
  kOrqa,      // NFD first; the script has no F1, here it is kSquadV1's
  kTriviaQa,  // punctuation separates words, kSquadV1's F1
};

struct AnswerScore {
  double exact_match = 0;
  double f1 = 0;
};

// In order, words one space apart in the end:
//   SQuAD, ORQA  (ORQA: NFD;) lower case; ASCII punctuation deleted; articles deleted
//   TriviaQA     "_" a space; lower case; ASCII punctuation, U+2018, U+2019 and U+00B4 spaces;
//                articles deleted
// An article is "a", "an" or "the" between what are no word characters (letters, numbers, "_").
//
//   "The U.S.-based Café!"  gives  "usbased café", TriviaQA "u s based café"
std::string NormalizeAnswer(std::string_view answer, AnswerRules rules);

AnswerScore ScoreAnswer(std::string_view prediction, std::string_view gold, AnswerRules rules);

// The largest exact match and the largest F1 over all golds, each by itself. kSquadV2 first drops
// golds that normalize to nothing; if none is left (or there were none, which is a question without
// an answer) the only gold is the empty text. In the other rules no golds are a MetricError.
AnswerScore ScoreBestAnswer(std::string_view prediction, std::span<const std::string> golds,
                            AnswerRules rules);

// CoQA as lm-evaluation-harness scores it, which makes a person's agreement with others comparable:
// with n > 1 golds the mean over i of the largest score over all golds but i, in kSquadV2's rules
// for one gold. MetricError for no golds.
AnswerScore ScoreCoqaAnswer(std::string_view prediction, std::span<const std::string> golds);

// The part of a response that CoQA's task scores: stripped, then cut at the first newline.
std::string_view CoqaPrediction(std::string_view response);

}  // namespace meval

#endif  // MEVAL_METRICS_QUESTION_ANSWERING_H_
