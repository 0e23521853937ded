#include "reports/history.h"

#include <istream>
#include <ostream>
#include <utility>

#include "reports/comparison_text.h"
#include "reports/json/json_cursor.h"
#include "reports/json/record_json.h"
#include "reports/json/strict_json.h"
#include "reports/result.h"
#include "reports/summary.h"
#include "reports/text_table.h"
#include "reports/utf8.h"

namespace meval {
namespace {

constexpr char kAdvice[] = "this is not a comparison of this version, or it is damaged";

Emphasis EmphasisOf(const std::string& verdict) {
  return verdict == Name(Verdict::kRegressed)  ? Emphasis::kAlert
         : verdict == Name(Verdict::kImproved) ? Emphasis::kStrong
                                               : Emphasis::kPlain;
}

OrderedJson PointJson(const HistoryPoint& point) {
  return {{"run", point.run},
          {"started_at", point.started_at},
          {"model", point.model},
          {"dtype", point.dtype},
          {"version", point.version},
          {"value", point.value},
          {"ci_low", OrNull(point.ci_low)},
          {"ci_high", OrNull(point.ci_high)},
          {"model_seconds", OrNull(point.model_seconds)},
          {"since_previous", point.since_previous},
          {"gate", point.gate}};
}

OrderedJson LineJson(const HistoryLine& line) {
  return {{"title", line.title},
          {"task", line.task},
          {"version", line.version},
          {"shots", line.shots},
          {"n", line.n},
          {"prompt_digest", line.prompt_digest},
          {"metric", line.metric},
          {"unit", line.unit},
          {"higher_is_better", line.higher_is_better},
          {"points", ToArray(line.points, PointJson)}};
}

void WriteLine(const HistoryLine& line, int width, bool color, std::ostream& out) {
  out << Styled(PrintableLine(HistoryTitle(line)), Emphasis::kStrong, color) << '\n';
  TextTable table;
  table.columns = {{"Started", Align::kLeft, 0, 4},        {"Run", Align::kLeft, 16, 0},
                   {"Model", Align::kLeft, 12, 2},         {"Score", Align::kRight, 0, 0},
                   {"95 % interval", Align::kRight, 0, 3}, {"Model s", Align::kRight, 0, 1},
                   {"Since the last", Align::kLeft, 0, 0}, {"Gate", Align::kLeft, 0, 0}};
  for (const HistoryPoint& point : line.points) {
    table.rows.push_back(
        {{point.started_at},
         {point.run},
         {point.model + (point.dtype.empty() ? "" : ", " + point.dtype)},
         {ShownInUnit(line.unit, point.value)},
         {point.ci_low && point.ci_high ? ShownInUnit(line.unit, *point.ci_low) + " \u2013 " +
                                              ShownInUnit(line.unit, *point.ci_high)
                                        : ""},
         {point.model_seconds ? Fixed(*point.model_seconds, 2) : ""},
         {point.since_previous, EmphasisOf(point.since_previous)},
         {point.gate, EmphasisOf(point.gate)}});
  }
  WriteTable(table, width, color, out);
}

}  // namespace

std::string HistoryTitle(const HistoryLine& line) {
  if (!line.title.empty()) return line.title;
  return line.task + ", version " + std::to_string(line.version) + ", " +
         std::to_string(line.shots) + "-shot: " + line.metric + " of " + Grouped(line.n) +
         " records" +
         (line.unit == "fraction" || line.unit == "percent" ? ", %" : ", " + line.unit);
}

std::map<std::string, std::string> ReadGateVerdicts(std::istream& in, const std::string& name) {
  const JsonFile file(ReadText(in, name), name, kAdvice);
  std::map<std::string, std::string> verdicts;
  for (const JsonCursor& task : JsonCursor(file).At("tasks").Items()) {
    const std::vector<JsonCursor> pairs = task.At("pairs").Items();
    if (!pairs.empty()) verdicts[task.At("task").Text()] = pairs.back().At("verdict").Text();
  }
  return verdicts;
}

void WriteHistoryConsole(const History& history, int width, bool color, std::ostream& out) {
  bool is_first = true;
  for (const HistoryLine& line : history.lines) {
    if (!is_first) out << '\n';
    is_first = false;
    WriteLine(line, width, color, out);
  }
  if (!history.notes.empty()) out << '\n';
  for (const std::string& note : history.notes) {
    WriteParagraph("note: ", PrintableLine(note), Emphasis::kPlain, width, color, out);
  }
}

void WriteHistoryJson(const History& history, std::ostream& out) {
  OrderedJson json = {{"schema_version", kReportSchemaVersion},
                      {"lines", ToArray(history.lines, LineJson)},
                      {"notes", OrderedJson(history.notes)}};
  out << DumpStrict(std::move(json), "history.json", 2) << '\n';
}

}  // namespace meval
