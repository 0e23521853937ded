#include "reports/bench_comparison.h"

#include <ostream>
#include <utility>

#include "reports/bench_record.h"
#include "reports/bench_tables.h"
#include "reports/json/record_json.h"
#include "reports/json/strict_json.h"
#include "reports/markdown_report.h"
#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {
namespace {

std::string Interval(const BenchDifference& difference) {
  return difference.low && difference.high
             ? Fixed(*difference.low, 3) + " \u2013 " + Fixed(*difference.high, 3)
             : "";
}

Emphasis EmphasisOf(const std::string& verdict) {
  return verdict == "regressed"  ? Emphasis::kAlert
         : verdict == "improved" ? Emphasis::kStrong
                                 : Emphasis::kPlain;
}

TextTable ToTable(const BenchPair& pair) {
  TextTable table;
  table.columns = {{.header = "Test", .min_width = 12},
                   {.header = "Figure"},
                   {.header = "Baseline", .align = Align::kRight},
                   {.header = "This", .align = Align::kRight},
                   {.header = "Times faster", .align = Align::kRight},
                   {.header = "95 % interval", .align = Align::kRight, .drop_order = 1},
                   {.header = "Verdict"}};
  for (const BenchDifference& one : pair.differences) {
    table.rows.push_back(
        {{one.test},
         {one.figure},
         {one.baseline},
         {one.system},
         {Fixed(one.speedup, 3)},
         {Interval(one)},
         {one.verdict.empty() ? "not judged" : one.verdict, EmphasisOf(one.verdict)}});
  }
  return table;
}

std::string Title(const BenchPair& pair) { return pair.system + " against " + pair.baseline; }

std::string MarginSentence(const BenchComparison& comparison) {
  return "Equivalent: the whole interval lies within " + Fixed(100 * comparison.margin, 1) +
         " % of equal speed.";
}

OrderedJson DifferenceJson(const BenchDifference& one) {
  return {{"test", one.test},
          {"figure", one.figure},
          {"baseline", one.baseline},
          {"system", one.system},
          {"speedup", one.speedup},
          {"ci_low", OrNull(one.low)},
          {"ci_high", OrNull(one.high)},
          {"verdict", one.verdict}};
}

OrderedJson PairJson(const BenchPair& pair) {
  return {{"baseline", pair.baseline},
          {"system", pair.system},
          {"differences", ToArray(pair.differences, DifferenceJson)},
          {"notes", pair.notes}};
}

}  // namespace

void WriteBenchComparisonConsole(const BenchComparison& comparison, int width, bool color,
                                 std::ostream& out) {
  for (const BenchPair& pair : comparison.pairs) {
    out << Styled(PrintableLine(Title(pair)), Emphasis::kStrong, color) << '\n';
    WriteTable(ToTable(pair), width, color, out);
    for (const std::string& note : pair.notes) {
      WriteParagraph("note: ", PrintableLine(note), Emphasis::kPlain, width, color, out);
    }
    out << '\n';
  }
  WriteParagraph("", MarginSentence(comparison), Emphasis::kFaint, width, color, out);
}

void WriteBenchComparisonMarkdown(const BenchComparison& comparison, std::ostream& out) {
  for (const BenchPair& pair : comparison.pairs) {
    out << "### " << EscapeMarkdown(Title(pair)) << "\n\n";
    WriteMarkdownTable(ToTable(pair), out);
    for (const std::string& note : pair.notes) out << "- " << EscapeMarkdown(note) << '\n';
    if (!pair.notes.empty()) out << '\n';
  }
  out << EscapeMarkdown(MarginSentence(comparison)) << '\n';
}

void WriteBenchComparisonJson(const BenchComparison& comparison, std::ostream& out) {
  OrderedJson json = {{"kind", "mistral-eval bench comparison"},
                      {"schema_version", kBenchSchemaVersion},
                      {"margin", comparison.margin},
                      {"pairs", ToArray(comparison.pairs, PairJson)}};
  out << DumpStrict(std::move(json), "bench comparison", 2) << '\n';
}

}  // namespace meval
