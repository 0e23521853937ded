#ifndef MEVAL_REPORTS_HISTORY_H_
#define MEVAL_REPORTS_HISTORY_H_

// How the scores of tasks went over time, from one run directory to the next, and how fast
// benchmarks were, and its formats.

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace meval {

struct HistoryPoint {
  std::string run;                      // the run directory, below the one that was named
  std::string started_at;               // UTC, ISO 8601
  std::string model;                    //
  std::string dtype;                    //
  std::string version;                  // of mistral-eval
  double value = 0;                     // in the line's unit
  std::optional<double> ci_low;         // 95 %
  std::optional<double> ci_high;        //
  std::optional<double> model_seconds;  // where the work was done in one go
  std::string since_previous;           // the verdict against the point before; "" for the first
  std::string gate;                     // of the run's comparison.json; "" without one
};

// A task's main score over time, of runs that were asked the same: other prompts, another line. Or
// the rate of a test over time, of benchmarks on the same machine.
struct HistoryLine {
  std::string title;  // of a benchmark's line, which has none of task, version, shots, n and digest
  std::string task;
  std::int64_t version = 0;
  std::int64_t shots = 0;
  std::int64_t n = 0;
  std::string prompt_digest;
  std::string metric;
  std::string unit;  // as MetricValue::unit
  bool higher_is_better = true;
  std::vector<HistoryPoint> points;  // the earliest first; at least one
};

struct History {
  std::vector<HistoryLine> lines;
  std::vector<std::string> notes;  // sentences: what was passed over
};

// The verdict of each task in a comparison.json: of its last pair. Throws ReportError.
std::map<std::string, std::string> ReadGateVerdicts(std::istream& in, const std::string& name);

// "mmlu, version 1, 5-shot: acc of 14,042 records, %"
std::string HistoryTitle(const HistoryLine& line);

void WriteHistoryConsole(const History& history, int width, bool color, std::ostream& out);
void WriteHistoryJson(const History& history, std::ostream& out);
// A page of its own with a chart for each line: no script, no network.
void WriteHistoryHtml(const History& history, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_HISTORY_H_
