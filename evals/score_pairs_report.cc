// What `score --metric` prints and writes.

#include <fstream>
#include <istream>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include "evals/jsonl_lines.h"
#include "evals/program.h"
#include "evals/score_pairs.h"
#include "reports/text_table.h"

namespace meval {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kWidth = 120;

std::string Shown(double value, double range_high) {
  return fmt::format("{:.{}f}", value, range_high > 1 ? 2 : 4);
}

std::string ShownP(const std::optional<double>& p) { return p ? fmt::format("{:.4f}", *p) : ""; }

// Rows of text: metric, system, score, interval, p-values.
std::vector<std::vector<std::string>> Rows(const std::vector<MetricOfSystems>& metrics,
                                           const std::vector<SystemPairs>& systems) {
  std::vector<std::vector<std::string>> rows;
  for (const MetricOfSystems& metric : metrics) {
    for (std::size_t i = 0; i < systems.size(); ++i) {
      const SystemScore& system = metric.systems[i];
      const double high = system.metric.range_high;
      rows.push_back({metric.name + (system.metric.higher_is_better ? "" : " (lower is better)"),
                      systems[i].name, fmt::format("{}", systems[i].pairs.size()),
                      Shown(system.metric.score, high),
                      Shown(system.interval.low, high) + " – " + Shown(system.interval.high, high),
                      ShownP(system.bs_p), ShownP(system.ar_p)});
    }
  }
  return rows;
}

std::vector<std::string> Header(const ScoreOptions& options) {
  return {"Metric",
          "System",
          "n",
          "Score",
          fmt::format("{:g} % interval", 100 * options.level),
          "p (bootstrap)",
          "p (randomisation)"};
}

bool IsShown(const ScoreOptions& options, std::size_t column) {
  return column < 5 || (column == 5 ? options.paired_bs : options.paired_ar);
}

void WriteConsoleTable(const ScoreOptions& options, const std::vector<MetricOfSystems>& metrics,
                       const std::vector<SystemPairs>& systems, std::ostream& out) {
  TextTable table;
  const std::vector<std::string> header = Header(options);
  for (std::size_t c = 0; c < header.size(); ++c) {
    if (IsShown(options, c)) {
      table.columns.push_back(
          {header[c], c < 2 ? Align::kLeft : Align::kRight, c == 1 ? 12 : 0, 0});
    }
  }
  for (const auto& row : Rows(metrics, systems)) {
    std::vector<TableCell> cells;
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (IsShown(options, c)) cells.push_back({row[c]});
    }
    table.rows.push_back(std::move(cells));
  }
  WriteTable(table, kWidth, false, out);
  out << '\n';
  for (const MetricOfSystems& metric : metrics) {
    fmt::print(out, "{}: {}\n", metric.name, metric.signature);
  }
}

void WriteMarkdownTable(const ScoreOptions& options, const std::vector<MetricOfSystems>& metrics,
                        const std::vector<SystemPairs>& systems, std::ostream& out) {
  const auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (IsShown(options, c)) out << "| " << cells[c] << ' ';
    }
    out << "|\n";
  };
  line(Header(options));
  line(std::vector<std::string>(7, "---"));
  for (const auto& row : Rows(metrics, systems)) line(row);
  out << '\n';
  for (const MetricOfSystems& metric : metrics) {
    fmt::print(out, "`{}: {}`\n", metric.name, metric.signature);
  }
}

Json Number(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

void WriteJsonReport(const ScoreOptions& options, const std::vector<MetricOfSystems>& metrics,
                     const std::vector<SystemPairs>& systems, std::ostream& out) {
  Json list = Json::array();
  for (const MetricOfSystems& metric : metrics) {
    Json scores = Json::array();
    for (std::size_t i = 0; i < systems.size(); ++i) {
      const SystemScore& system = metric.systems[i];
      scores.push_back({{"system", systems[i].name},
                        {"n", systems[i].pairs.size()},
                        {"score", system.metric.score},
                        {"ci_low", system.interval.low},
                        {"ci_high", system.interval.high},
                        {"p_paired_bootstrap", Number(system.bs_p)},
                        {"p_approximate_randomisation", Number(system.ar_p)}});
    }
    list.push_back({{"name", metric.name},
                    {"signature", metric.signature},
                    {"range_high", metric.systems.front().metric.range_high},
                    {"higher_is_better", metric.systems.front().metric.higher_is_better},
                    {"systems", std::move(scores)}});
  }
  const Json report = {{"level", options.level},
                       {"resamples", options.resamples},
                       {"seed", options.seed},
                       {"metrics", std::move(list)}};
  out << report.dump(2) << '\n';
}

// One line a pair and system: {"system", "index", "id"?, "scores": {metric: score}}.
void WriteSamples(const std::string& path, const std::vector<MetricOfSystems>& metrics,
                  const std::vector<SystemPairs>& systems, std::ostream& standard) {
  OutputStream output(path, "--per-sample", standard);
  for (std::size_t s = 0; s < systems.size(); ++s) {
    for (std::size_t i = 0; i < systems[s].pairs.size(); ++i) {
      Json line = {{"system", systems[s].name}, {"index", i}};
      // Pairs stand in the order of the first system.
      if (!systems.front().ids.empty()) line["id"] = systems.front().ids[i];
      for (const MetricOfSystems& metric : metrics) {
        line["scores"][metric.name] = metric.systems[s].metric.samples[i];
      }
      output.stream() << line.dump() << '\n';
    }
  }
  output.Close();
}

}  // namespace

int ScorePairsCommand(const ScoreOptions& options, int num_threads, std::istream& in,
                      std::ostream& out) {
  std::vector<SystemPairs> systems;
  for (const std::string& path : options.inputs) {
    InputStream input(path, in);
    systems.push_back(ReadPairs(input.stream(), input.name()));
  }
  const std::vector<MetricOfSystems> metrics = ScoreSystems(options, systems, num_threads);
  OutputStream output(options.out, "--out", out);
  if (options.format == "json") {
    WriteJsonReport(options, metrics, systems, output.stream());
  } else if (options.format == "markdown") {
    WriteMarkdownTable(options, metrics, systems, output.stream());
  } else {
    WriteConsoleTable(options, metrics, systems, output.stream());
  }
  output.Close();
  if (!options.per_sample.empty()) WriteSamples(options.per_sample, metrics, systems, out);
  return kExitOk;
}

}  // namespace meval
