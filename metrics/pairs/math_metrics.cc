// Answers to problems of mathematics, as text after the published normalizations and by meaning.

#include <memory>
#include <optional>

#include "metrics/hendrycks_math.h"
#include "metrics/math_answer.h"
#include "metrics/minerva_math.h"
#include "metrics/pairs/answer_metric.h"
#include "metrics/symbolic_equivalence.h"

namespace meval::pairs {
namespace {

PairParameter ExtractParameter() {
  return FlagParameter("extract", true,
                       "read answers out of a response and a solution; false: both are answers");
}

// The last boxed answer of a solution; a reference without a box is the answer itself.
std::string AnswerOf(const std::string& reference) {
  const std::optional<std::string> boxed = LastBoxed(reference);
  return boxed ? Unbox(*boxed) : reference;
}

Family MathFamily() {
  const auto make = [](const Parameters& parameters) -> std::unique_ptr<PairMetric> {
    const bool extracts = parameters.Flag("extract");
    const MathVariant variant =
        parameters.Word("variant") == "lm_eval" ? MathVariant::kLmEval : MathVariant::kHendrycks;
    return std::make_unique<AnswerMetric>(
        "hendrycks_math",
        AnyReference([=](const std::string& prediction, const std::string& reference) {
          if (!extracts) return AreEquivalentMathAnswers(prediction, reference, variant);
          return AreEquivalentMathAnswers(ExtractMathAnswer(prediction), AnswerOf(reference),
                                          variant);
        }),
        AnswerMetric::Fields{{"variant", parameters.Word("variant")},
                             {"extract", extracts ? "yes" : "no"}});
  };
  return {{.name = "hendrycks_math",
           .title = "equal to the reference's last \\boxed answer after MATH's normalization",
           .scores = {"hendrycks_math"},
           .parameters = {ExtractParameter(),
                          {.key = "variant",
                           .fallback = "lm_eval",
                           .meaning = "whose normalization",
                           .words = {"lm_eval", "hendrycks"}}}},
          make};
}

Family MinervaFamily() {
  const auto make = [](const Parameters& parameters) -> std::unique_ptr<PairMetric> {
    const bool extracts = parameters.Flag("extract");
    return std::make_unique<AnswerMetric>(
        "minerva_math",
        AnyReference([=](const std::string& prediction, const std::string& reference) {
          if (!extracts) {
            return NormalizeMinervaAnswer(prediction) == NormalizeMinervaAnswer(reference);
          }
          return NormalizeMinervaAnswer(ExtractMinervaAnswer(prediction)) ==
                 NormalizeMinervaAnswer(AnswerOf(reference));
        }),
        AnswerMetric::Fields{{"compare", "text"}, {"extract", extracts ? "yes" : "no"}});
  };
  return {{.name = "minerva_math",
           .title = "equal as text to the reference's last \\boxed answer, as Minerva writes both",
           .scores = {"minerva_math"},
           .parameters = {ExtractParameter()}},
          make};
}

// minerva_math's answers, compared by what they mean.
Family SymbolicFamily() {
  const auto make = [](const Parameters& parameters) -> std::unique_ptr<PairMetric> {
    const bool extracts = parameters.Flag("extract");
    return std::make_unique<AnswerMetric>(
        "math_equiv_symbolic",
        AnyReference([=](const std::string& prediction, const std::string& reference) {
          if (!extracts) return IsSymbolicallyEqual(prediction, reference);
          return IsSymbolicallyEqual(NormalizeMinervaAnswer(ExtractMinervaAnswer(prediction)),
                                     NormalizeMinervaAnswer(AnswerOf(reference)));
        }),
        AnswerMetric::Fields{{"compare", "symbolic"}, {"extract", extracts ? "yes" : "no"}});
  };
  return {{.name = "math_equiv_symbolic",
           .title = "the same number or expression as the reference's last \\boxed answer",
           .scores = {"math_equiv_symbolic"},
           .parameters = {ExtractParameter()}},
          make};
}

// Both sides are answers: what is extracted before stays with the task that says how.
Family AnswerFamily() {
  const auto make = [](const Parameters& parameters) -> std::unique_ptr<PairMetric> {
    const bool by_meaning = parameters.Word("compare") == "meaning";
    return std::make_unique<AnswerMetric>(
        "math_answer", AnyReference(by_meaning ? IsSameMathAnswer : IsSameMathText),
        AnswerMetric::Fields{{"compare", parameters.Word("compare")}});
  };
  return {{.name = "math_answer",
           .title = "the same answer to a MATH problem by any of the rules above",
           .scores = {"math_answer"},
           .parameters = {{.key = "compare",
                           .fallback = "meaning",
                           .meaning = "text: only the rules of texts",
                           .words = {"meaning", "text"}}}},
          make};
}

}  // namespace

std::vector<Family> MathFamilies() {
  return {MathFamily(), MinervaFamily(), SymbolicFamily(), AnswerFamily()};
}

}  // namespace meval::pairs
