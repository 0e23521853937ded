#include "evals/pair_report.h"

#include <cstddef>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "reports/csv_text.h"
#include "reports/markdown_report.h"
#include "reports/summary.h"
#include "reports/text_table.h"
#include "reports/utf8.h"

namespace meval {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kWidth = 120;

bool HasSeveral(const PairReport& report) { return report.systems.size() > 1; }

// In the unit shown: fractions as percent, other units with as many decimals as they are read with.
std::string Shown(const PairScore& about, double value) {
  if (about.unit == "fraction") return fmt::format("{:.2f}", 100 * value);
  return fmt::format("{:.{}f}", value, about.unit == "percent" ? 2 : 4);
}

std::string Shown(const PairScore& about, const std::optional<double>& value) {
  return value ? Shown(about, *value) : "";
}

std::string ShownName(const PairScore& about) {
  const bool is_percent = about.unit == "fraction" || about.unit == "percent";
  return is_percent ? about.name : about.name + " (" + about.unit + ")";
}

// One row of the tables for people.
struct ShownRow {
  std::string metric;  // in a metric's first row
  std::string system;
  std::string value;
  std::string error;
  std::string interval;
  std::string difference;
  std::string p_bootstrap;
  std::string p_randomization;
};

std::string ShownP(const std::optional<double>& p) { return p ? fmt::format("{:.4f}", *p) : ""; }

std::vector<ShownRow> ShownRows(const PairReport& report) {
  std::vector<ShownRow> rows;
  for (const PairReportRow& row : report.rows) {
    for (std::size_t i = 0; i < row.systems.size(); ++i) {
      const SystemScore& scored = row.systems[i];
      ShownRow shown;
      shown.metric = i == 0 ? ShownName(row.about) : "";
      shown.system = report.systems[i];
      shown.value = Shown(row.about, scored.score.value);
      shown.error = Shown(row.about, scored.score.standard_error);
      shown.p_bootstrap = ShownP(scored.p_bootstrap);
      shown.p_randomization = ShownP(scored.p_randomization);
      shown.difference = i == 0 ? "baseline" : Shown(row.about, scored.difference);
      if (scored.score.ci_low) {
        shown.interval = Shown(row.about, scored.score.ci_low) + " \u2013 " +
                         Shown(row.about, scored.score.ci_high);
      }
      if (scored.difference && *scored.difference >= 0) shown.difference.insert(0, "+");
      rows.push_back(std::move(shown));
    }
  }
  return rows;
}

// "819 pairs" and how systems are compared.
std::string Headline(const PairReport& report) {
  std::string text = Grouped(report.num_pairs) + (report.num_pairs == 1 ? " pair" : " pairs");
  const PairedTests& tests = report.options.tests;
  if (tests.bootstrap) {
    text += fmt::format("; paired bootstrap of {} resamples", Grouped(*tests.bootstrap));
  }
  if (tests.randomization) {
    text += fmt::format("; paired approximate randomization of {} trials",
                        Grouped(*tests.randomization));
  }
  return text;
}

// The columns of the tables for people: header, alignment, and what a row has there.
struct ShownColumn {
  std::string header;
  Align align;
  std::string ShownRow::*cell;
};

std::vector<ShownColumn> ShownColumns(const PairReport& report) {
  std::vector<ShownColumn> columns = {{"Metric", Align::kLeft, &ShownRow::metric},
                                      {"System", Align::kLeft, &ShownRow::system},
                                      {"Score %", Align::kRight, &ShownRow::value},
                                      {"\u00b1", Align::kRight, &ShownRow::error},
                                      {fmt::format("{:g} % interval", 100 * report.options.level),
                                       Align::kRight, &ShownRow::interval}};
  if (HasSeveral(report)) {
    columns.push_back({"Difference", Align::kRight, &ShownRow::difference});
  }
  if (report.options.tests.bootstrap) {
    columns.push_back({"p (bootstrap)", Align::kRight, &ShownRow::p_bootstrap});
  }
  if (report.options.tests.randomization) {
    columns.push_back({"p (randomization)", Align::kRight, &ShownRow::p_randomization});
  }
  return columns;
}

Json NumberJson(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json SystemJson(const std::string& system, const SystemScore& scored) {
  return {{"system", system},
          {"value", scored.score.value},
          {"standard_error", NumberJson(scored.score.standard_error)},
          {"ci_low", NumberJson(scored.score.ci_low)},
          {"ci_high", NumberJson(scored.score.ci_high)},
          {"method", scored.score.method},
          {"difference", NumberJson(scored.difference)},
          {"p_paired_bootstrap", NumberJson(scored.p_bootstrap)},
          {"p_paired_randomization", NumberJson(scored.p_randomization)}};
}

std::string Dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void WriteConsole(const PairReport& report, std::ostream& out) {
  const std::vector<ShownColumn> columns = ShownColumns(report);
  TextTable table;
  for (const ShownColumn& column : columns) {
    table.columns.push_back({column.header, column.align, column.header == "System" ? 16 : 0, 0});
  }
  for (const ShownRow& row : ShownRows(report)) {
    if (!row.metric.empty() && !table.rows.empty() && HasSeveral(report)) table.rows.emplace_back();
    std::vector<TableCell> cells;
    for (const ShownColumn& column : columns) cells.push_back({row.*column.cell});
    table.rows.push_back(std::move(cells));
  }
  fmt::print(out, "{}\n\n", Headline(report));
  WriteTable(table, kWidth, false, out);
  out << '\n';
  for (const PairReportRow& row : report.rows) {
    fmt::print(out, "{}: {}\n", row.about.name, PrintableLine(row.signature));
  }
}

void WriteMarkdown(const PairReport& report, std::ostream& out) {
  const std::vector<ShownColumn> columns = ShownColumns(report);
  fmt::print(out, "{}\n\n|", Headline(report));
  for (const ShownColumn& column : columns) fmt::print(out, " {} |", column.header);
  out << "\n|";
  for (const ShownColumn& column : columns) out << (column.align == Align::kLeft ? ":--|" : "--:|");
  out << '\n';
  for (const ShownRow& row : ShownRows(report)) {
    out << '|';
    for (const ShownColumn& column : columns) {
      fmt::print(out, " {} |", EscapeMarkdown(row.*column.cell));
    }
    out << '\n';
  }
  out << '\n';
  for (const PairReportRow& row : report.rows) {
    fmt::print(out, "- {}\n", EscapeMarkdown(row.about.name + ": " + row.signature));
  }
}

void WriteJson(const PairReport& report, std::ostream& out) {
  Json metrics = Json::array();
  for (const PairReportRow& row : report.rows) {
    Json systems = Json::array();
    for (std::size_t i = 0; i < row.systems.size(); ++i) {
      systems.push_back(SystemJson(report.systems[i], row.systems[i]));
    }
    metrics.push_back({{"name", row.about.name},
                       {"unit", row.about.unit},
                       {"higher_is_better", row.about.higher_is_better},
                       {"signature", row.signature},
                       {"systems", std::move(systems)}});
  }
  const auto trials = [](const std::optional<std::int64_t>& number) {
    return number ? Json(*number) : Json(nullptr);
  };
  const Json json = {{"n", report.num_pairs},
                     {"level", report.options.level},
                     {"resamples", report.options.resamples},
                     {"seed", report.options.seed},
                     {"paired_bootstrap", trials(report.options.tests.bootstrap)},
                     {"paired_randomization", trials(report.options.tests.randomization)},
                     {"systems", Json(report.systems)},
                     {"metrics", std::move(metrics)}};
  out << Dump(json, 2) << '\n';
}

void WriteCsv(const PairReport& report, std::ostream& out) {
  WriteCsvRow({"metric", "system", "n", "value", "unit", "standard_error", "level", "ci_low",
               "ci_high", "method", "difference", "p_paired_bootstrap", "p_paired_randomization",
               "higher_is_better", "signature"},
              out);
  for (const PairReportRow& row : report.rows) {
    for (std::size_t i = 0; i < row.systems.size(); ++i) {
      const SystemScore& scored = row.systems[i];
      const std::string& name = row.about.name;
      WriteCsvRow(
          {name, CsvText(report.systems[i]), std::to_string(report.num_pairs),
           CsvNumber(name, scored.score.value), row.about.unit,
           CsvNumber(name, scored.score.standard_error), CsvNumber("level", report.options.level),
           CsvNumber(name, scored.score.ci_low), CsvNumber(name, scored.score.ci_high),
           scored.score.method, CsvNumber(name, scored.difference),
           CsvNumber(name, scored.p_bootstrap), CsvNumber(name, scored.p_randomization),
           row.about.higher_is_better ? "true" : "false", row.signature},
          out);
    }
  }
}

void WritePerSample(const PairReport& report, std::span<const PairFile> files, std::ostream& out) {
  for (std::size_t pair = 0; pair < files.front().pairs.size(); ++pair) {
    Json line = {{"index", pair}};
    if (!files.front().ids.empty()) line["id"] = files.front().ids[pair];
    line["systems"] = Json::array();
    for (std::size_t system = 0; system < files.size(); ++system) {
      Json scores = Json::object();
      for (const PairReportRow& row : report.rows) {
        const std::optional<double>& score = row.systems[system].pairs[pair];
        if (score) scores[row.about.name] = *score;
      }
      line["systems"].push_back({{"system", report.systems[system]},
                                 {"source", files[system].where[pair]},
                                 {"scores", std::move(scores)}});
    }
    out << Dump(line, -1) << '\n';
  }
}

void WriteCatalogue(std::ostream& out) {
  for (const PairMetricEntry& entry : PairMetricCatalogue()) {
    fmt::print(out, "{:<22} {}\n", entry.name, entry.title);
    for (const PairParameter& parameter : entry.parameters) {
      const std::string values = parameter.words.empty()
                                     ? std::string()
                                     : fmt::format(": {}", fmt::join(parameter.words, ", "));
      const std::string fallback =
          parameter.fallback.empty() ? std::string() : fmt::format(" ({})", parameter.fallback);
      fmt::print(out, "  .{:<19} {}{}{}{}\n", parameter.key, parameter.meaning, values, fallback,
                 parameter.is_list ? "; may be repeated" : "");
    }
  }
}

void WriteCatalogueJson(std::ostream& out) {
  Json entries = Json::array();
  for (const PairMetricEntry& entry : PairMetricCatalogue()) {
    Json parameters = Json::array();
    for (const PairParameter& parameter : entry.parameters) {
      parameters.push_back({{"key", parameter.key},
                            {"default", parameter.fallback},
                            {"values", Json(parameter.words)},
                            {"repeatable", parameter.is_list},
                            {"meaning", parameter.meaning}});
    }
    entries.push_back({{"name", entry.name},
                       {"title", entry.title},
                       {"scores", Json(entry.scores)},
                       {"parameters", std::move(parameters)}});
  }
  out << Dump(entries, 2) << '\n';
}

}  // namespace meval
