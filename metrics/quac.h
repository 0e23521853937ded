#ifndef MEVAL_METRICS_QUAC_H_
#define MEVAL_METRICS_QUAC_H_

// Question answering in context (Choi et al. 2018, arXiv:1808.07036), as its own script scores an
// answer against those of several people.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace meval {

// What people and systems give where the passage has no answer. A prediction "I don't know", in any
// case and with or without a full stop, is taken for it.
inline constexpr std::string_view kCannotAnswer = "CANNOTANSWER";

// 0..1: kSquadV1's token F1 (metrics/question_answering.h), the largest over the references. A
// reference kCannotAnswer is matched by itself alone. MetricError for no references or text that is
// not valid UTF-8.
double QuacF1(std::string_view prediction, std::span<const std::string> references);

// The protocol of the authors' script. References are all kCannotAnswer if at least half of them
// are, else those that are not. With n > 1 left, a system's F1 is the mean over i of the largest F1
// against all but reference i, and a person's that of each reference against the others.
struct QuacScore {
  double f1 = 0;              // 0..1
  bool equals_human = false;  // f1 is at least the person's: counts for HEQ
};
// Nothing for questions on which people agree too little: a person's F1 below 0.4. The script
// leaves them out.
std::optional<QuacScore> ScoreQuacOfficially(std::string_view prediction,
                                             std::span<const std::string> references);

// The dialogue that a question belongs to, by the published form of their ids,
// "<dialogue>_q#<number>"; an id of another form is a dialogue of its own. HEQ-D is the share of
// dialogues in which every question that counts is answered at least as well as people do; one
// without such a question counts for it.
std::string_view QuacDialogue(std::string_view question_id);

}  // namespace meval

#endif  // MEVAL_METRICS_QUAC_H_
