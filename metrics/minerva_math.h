#ifndef MEVAL_METRICS_MINERVA_MATH_H_
#define MEVAL_METRICS_MINERVA_MATH_H_

// Answers to MATH problems as Minerva reads them (Lewkowycz et al. 2022, appendix D, "Solving
// Quantitative Reasoning Problems with Language Models"), in lm-evaluation-harness' rendering
// (minerva_math): a phrase marks the answer, and some eighty replacements make answers comparable
// as text.
//
// The replacements know no words and no commands: "ft" also goes from "\left", "a " from "area 5".
// Scores depend on that, so it is kept. Whether two answers mean the same number is another
// question, which text cannot settle: "0.5" and "\frac{1}{2}" stay apart here.
//
// Time and memory are linear in the length of the text, whatever its lines and braces. Both
// functions throw MetricError, with the byte offset, for text that is not valid UTF-8.

#include <string>
#include <string_view>

namespace meval {

// What ExtractMinervaAnswer gives where a response names no answer. Normalized it stays as it is,
// and it equals no answer of the data.
inline constexpr std::string_view kInvalidMinervaAnswer = "[invalidanswer]";

// The text between "Final Answer: The final answer is" and " I hope it is correct." on one line,
// without the character before the latter (the full stop, but whatever it is goes), stripped. The
// first such answer counts, also one that a truncated line ends with the appended phrase:
//
//   "Final Answer: The final answer is $5$. I hope it is correct."  gives  "$5$"
//   "Final Answer: The final answer is $5$. "                       gives  "$5$"
//   "Final Answer: The final answer is $5$."                        gives  kInvalidMinervaAnswer
std::string ExtractMinervaAnswer(std::string_view response);

// In order: keep what follows the last "="; delete spaces, articles before a space, units and some
// commands; keep what stands between the first two "$" of a line; unwrap \text, \textbf, \overline
// and \boxed; give \frac and \sqrt their braces; delete "$"; delete the commas of a number.
//
//   "x=\frac12"  gives  "\frac{1}{2}"        "$12,000$ dollars"  gives  "12000"
//   "10\text{ cm}^2"  gives  "10^2"          ""  gives  ""
std::string NormalizeMinervaAnswer(std::string_view answer);

}  // namespace meval

#endif  // MEVAL_METRICS_MINERVA_MATH_H_
