#ifndef MEVAL_METRICS_HENDRYCKS_MATH_H_
#define MEVAL_METRICS_HENDRYCKS_MATH_H_

// Exact match of answers to MATH problems (Hendrycks et al. 2021, "Measuring Mathematical Problem
// Solving With the MATH Dataset"): both answers are normalized as LaTeX text and compared. 0 or 1
// for a document; a set scores the mean, 0..1.
//
//   gold       the content of the last \boxed of the reference solution
//   prediction what stands between the first and the last "$" of the response, or all of it
//
// Two implementations are in use, and differ where an answer has one "/" with something else than
// integers beside it; see NormalizeMathAnswer. "Characters" are code points. Time and memory are
// linear in the length of the texts, whatever their braces. All functions throw MetricError, with
// the byte offset, for text that is not valid UTF-8.

#include <optional>
#include <string>
#include <string_view>

namespace meval {

enum class MathVariant {
  kHendrycks,  // github.com/hendrycks/math
  kLmEval,     // lm-evaluation-harness, task hendrycks_math
};

// The last boxed expression with its command: from the last "\boxed" (else the last "\fbox") to the
// brace that closes what it opens. If "\boxed " occurs, the space being its only delimiter: from
// the last such place to the next "$". Nothing if there is no box, or it is not closed.
//
//   "so $\boxed{1}$ or $\boxed{\frac{1}{2}}$."  gives  "\boxed{\frac{1}{2}}"
std::optional<std::string> LastBoxed(std::string_view text);

// The content of "\boxed{...}" or "\boxed ...". MetricError for anything else, "\fbox{...}" too: a
// reference solution without a usable answer is an error of the data.
std::string Unbox(std::string_view boxed);

// Between the first and the last "$"; the whole response if it has fewer than two.
std::string ExtractMathAnswer(std::string_view response);

// In order: delete line breaks, \!, \left, \right, degrees and \$; cut at the unit ("\text{ ");
// delete \%; write ".5" as "0.5"; drop "x=" in front; give \sqrt and \frac their braces; delete
// spaces; write 0.5 and a/b with \frac. Nothing where the reference raises an exception: two units,
// \sqrt or \frac with nothing behind, and, in kLmEval, one "/" where Python's int() does not take
// both sides.
//
//   "x = \dfrac12"  gives  "\frac{1}{2}"      "10\text{ cm}"  gives  "10"
std::optional<std::string> NormalizeMathAnswer(std::string_view answer, MathVariant variant);

// Whether the normalized answers are equal; the answers as they are, if either has no normalized
// form. A missing answer equals only another missing one.
bool AreEquivalentMathAnswers(std::optional<std::string_view> a, std::optional<std::string_view> b,
                              MathVariant variant);

// The score of one document, in kLmEval's rules. MetricError if the solution has no usable box.
bool HendrycksMathMatch(std::string_view response, std::string_view solution);

}  // namespace meval

#endif  // MEVAL_METRICS_HENDRYCKS_MATH_H_
