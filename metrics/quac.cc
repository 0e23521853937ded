#include "metrics/quac.h"

#include <algorithm>
#include <vector>

#include "metrics/metric_error.h"
#include "metrics/question_answering.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

constexpr char kName[] = "quac";
constexpr double kLeastAgreement = 0.4;

std::string Canonical(std::string_view prediction) {
  RequireUtf8(kName, "prediction", prediction);
  std::string lower = Lower(Strip(prediction));
  if (lower.ends_with('.')) lower.pop_back();
  return std::string(lower == "i don't know" ? kCannotAnswer : Strip(prediction));
}

double PairF1(const std::string& prediction, const std::string& reference) {
  if (reference == kCannotAnswer) return prediction == kCannotAnswer ? 1 : 0;
  return ScoreAnswer(prediction, reference, AnswerRules::kSquadV1).f1;
}

double BestF1(const std::string& prediction, std::span<const std::string> references) {
  double best = 0;
  for (const std::string& reference : references) {
    best = std::max(best, PairF1(prediction, reference));
  }
  return best;
}

std::vector<std::string> AllBut(const std::vector<std::string>& references, std::size_t left_out) {
  std::vector<std::string> rest = references;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(left_out));
  return rest;
}

// The references that count: all say that there is no answer, or none does.
std::vector<std::string> Agreed(std::span<const std::string> references) {
  std::vector<std::string> spans;
  std::copy_if(references.begin(), references.end(), std::back_inserter(spans),
               [](const std::string& reference) { return reference != kCannotAnswer; });
  if (2 * spans.size() <= references.size()) return {std::string(kCannotAnswer)};
  return spans;
}

void RequireReferences(std::span<const std::string> references) {
  if (references.empty()) throw MetricError(kName, "", "no references: expected at least one");
}

}  // namespace

double QuacF1(std::string_view prediction, std::span<const std::string> references) {
  RequireReferences(references);
  return BestF1(Canonical(prediction), references);
}

std::optional<QuacScore> ScoreQuacOfficially(std::string_view prediction,
                                             std::span<const std::string> references) {
  RequireReferences(references);
  const std::string answer = Canonical(prediction);
  const std::vector<std::string> agreed = Agreed(references);
  double human = 1;
  double system = BestF1(answer, agreed);
  if (agreed.size() > 1) {
    human = system = 0;
    for (std::size_t i = 0; i < agreed.size(); ++i) {
      const std::vector<std::string> others = AllBut(agreed, i);
      human += BestF1(agreed[i], others);
      system += BestF1(answer, others);
    }
    human /= static_cast<double>(agreed.size());
    system /= static_cast<double>(agreed.size());
  }
  if (human < kLeastAgreement) return std::nullopt;
  return QuacScore{system, system >= human};
}

std::string_view QuacDialogue(std::string_view question_id) {
  return question_id.substr(0, question_id.rfind("_q#"));
}

}  // namespace meval
