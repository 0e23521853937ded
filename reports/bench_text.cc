// Console, Markdown and CSV.

#include <ostream>

#include "reports/bench_report.h"
#include "reports/bench_tables.h"
#include "reports/csv_text.h"
#include "reports/markdown_report.h"
#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {
namespace {

// A figure's row: what it is of, then its numbers; none where there is none.
struct CsvFigure {
  std::string metric;
  std::string unit;
  std::optional<double> median = {};
  std::optional<double> mean = {};
  std::optional<double> stddev = {};
  std::optional<double> low = {};
  std::optional<double> high = {};
  std::int64_t n = 0;
};

void WriteFigure(const std::string& kind, const std::string& test, const CsvFigure& figure,
                 const std::string& note, std::ostream& out) {
  const std::string field = test + " " + figure.metric + " ";
  WriteCsvRow({kind, CsvText(test), figure.metric, figure.unit, std::to_string(figure.n),
               CsvNumber(field + "median", figure.median), CsvNumber(field + "mean", figure.mean),
               CsvNumber(field + "stddev", figure.stddev), CsvNumber(field + "ci_low", figure.low),
               CsvNumber(field + "ci_high", figure.high), CsvText(note)},
              out);
}

CsvFigure SpreadFigure(const std::string& metric, const std::string& unit,
                       const BenchSpread& spread, std::size_t n) {
  return {metric,        unit,          spread.median,  spread.mean,
          spread.stddev, spread.ci_low, spread.ci_high, static_cast<std::int64_t>(n)};
}

CsvFigure ValueFigure(const std::string& metric, const std::string& unit, double value) {
  return {.metric = metric, .unit = unit, .median = value, .n = 1};
}

// Writes the figures of a test's energy, where it has any, by `write`.
template <typename Write>
void WriteEnergy(const std::optional<BenchEnergy>& energy, const Write& write) {
  if (!energy) return;
  write(ValueFigure("energy", "J", energy->joules));
  write(ValueFigure("power", "W", energy->Watts()));
  write(ValueFigure("energy_per_token", "J/token", energy->JoulesPerToken()));
}

void WriteThroughputRows(const ThroughputTest& test, std::ostream& out) {
  const auto figure = [&](const CsvFigure& one, const std::string& note = "") {
    WriteFigure("throughput", test.name, one, note, out);
  };
  figure(SpreadFigure("rate", "tokens/s", test.rate, test.seconds.size()),
         test.unstable.empty() ? "" : "unstable: " + test.unstable);
  figure(ValueFigure("flops", "FLOP", test.flops));
  figure(ValueFigure("bytes", "B", test.bytes));
  figure(ValueFigure("share_of_ceiling", "1", test.ShareOfCeiling()));
  WriteEnergy(test.energy, figure);
}

void WriteServingRows(const ServingTest& test, std::ostream& out) {
  const std::string title = ServingTitle(test);
  const auto latency = [&](const std::string& metric, const BenchLatency& one) {
    WriteFigure("latency", title,
                {.metric = metric,
                 .unit = "s",
                 .median = one.median,
                 .mean = one.mean,
                 .stddev = one.stddev,
                 .n = one.n},
                "", out);
    for (const BenchLatency::Percentile& p : one.percentiles) {
      WriteFigure("latency", title,
                  {.metric = metric + "_p" + CsvNumber("percent", p.percent),
                   .unit = "s",
                   .median = p.value,
                   .n = one.n},
                  p.value ? "" : "n too small", out);
    }
  };
  latency("ttft", test.ttft);
  latency("tpot", test.tpot);
  latency("itl", test.itl);
  latency("e2el", test.e2el);
  WriteFigure("latency", title,
              ValueFigure("request_throughput", "requests/s", test.request_throughput), "", out);
  WriteFigure("latency", title,
              ValueFigure("output_throughput", "tokens/s", test.output_throughput), "", out);
  if (test.goodput) {
    WriteFigure("latency", title, ValueFigure("goodput", "requests/s", *test.goodput), "", out);
  }
  WriteEnergy(test.energy,
              [&](const CsvFigure& one) { WriteFigure("latency", title, one, "", out); });
}

}  // namespace

void WriteMarkdownTable(const TextTable& table, std::ostream& out) {
  for (const TableColumn& column : table.columns)
    out << "| " << EscapeMarkdown(column.header) << ' ';
  out << "|\n";
  for (const TableColumn& column : table.columns) {
    out << (column.align == Align::kRight ? "|--:" : "|:--");
  }
  out << "|\n";
  for (const std::vector<TableCell>& row : table.rows) {
    for (const TableCell& cell : row) {
      const char* strong = cell.emphasis == Emphasis::kStrong && !cell.text.empty() ? "**" : "";
      out << "| " << strong << EscapeMarkdown(cell.text) << strong << ' ';
    }
    out << "|\n";
  }
  out << '\n';
}

void WriteBenchConsole(const BenchReport& report, int width, bool color, std::ostream& out) {
  out << Styled(PrintableLine(BenchHeadline(report)), Emphasis::kStrong, color) << '\n';
  for (const std::string& fact : BenchFacts(report)) {
    WriteParagraph("  ", PrintableLine(fact), Emphasis::kFaint, width, color, out);
  }
  for (const BenchTable& table : BenchTables(report)) {
    out << '\n' << Styled(PrintableLine(table.title), Emphasis::kStrong, color) << '\n';
    WriteTable(table.table, width, color, out);
    for (const std::string& note : table.notes) {
      WriteParagraph("", PrintableLine(note), Emphasis::kPlain, width, color, out);
    }
  }
}

void WriteBenchMarkdown(const BenchReport& report, std::ostream& out) {
  out << "# " << EscapeMarkdown(BenchHeadline(report)) << "\n\n";
  for (const std::string& fact : BenchFacts(report)) out << "- " << EscapeMarkdown(fact) << '\n';
  out << '\n';
  for (const BenchTable& table : BenchTables(report)) {
    out << "## " << EscapeMarkdown(table.title) << "\n\n";
    WriteMarkdownTable(table.table, out);
    for (const std::string& note : table.notes) out << EscapeMarkdown(note) << "\n\n";
  }
}

void WriteBenchCsv(const BenchReport& report, std::ostream& out) {
  WriteCsvRow({"kind", "test", "metric", "unit", "n", "median", "mean", "stddev", "ci_low",
               "ci_high", "note"},
              out);
  for (const ThroughputTest& test : report.throughput) WriteThroughputRows(test, out);
  for (const ServingTest& test : report.serving) WriteServingRows(test, out);
  for (const RateSearch& search : report.searches) {
    if (!search.rate) continue;
    WriteFigure("search", search.workload, ValueFigure("rate", "requests/s", *search.rate), "",
                out);
  }
  for (const PrefixTest& test : report.prefixes) {
    const std::string title =
        std::to_string(test.prefix_tokens) + "+" + std::to_string(test.suffix_tokens);
    WriteFigure("prefix", title,
                SpreadFigure("cold_ttft", "s", test.cold, test.cold_seconds.size()), "", out);
    WriteFigure("prefix", title,
                SpreadFigure("warm_ttft", "s", test.warm, test.warm_seconds.size()), "", out);
  }
}

}  // namespace meval
