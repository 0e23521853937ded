#ifndef MEVAL_REPORTS_COMPARISON_H_
#define MEVAL_REPORTS_COMPARISON_H_

// Two or more runs on the same records, side by side: plain data that every format of a comparison
// is written from (reports/comparison_report.h). docs/statistics.md says what is computed how.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

// What a pair of runs shows on a task.
enum class Verdict {
  kIdentical,     // every answer is the same, bit by bit
  kEquivalent,    // the difference lies within the margin, as good as surely
  kImproved,      // better, beyond chance
  kRegressed,     // worse, beyond chance
  kInconclusive,  // neither: the set is too small to tell
};
const char* Name(Verdict verdict);  // "identical", "equivalent", ...

// A record whose score changed.
struct Flip {
  std::string id;
  std::string group;
  std::string question;  // "" where neither run knows it
  std::string expected;
  std::string baseline_answer;
  std::string system_answer;
  std::string baseline_completion;  // whole texts; "" where they are not known
  std::string system_completion;
  double baseline_score = 0;  // in the metric's unit
  double system_score = 0;
};

// For scores that are right or wrong.
struct OutcomeCounts {
  std::int64_t both_right = 0;
  std::int64_t only_baseline = 0;
  std::int64_t only_system = 0;
  std::int64_t both_wrong = 0;
};

struct SpeedRatio {
  double ratio = 1;  // the baseline's time in the model by the system's: 2 is twice as fast
  std::optional<double> ci_low;  // 95 %; absent unless both were measured twice or more
  std::optional<double> ci_high;
  double baseline_seconds = 0;  // geometric means
  double system_seconds = 0;
  std::int64_t baseline_repetitions = 0;
  std::int64_t system_repetitions = 0;
};

// A run against the baseline, on one metric of a task.
struct PairComparison {
  double difference = 0;             // run - baseline, in the metric's unit
  std::optional<double> ci_low;      // 95 % interval of the difference
  std::optional<double> ci_high;     //
  std::optional<double> inner_low;   // the interval that equivalence asks for, at 1 - 2 alpha
  std::optional<double> inner_high;  //
  std::string interval_method;       // "tango", "bootstrap"; "" without one
  std::string test;                  // "exact McNemar", "sign-flip randomisation", ...
  double p_value = 1;                // two-sided
  double adjusted_p = 1;             // over all tasks and runs (Benjamini-Hochberg)
  std::optional<double> minimum_detectable;  // difference found in 80 % of such runs
  double margin = 0;                         // differences below it do not matter, in the unit
  Verdict verdict = Verdict::kInconclusive;
  std::optional<OutcomeCounts> counts;
  std::int64_t num_scores_changed = 0;
  std::optional<std::int64_t> num_answers_changed;  // any bit of them; absent where not known
  std::vector<Flip> flips;                          // losses first, the largest first
  std::optional<SpeedRatio> speed;
};

// The best of several runs, and whether it is better than the next one beyond chance.
struct BestRun {
  std::size_t run = 0;
  std::size_t runner_up = 0;
  double difference = 0;  // how much better, >= 0
  double p_value = 1;
};

struct ScoreInterval {
  double low = 0;
  double high = 0;
};

struct TaskComparison {
  std::string task;
  std::int64_t version = 0;
  std::int64_t shots = 0;
  std::string metric;
  std::string unit;  // as MetricValue::unit
  bool higher_is_better = true;
  std::string signature;
  std::int64_t n = 0;             // records compared
  std::int64_t num_left_out = 0;  // records that not every run has; 0 unless asked for
  std::vector<double> scores;     // of each run, over the records compared
  // 95 % intervals of each score by itself; absent where its records give none.
  std::vector<std::optional<ScoreInterval>> intervals;
  std::vector<PairComparison> pairs;  // of each run but the baseline
  std::optional<BestRun> best;        // of three runs or more
  std::vector<std::string> notes;     // sentences
};

struct ComparedRun {
  std::string name;
  std::string source;  // "run", "baseline", "lm-eval"
  std::string model;
  std::string model_digest;
  std::string dtype;
  std::string version;
  std::string started_at;
  std::string machine;
  std::map<std::string, double> numbers;  // as RunReport::numbers
};

struct Comparison {
  std::vector<ComparedRun> runs;  // the baseline first; at least two
  std::string against;            // a number that all runs have, to plot scores over; "": none
  double alpha = 0.05;            // of tests; equivalence is asked at 1 - 2 alpha
  double power = 0.8;             // of the minimum detectable difference
  std::vector<TaskComparison> tasks;
  std::vector<std::string> notes;
};

// Whether some pair of some task has the verdict.
bool HasVerdict(const Comparison& comparison, Verdict verdict);

}  // namespace meval

#endif  // MEVAL_REPORTS_COMPARISON_H_
