#include "metrics/squad_v2.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>

#include "metrics/metric_error.h"
#include "metrics/question_answering.h"

namespace meval {
namespace {

constexpr std::string_view kMetric = "squad v2";

using Questions = std::span<const SquadV2Question>;

bool HasAnswer(const SquadV2Question& question) { return !question.golds.empty(); }

void RequireUsable(Questions questions, double threshold) {
  if (questions.empty()) {
    throw MetricError(kMetric, "", "no questions to score: expected at least one");
  }
  if (std::isnan(threshold)) {
    throw MetricError(kMetric, "threshold", "NaN: expected a number");
  }
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const std::string where = "question " + std::to_string(i);
    if (std::isnan(questions[i].no_answer_probability)) {
      throw MetricError(kMetric, where, "no_answer_probability is NaN: expected a number");
    }
    RequireUtf8(kMetric, where + " prediction", questions[i].prediction);
    for (const std::string& gold : questions[i].golds) {
      RequireUtf8(kMetric, where + " gold", gold);
    }
  }
}

// The scores of those questions that `is_counted` admits; nothing if there are none.
template <typename IsCounted>
std::optional<SquadV2Scores> SumUp(Questions questions, std::span<const AnswerScore> scores,
                                   IsCounted is_counted) {
  SquadV2Scores sum;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (is_counted(questions[i])) {
      sum.exact += scores[i].exact_match;
      sum.f1 += scores[i].f1;
      ++sum.total;
    }
  }
  if (sum.total == 0) {
    return std::nullopt;
  }
  sum.exact = 100 * sum.exact / static_cast<double>(sum.total);
  sum.f1 = 100 * sum.f1 / static_cast<double>(sum.total);
  return sum;
}

// Question numbers by rising probability, equal ones in the order of questions.
std::vector<std::size_t> ByProbability(Questions questions) {
  std::vector<std::size_t> order(questions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return questions[a].no_answer_probability < questions[b].no_answer_probability;
  });
  return order;
}

SquadV2BestThreshold FindBestThreshold(Questions questions, std::span<const AnswerScore> scores,
                                       std::span<const std::size_t> order,
                                       double AnswerScore::*score) {
  const auto num_no_answer =
      std::count_if(questions.begin(), questions.end(), std::not_fn(HasAnswer));
  auto sum = static_cast<double>(num_no_answer);
  double best = sum;
  double threshold = 0;
  for (const std::size_t i : order) {
    if (HasAnswer(questions[i])) {
      sum += scores[i].*score;
    } else if (!questions[i].prediction.empty()) {
      sum -= 1;
    }
    if (sum > best) {
      best = sum;
      threshold = questions[i].no_answer_probability;
    }
  }
  return {100 * best / static_cast<double>(questions.size()), threshold};
}

}  // namespace

SquadV2Summary SummarizeSquadV2(std::span<const SquadV2Question> questions, double threshold) {
  RequireUsable(questions, threshold);
  std::vector<AnswerScore> given;    // scores of the answers given
  std::vector<AnswerScore> counted;  // after the threshold
  for (const SquadV2Question& question : questions) {
    given.push_back(ScoreBestAnswer(question.prediction, question.golds, AnswerRules::kSquadV2));
    const double abstains = HasAnswer(question) ? 0 : 1;
    counted.push_back(question.no_answer_probability > threshold ? AnswerScore{abstains, abstains}
                                                                 : given.back());
  }
  const std::vector<std::size_t> order = ByProbability(questions);
  SquadV2Summary summary;
  summary.all = SumUp(questions, counted, [](const auto&) { return true; }).value();
  summary.has_answer = SumUp(questions, counted, HasAnswer);
  summary.no_answer = SumUp(questions, counted, std::not_fn(HasAnswer));
  summary.best_exact = FindBestThreshold(questions, given, order, &AnswerScore::exact_match);
  summary.best_f1 = FindBestThreshold(questions, given, order, &AnswerScore::f1);
  return summary;
}

}  // namespace meval
