#include "reports/comparison_text.h"

#include <cmath>
#include <cstdio>

#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {
namespace {

bool IsPercent(const TaskComparison& task) {
  return task.unit == "fraction" || task.unit == "percent";
}

// A number of points, or of the unit.
std::string Amount(const TaskComparison& task, double value) {
  return ShownInUnit(task.unit, std::abs(value)) + (IsPercent(task) ? " points" : " " + task.unit);
}

std::string ShownP(double p) { return p < 0.0001 ? "< 0.0001" : Fixed(p, 4); }
std::string EqualP(double p) { return p < 0.0001 ? "p < 0.0001" : "p = " + Fixed(p, 4); }

std::string Flips(const PairComparison& pair) {
  if (pair.counts) {
    return "\u2212" + Grouped(pair.counts->only_baseline) + " +" +
           Grouped(pair.counts->only_system);
  }
  return Grouped(pair.num_scores_changed) + " changed";
}

ComparisonRow PairRow(const TaskComparison& task, const PairComparison& pair) {
  ComparisonRow row;
  row.difference = ShownDifference(task, pair.difference);
  if (pair.ci_low && pair.ci_high) {
    row.interval =
        ShownDifference(task, *pair.ci_low) + " \u2013 " + ShownDifference(task, *pair.ci_high);
  }
  row.p_value = ShownP(pair.adjusted_p);
  if (pair.minimum_detectable) row.detectable = ShownScore(task, *pair.minimum_detectable);
  row.flips = Flips(pair);
  if (pair.speed) row.speed = Fixed(pair.speed->ratio, 2) + "\u00d7";
  row.verdict = Name(pair.verdict);
  row.verdict_value = pair.verdict;
  return row;
}

std::string Direction(const TaskComparison& task, double difference) {
  if (difference == 0) return "as before";
  return Amount(task, difference) + (difference > 0 ? " higher" : " lower");
}

// "11 records were lost and 3 won"
std::string Changes(const TaskComparison& task, const PairComparison& pair) {
  const std::string of = " of " + Grouped(task.n) + " records";
  if (!pair.counts) return Grouped(pair.num_scores_changed) + of + " changed their score";
  return Grouped(pair.counts->only_baseline) + " lost and " + Grouped(pair.counts->only_system) +
         " won" + of;
}

}  // namespace

std::string RunLetter(std::size_t run) {
  std::string letters(1, static_cast<char>('A' + static_cast<char>(run % 26)));
  return run < 26 ? letters : RunLetter(run / 26 - 1) + letters;
}

std::string RunLine(const Comparison& comparison, std::size_t run) {
  const ComparedRun& described = comparison.runs[run];
  std::string line = RunLetter(run) + ": " + described.name + " (" + described.source;
  for (const std::string& part : {described.model, described.dtype, described.started_at}) {
    if (!part.empty()) line += ", " + part;
  }
  return line + (run == 0 ? "), the baseline" : ")");
}

std::string ShownScore(const TaskComparison& task, double value) {
  return ShownInUnit(task.unit, value);
}

std::string ShownDifference(const TaskComparison& task, double difference) {
  const std::string text = ShownScore(task, difference);
  if (text.front() == '-') return "\u2212" + text.substr(1);
  return text.find_first_not_of("0.") == std::string::npos ? text : "+" + text;
}

std::vector<ComparisonRow> ComparisonRows(const Comparison& comparison) {
  std::vector<ComparisonRow> rows;
  for (const TaskComparison& task : comparison.tasks) {
    for (std::size_t run = 0; run < task.scores.size(); ++run) {
      ComparisonRow row = run == 0 ? ComparisonRow{} : PairRow(task, task.pairs[run - 1]);
      if (run == 0) {
        row.is_baseline = true;
        row.task = task.task;
        row.shots = std::to_string(task.shots);
        row.n = Grouped(task.n);
        row.metric = IsPercent(task) ? task.metric : task.metric + " (" + task.unit + ")";
      }
      row.run = RunLetter(run);
      row.score = ShownScore(task, task.scores[run]);
      row.is_best = task.best && task.best->run == run;
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::string VerdictSentence(const Comparison& comparison, const TaskComparison& task,
                            std::size_t run) {
  const PairComparison& pair = task.pairs[run - 1];
  const std::string who = task.task + ": " + RunLetter(run) + " ";
  const std::string evidence =
      task.metric + " is " + Direction(task, pair.difference) +
      (pair.ci_low ? " (95 % interval " + ShownDifference(task, *pair.ci_low) + " to " +
                         ShownDifference(task, *pair.ci_high) + ")"
                   : "") +
      ", " + pair.test + " " + EqualP(pair.adjusted_p) + "; " + Changes(task, pair) + ".";
  const std::string margin = Amount(task, pair.margin);
  const std::string detectable =
      pair.minimum_detectable
          ? " A difference of " + Amount(task, *pair.minimum_detectable) + " is found in " +
                Fixed(100 * comparison.power, 0) + " % of such comparisons."
          : "";
  switch (pair.verdict) {
    case Verdict::kIdentical:
      return who + "is identical: every answer to " + Grouped(task.n) + " records, bit by bit.";
    case Verdict::kEquivalent:
      return who + "is equivalent within " + margin + ": " + evidence;
    case Verdict::kImproved:
      return who + "has improved: " + evidence;
    case Verdict::kRegressed:
      return who + "has regressed: " + evidence;
    case Verdict::kInconclusive:
      return who + "is inconclusive: neither a difference nor equivalence within " + margin +
             " is shown. " + evidence + detectable;
  }
  return who;
}

std::string BestSentence(const TaskComparison& task) {
  if (!task.best) return "";
  if (task.best->difference == 0) {
    return task.task + ": " + RunLetter(task.best->run) + " and " +
           RunLetter(task.best->runner_up) + " are best, with the same score";
  }
  return task.task + ": " + RunLetter(task.best->run) + " is best, " +
         Amount(task, task.best->difference) + " before " + RunLetter(task.best->runner_up) + " (" +
         EqualP(task.best->p_value) + ")";
}

std::string SpeedSentence(const TaskComparison& task, std::size_t run) {
  const std::optional<SpeedRatio>& speed = task.pairs[run - 1].speed;
  if (!speed) return "";
  std::string text = task.task + ": " + RunLetter(run) + " is " + Fixed(speed->ratio, 2) +
                     " times as fast as A: " + Fixed(speed->system_seconds, 2) + " s and " +
                     Fixed(speed->baseline_seconds, 2) + " s in the model, ";
  if (!speed->ci_low) return text + "measured once: no interval.";
  return text + "95 % interval " + Fixed(*speed->ci_low, 2) + " \u2013 " +
         Fixed(*speed->ci_high, 2) + " from " + std::to_string(speed->baseline_repetitions) +
         " and " + std::to_string(speed->system_repetitions) + " repetitions.";
}

std::string FlipLine(const Flip& flip, std::size_t run) {
  const auto quoted = [](const std::string& text) {
    return "\"" + Beginning(text, kLongestQuote) + "\"";
  };
  std::string line = Beginning(flip.id, kLongestQuote);
  if (!flip.group.empty()) line += " (" + Beginning(flip.group, kLongestQuote) + ")";
  line += ":";
  if (!flip.expected.empty()) line += " expected " + quoted(flip.expected) + ";";
  line += " A answered " + quoted(flip.baseline_answer) + ", " + RunLetter(run) + " " +
          quoted(flip.system_answer);
  return line;
}

std::string Tally(const Comparison& comparison) {
  std::string text;
  for (const Verdict verdict : {Verdict::kRegressed, Verdict::kInconclusive, Verdict::kImproved,
                                Verdict::kEquivalent, Verdict::kIdentical}) {
    std::int64_t count = 0;
    for (const TaskComparison& task : comparison.tasks) {
      for (const PairComparison& pair : task.pairs) count += pair.verdict == verdict ? 1 : 0;
    }
    if (count > 0) {
      text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + Name(verdict);
    }
  }
  return text;
}

}  // namespace meval
