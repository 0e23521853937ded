#ifndef MEVAL_REPORTS_COMPARISON_TEXT_H_
#define MEVAL_REPORTS_COMPARISON_TEXT_H_

// A comparison in the words and rounded numbers people read. Console, Markdown and HTML lay out
// what is made here, so they cannot disagree. Fractions and percents are shown as percent with two
// decimals and their differences in points; other units with four decimals, named behind the
// metric.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "reports/comparison.h"

namespace meval {

// A run on a task. The baseline's row has no difference and nothing behind it.
struct ComparisonRow {
  std::string task;        // set in a task's first row, as are shots, n and metric
  std::string shots;       //
  std::string n;           // records compared
  std::string metric;      // "acc", "word_perplexity (ppl)"
  std::string run;         // "A", "B", ...: RunLetter
  std::string score;       // "56.71"
  std::string difference;  // "-1.20", with its sign
  std::string interval;    // "-1.90 – -0.50"; "" where there is none
  std::string p_value;     // adjusted; "0.0003", "< 0.0001"
  std::string detectable;  // smallest difference found in 80 % of such runs
  std::string flips;       // "-11 +3": records lost and won, or how many scores changed
  std::string speed;       // "1.04×"; "" where it was not measured
  std::string verdict;     // "regressed"
  Verdict verdict_value = Verdict::kInconclusive;
  bool is_baseline = false;
  bool is_best = false;  // of three runs or more
};
std::vector<ComparisonRow> ComparisonRows(const Comparison& comparison);

// 0 -> "A", 25 -> "Z", 26 -> "AA".
std::string RunLetter(std::size_t run);

// Bytes of a text from a record or a completion within a sentence.
inline constexpr std::size_t kLongestQuote = 300;

// "A: runs/base (run, Mistral-7B-v0.1, bf16)"
std::string RunLine(const Comparison& comparison, std::size_t run);

// "mmlu: B has regressed: acc is 1.20 points lower (95 % interval 0.50 to 1.90 lower), p = 0.0003,
// ..."
std::string VerdictSentence(const Comparison& comparison, const TaskComparison& task,
                            std::size_t run);

// "mmlu: C is best, 1.20 points before B (p = 0.012)"; "" for two runs.
std::string BestSentence(const TaskComparison& task);

// "mmlu: B takes 0.96 times as long as A, ..."; "" where it was not measured.
std::string SpeedSentence(const TaskComparison& task, std::size_t run);

// One line of a flip: "anatomy_test:17: expected B; A answered B, B answered D". Of long texts the
// beginning: a comment of a pull request, for one, holds 65,536 characters.
std::string FlipLine(const Flip& flip, std::size_t run);

// A score or a difference of scores in the unit shown.
std::string ShownScore(const TaskComparison& task, double value);
std::string ShownDifference(const TaskComparison& task, double difference);  // with its sign

// What all verdicts together say: "1 regressed, 2 identical".
std::string Tally(const Comparison& comparison);

}  // namespace meval

#endif  // MEVAL_REPORTS_COMPARISON_TEXT_H_
