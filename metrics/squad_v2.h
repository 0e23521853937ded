#ifndef MEVAL_METRICS_SQUAD_V2_H_
#define MEVAL_METRICS_SQUAD_V2_H_

// The scores of a whole set in SQuAD v2.0 (Rajpurkar et al. 2018, "Know What You Don't Know"),
// where some questions have no answer and a model may say so. All are percentages, 0..100: 100 *
// sum / number of questions, of exact_match and F1 in AnswerRules::kSquadV2.
//
// With a probability of no answer above the threshold the answer given does not count: the question
// scores 1 if it has none, else 0.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace meval {

struct SquadV2Question {
  std::vector<std::string> golds;    // empty: the question has no answer
  std::string prediction;            // empty: the model gives none
  double no_answer_probability = 0;  // any scale that can be compared, but not NaN
};

struct SquadV2Scores {
  double exact = 0;        // percent
  double f1 = 0;           // percent
  std::int64_t total = 0;  // questions
};

// What a threshold chosen after the fact would give, as the script searches for it: it starts with
// the number of questions without an answer, and goes through all questions by rising probability,
// adding a question's score if it has an answer, and taking 1 away if it has none but one is given.
// The first largest sum wins.
struct SquadV2BestThreshold {
  double score = 0;      // percent
  double threshold = 0;  // the probability of the last question counted, 0 if none is
};

struct SquadV2Summary {
  SquadV2Scores all;
  std::optional<SquadV2Scores> has_answer;  // those with an answer; nothing if there are none
  std::optional<SquadV2Scores> no_answer;   // those without
  SquadV2BestThreshold best_exact;          // from scores before the threshold
  SquadV2BestThreshold best_f1;
};

// MetricError for no questions, a NaN among probabilities and threshold, and text that is not valid
// UTF-8; it names the question.
SquadV2Summary SummarizeSquadV2(std::span<const SquadV2Question> questions, double threshold = 1.0);

}  // namespace meval

#endif  // MEVAL_METRICS_SQUAD_V2_H_
