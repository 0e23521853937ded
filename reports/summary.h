#ifndef MEVAL_REPORTS_SUMMARY_H_
#define MEVAL_REPORTS_SUMMARY_H_

// A run in the words and rounded numbers people read. The console and Markdown reports lay out what
// is made here, so they cannot disagree.
//
// Fractions (0..1) and percents (0..100) are both shown as percent with two decimals, standard
// errors and intervals in percentage points, and the column's header carries the "%": no cell does.
// A value in any other unit names it behind the metric: "length (tokens)".

#include <cstdint>
#include <string>
#include <vector>

#include "reports/result.h"

namespace meval {

struct ScoreRow {
  std::string task;      // set in the first row of a task or group
  std::string version;   // likewise
  std::string shots;     // likewise
  std::string subset;    // a subject, category or other subset; "" for the whole task
  std::string n;         // documents
  std::string metric;    // "acc", "length (tokens)"
  std::string value;     // "56.71"
  std::string error;     // standard error; "" where there is none
  std::string interval;  // "55.89 – 57.53"; "" where there is none
  // "62.50 [1]", the number being that of a footnote; several are joined by ", ".
  std::string published;
  bool is_headline = false;
};

enum class SubsetRows {
  kNone,
  kCategories,  // all but groups: categories, micro and macro means
  kAll,
  kGroups,  // groups (MMLU's subjects) alone, without the task's own rows
};

struct ScoreTable {
  std::vector<ScoreRow> rows;
  std::vector<std::string> footnotes;  // "[1] Mistral-7B-v0.1, 5-shot: arXiv:2310.06825, Table 2"
};

// Tasks first, then means over groups of them.
ScoreTable BuildScoreTable(const RunReport& run, SubsetRows subsets);

// "mistral-eval 0.1.0: model tiny, f32, seed 1234"
std::string Headline(const RunReport& run);

// Why the scores must not be compared with anything: demonstration weights, shipped sample records.
// Empty for a real run.
std::vector<std::string> BannerSentences(const RunReport& run);

// What a reader must know beside the scores: a subset, every counter that is not zero, warnings.
std::vector<std::string> NoteSentences(const TaskResult& task);

// Tokens asked for, fed and avoided, speed, time and, where readable, energy. The sum of several
// tasks is `Total`.
std::string CostSentence(const Timing& timing);
Timing Total(const std::vector<TaskResult>& tasks);

// 1234567 -> "1,234,567".
std::string Grouped(std::int64_t number);

// So many digits behind the point; zero has no sign.
std::string Fixed(double value, int decimals);

// Any number: whole ones grouped, others with four decimals.
std::string ShownNumber(double number);

// A number of a metric's unit as it is shown: fractions as percent.
std::string ShownInUnit(const std::string& unit, double value);

}  // namespace meval

#endif  // MEVAL_REPORTS_SUMMARY_H_
