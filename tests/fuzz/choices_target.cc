#include "metrics/majority_vote.h"
#include "metrics/metric_error.h"
#include "metrics/multiple_choice.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

void CheckVote(const std::vector<std::string>& answers, std::size_t correct) {
  std::vector<VoteSample> samples;
  for (std::size_t i = 0; i < answers.size() && i < 12; ++i) {
    samples.push_back({answers[i], answers[i] != "[invalid]", answers[i] == answers[correct]});
  }
  for (const VoteRule rule : {VoteRule::kCanonical, VoteRule::kReference}) {
    const auto winner = MajorityVote(samples, rule);
    fuzz::Require(!winner || *winner < samples.size(), "the winner is a sample");
    const MajorityScore score = ScoreMajority(samples, 1, rule);
    for (std::size_t k = 0; k < samples.size(); ++k) {
      for (const double value : {score.first_k[k], score.subset_mean[k], score.pass_at_k[k]}) {
        fuzz::Require(value >= 0 && value <= 1, "a vote's score is in 0..1");
      }
    }
  }
}

// Texts as the choices of a question and as answers that vote, from: rule, log-likelihoods, texts.
MEVAL_FUZZ_TARGET(choices) {
  const ArgmaxRule rule = input.Flag() ? ArgmaxRule::kNumpy : ArgmaxRule::kEmptyNeverWins;
  const double step = static_cast<double>(input.Below(7)) / 3 - 1;
  const std::int64_t gold = static_cast<std::int64_t>(input.Below(8)) - 1;
  const std::vector<std::string> texts = input.Texts();
  std::vector<ScoredChoice> choices;
  for (const std::string& text : texts) {
    choices.push_back({text, -step * static_cast<double>(choices.size()), choices.size() == 1});
  }
  try {
    if (!texts.empty()) {
      CheckVote(texts, std::min<std::size_t>(texts.size(), 12) / 2);
    }
    const std::int64_t found = texts.empty() ? 0 : GoldIndexOf(choices, texts.back());
    fuzz::Require(texts.empty() || texts[static_cast<std::size_t>(found)] == texts.back(),
                  "the gold text is found");
    const auto score = ScoreMultipleChoice(choices, std::vector<std::int64_t>{gold}, rule);
    for (const std::size_t index : {score.pred, score.pred_norm, score.pred_bytes}) {
      fuzz::Require(index < choices.size(), "a prediction is a choice");
    }
    for (const double p : score.probabilities) {
      fuzz::Require(p >= 0 && p <= 1, "a probability is in 0..1");
    }
    fuzz::Require(!score.brier || (*score.brier >= 0 && *score.brier <= 2 + 1e-12),
                  "a Brier score is in 0..2");
  } catch (const MetricError&) {
  }
}

}  // namespace
}  // namespace meval
