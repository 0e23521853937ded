#ifndef MEVAL_METRICS_IFEVAL_H_
#define MEVAL_METRICS_IFEVAL_H_

// Whether a response follows instructions that a program can check (IFEval; Zhou et al. 2023,
// arXiv:2311.07911): 25 kinds, with the rules of lm-evaluation-harness' task ifeval, version 4.
//
// Strictly, the response itself must follow an instruction. Loosely, one of eight forms of it must:
// as it is, without its first line, its last line or both, and each of these without asterisks. A
// response or form of nothing but whitespace follows nothing.
//
// Three rules stand on other software than the reference's (docs/scoring.md, "Instructions" says
// how often that matters): a text's language comes from CLD2 instead of langdetect, which draws at
// random; sentences are told apart by Punkt's rules with our own short list of abbreviations; JSON
// is RFC 8259's, without Python's NaN and Infinity.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

// The kinds there are: "change_case:capital_word_frequency", ... in alphabetical order.
std::span<const std::string_view> InstructionKinds();

struct InstructionScores {
  std::vector<bool> strict;  // [instructions]
  std::vector<bool> loose;   // likewise; true wherever `strict` is
};

// `request` is JSON: {"instructions": ["punctuation:no_comma", ...], "arguments": [{...}, ...]},
// with as many arguments as instructions; members of arguments that are null count as missing.
// MetricError for anything else, an instruction of another kind, an argument that is missing or of
// the wrong type, or a response that is not valid UTF-8.
InstructionScores CheckInstructions(std::string_view response, std::string_view request);

// `strict` alone, without looking at the other forms. The same errors.
std::vector<bool> StrictlyFollowed(std::string_view response, std::string_view request);

}  // namespace meval

#endif  // MEVAL_METRICS_IFEVAL_H_
