#include "evals/arena_report.h"

#include <algorithm>
#include <numeric>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "metrics/bradley_terry.h"
#include "metrics/elo.h"
#include "reports/csv_text.h"
#include "reports/markdown_report.h"
#include "reports/summary.h"
#include "reports/text_table.h"
#include "reports/utf8.h"

namespace meval {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kWidth = 120;
// A wider matrix is no longer read on a terminal; the other formats have it.
constexpr std::size_t kMostConsoleModels = 12;

PairRecord Total(const std::vector<PairRecord>& records) {
  PairRecord total;
  for (const PairRecord& record : records) {
    total.wins += record.wins;
    total.losses += record.losses;
    total.ties += record.ties;
  }
  return total;
}

// Indices of models in the order of the report.
std::vector<std::size_t> Ranking(const std::vector<ArenaModel>& models) {
  std::vector<std::size_t> order(models.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto& x = models[a];
    const auto& y = models[b];
    if (x.bradley_terry.has_value() != y.bradley_terry.has_value()) {
      return x.bradley_terry.has_value();
    }
    return x.bradley_terry ? *x.bradley_terry > *y.bradley_terry : x.elo > y.elo;
  });
  return order;
}

std::string Points(const std::optional<double>& value) {
  return value ? fmt::format("{:.1f}", *value) : "\u2013";
}

std::string Points(const std::optional<Interval>& interval) {
  return interval ? fmt::format("{:.1f} \u2013 {:.1f}", interval->low, interval->high) : "";
}

std::string Percent(const PairRecord& record) {
  const auto rate = record.WinRate();
  return rate ? fmt::format("{:.1f}", 100 * *rate) : "";
}

std::string IntervalName(const ArenaReport& report) {
  return fmt::format("{:g} % interval", 100 * report.options.level);
}

bool HasIntervals(const ArenaReport& report) { return report.options.resampling.num_resamples > 0; }

std::string Headline(const ArenaReport& report) {
  return fmt::format("{} battle{} of {} model{}", Grouped(report.num_battles),
                     report.num_battles == 1 ? "" : "s", report.models.size(),
                     report.models.size() == 1 ? "" : "s");
}

std::string NamesOf(const ArenaReport& report, std::string_view standing) {
  std::vector<std::string> names;
  for (const ArenaModel& model : report.models) {
    if (model.standing == standing) names.push_back(model.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// What a reader must know beside the numbers, a sentence each.
std::vector<std::string> Notes(const ArenaReport& report) {
  std::vector<std::string> notes;
  const std::pair<std::string_view, const char*> standings[] = {
      {"unbeaten", "never lost to or tied with a model outside their group"},
      {"winless", "never beat or tied with a model outside their group"},
      {"between", "beat some models outside their group and lost to others, none both ways"},
      {"unconnected", "met no model outside their group"}};
  for (const auto& [standing, why] : standings) {
    const std::string names = NamesOf(report, standing);
    if (!names.empty()) {
      notes.push_back(
          fmt::format("No finite Bradley-Terry rating on the scale of the others: {} ({}: {}).",
                      names, standing, why));
    }
  }
  if (report.num_unidentifiable > 0) {
    notes.push_back(fmt::format(
        "{} of {} resamples have no Bradley-Terry maximum and are left out of its intervals; where "
        "they are more than {:g} %, none is given.",
        Grouped(report.num_unidentifiable), Grouped(report.options.resampling.num_resamples),
        50 * (1 - report.options.level)));
  }
  notes.push_back("A win rate counts a tie as half a win. Elo depends on the order of battles.");
  return notes;
}

std::vector<std::string> Cells(const ArenaReport& report, std::size_t rank) {
  const ArenaModel& model = report.models[rank];
  std::vector<std::string> cells = {model.bradley_terry ? std::to_string(rank + 1) : "", model.name,
                                    Points(model.bradley_terry)};
  if (HasIntervals(report)) cells.push_back(Points(model.bradley_terry_interval));
  cells.push_back(Points(model.elo));
  if (HasIntervals(report)) cells.push_back(Points(model.elo_interval));
  for (const std::int64_t count :
       {model.record.battles(), model.record.wins, model.record.losses, model.record.ties}) {
    cells.push_back(Grouped(count));
  }
  cells.push_back(Percent(model.record));
  return cells;
}

std::vector<std::string> Headers(const ArenaReport& report) {
  std::vector<std::string> headers = {"#", "Model", "Bradley-Terry"};
  if (HasIntervals(report)) headers.push_back(IntervalName(report));
  headers.emplace_back("Elo");
  if (HasIntervals(report)) headers.push_back(IntervalName(report));
  for (const char* name : {"Battles", "Won", "Lost", "Tied", "Win rate %"}) {
    headers.emplace_back(name);
  }
  return headers;
}

TextTable ConsoleTable(const std::vector<std::string>& headers) {
  TextTable table;
  for (const std::string& header : headers) {
    const bool is_name = header == "Model";
    table.columns.push_back({header, is_name ? Align::kLeft : Align::kRight, is_name ? 16 : 0, 0});
  }
  return table;
}

std::vector<TableCell> ConsoleRow(const std::vector<std::string>& cells) {
  std::vector<TableCell> row;
  for (const std::string& cell : cells) row.push_back({cell});
  return row;
}

void WriteConsoleMatrix(const ArenaReport& report, std::ostream& out) {
  if (report.models.size() > kMostConsoleModels) {
    fmt::print(out, "Win rates of each two models: --format json, csv or markdown.\n");
    return;
  }
  std::vector<std::string> headers = {"#", "Model"};
  for (std::size_t j = 0; j < report.models.size(); ++j) {
    headers.push_back(fmt::format("vs {}", j + 1));
  }
  TextTable table = ConsoleTable(headers);
  for (std::size_t i = 0; i < report.models.size(); ++i) {
    std::vector<std::string> cells = {std::to_string(i + 1), report.models[i].name};
    for (const PairRecord& record : report.pairs[i]) cells.push_back(Percent(record));
    table.rows.push_back(ConsoleRow(cells));
  }
  fmt::print(out, "Win rate % of the row against the column:\n\n");
  WriteTable(table, kWidth, false, out);
}

void WriteMarkdownRow(const std::vector<std::string>& cells, std::ostream& out) {
  out << '|';
  for (const std::string& cell : cells) out << ' ' << EscapeMarkdown(cell) << " |";
  out << '\n';
}

void WriteMarkdownHead(const std::vector<std::string>& headers, std::ostream& out) {
  WriteMarkdownRow(headers, out);
  out << '|';
  for (const std::string& header : headers) out << (header == "Model" ? ":--|" : "--:|");
  out << '\n';
}

Json IntervalJson(const std::optional<Interval>& interval) {
  return interval ? Json{{"low", interval->low}, {"high", interval->high}} : Json(nullptr);
}

Json RecordJson(const PairRecord& record) {
  return {{"battles", record.battles()},
          {"wins", record.wins},
          {"losses", record.losses},
          {"ties", record.ties},
          {"win_rate", record.WinRate().value()}};
}

Json ModelJson(const ArenaModel& model) {
  Json json = {{"model", model.name},
               {"bradley_terry", model.bradley_terry ? Json(*model.bradley_terry) : Json(nullptr)},
               {"bradley_terry_interval", IntervalJson(model.bradley_terry_interval)},
               {"standing", model.standing.empty() ? Json("rated") : Json(model.standing)},
               {"elo", model.elo},
               {"elo_interval", IntervalJson(model.elo_interval)}};
  json.update(RecordJson(model.record));
  return json;
}

Json OptionsJson(const ArenaOptions& options) {
  Json anchor = nullptr;
  if (options.anchor) {
    anchor = {{"model", options.anchor->model}, {"rating", options.anchor->rating}};
  }
  return {{"k", options.elo.k},
          {"scale", options.elo.scale.scale},
          {"base", options.elo.scale.base},
          {"init_rating", options.elo.scale.init_rating},
          {"anchor", std::move(anchor)},
          {"resamples", options.resampling.num_resamples},
          {"seed", options.resampling.seed},
          {"level", options.level}};
}

}  // namespace

ArenaReport BuildArenaReport(const BattleLog& log, const ArenaOptions& options) {
  const BradleyTerryOptions bradley_terry = {.scale = options.elo.scale, .anchor = options.anchor};
  const std::vector<double> elo = EloRatings(log, options.elo);
  const BradleyTerryFit fit = FitBradleyTerry(log, bradley_terry);
  const auto pairs = CountPairs(log);
  std::vector<ArenaModel> models(log.models().size());
  for (std::size_t m = 0; m < models.size(); ++m) {
    models[m].name = log.models()[m];
    models[m].bradley_terry = fit.ratings[m];
    models[m].elo = elo[m];
    models[m].record = Total(pairs[m]);
  }
  for (const UnratedGroup& group : fit.unrated) {
    for (const std::size_t m : group.models) models[m].standing = Name(group.standing);
  }
  ArenaReport report;
  report.options = options;
  report.num_battles = static_cast<std::int64_t>(log.battles().size());
  if (HasIntervals(report)) {
    const auto elo_intervals = EloIntervals(log, options.elo, options.resampling, options.level);
    const auto bootstrap =
        BootstrapBradleyTerry(log, bradley_terry, options.resampling, options.level);
    report.num_unidentifiable = bootstrap.num_unidentifiable;
    for (std::size_t m = 0; m < models.size(); ++m) {
      models[m].elo_interval = elo_intervals[m];
      models[m].bradley_terry_interval = bootstrap.intervals[m];
    }
  }
  const std::vector<std::size_t> ranking = Ranking(models);
  for (const std::size_t i : ranking) {
    report.models.push_back(models[i]);
    std::vector<PairRecord>& row = report.pairs.emplace_back();
    for (const std::size_t j : ranking) row.push_back(pairs[i][j]);
  }
  return report;
}

void WriteArenaConsole(const ArenaReport& report, std::ostream& out) {
  TextTable table = ConsoleTable(Headers(report));
  for (std::size_t rank = 0; rank < report.models.size(); ++rank) {
    table.rows.push_back(ConsoleRow(Cells(report, rank)));
  }
  fmt::print(out, "{}\n\n", Headline(report));
  WriteTable(table, kWidth, false, out);
  out << '\n';
  for (const std::string& note : Notes(report)) {
    for (const std::string& line : WrapText(PrintableLine(note), kWidth)) out << line << '\n';
  }
  out << '\n';
  WriteConsoleMatrix(report, out);
}

void WriteArenaMarkdown(const ArenaReport& report, std::ostream& out) {
  fmt::print(out, "{}\n\n", EscapeMarkdown(Headline(report)));
  WriteMarkdownHead(Headers(report), out);
  for (std::size_t rank = 0; rank < report.models.size(); ++rank) {
    WriteMarkdownRow(Cells(report, rank), out);
  }
  out << '\n';
  for (const std::string& note : Notes(report)) fmt::print(out, "- {}\n", EscapeMarkdown(note));
  out << "\nWin rate % of the row against the column, and battles:\n\n";
  std::vector<std::string> headers = {"Model"};
  for (const ArenaModel& model : report.models) headers.push_back("vs " + model.name);
  WriteMarkdownHead(headers, out);
  for (std::size_t i = 0; i < report.models.size(); ++i) {
    std::vector<std::string> cells = {report.models[i].name};
    for (const PairRecord& record : report.pairs[i]) {
      cells.push_back(record.battles() == 0
                          ? ""
                          : fmt::format("{} ({})", Percent(record), Grouped(record.battles())));
    }
    WriteMarkdownRow(cells, out);
  }
}

void WriteArenaCsv(const ArenaReport& report, std::ostream& out) {
  WriteCsvRow(
      {"model", "opponent", "bradley_terry", "bradley_terry_low", "bradley_terry_high", "standing",
       "elo", "elo_low", "elo_high", "battles", "wins", "losses", "ties", "win_rate"},
      out);
  const auto low = [](const std::optional<Interval>& interval) {
    return interval ? std::optional(interval->low) : std::nullopt;
  };
  const auto high = [](const std::optional<Interval>& interval) {
    return interval ? std::optional(interval->high) : std::nullopt;
  };
  const auto write = [&](std::vector<std::string> fields, const PairRecord& record) {
    for (const std::int64_t count : {record.battles(), record.wins, record.losses, record.ties}) {
      fields.push_back(std::to_string(count));
    }
    fields.push_back(CsvNumber("win_rate", record.WinRate()));
    WriteCsvRow(fields, out);
  };
  for (const ArenaModel& model : report.models) {
    const auto number = [&](std::optional<double> value) { return CsvNumber(model.name, value); };
    write({CsvText(model.name), "", number(model.bradley_terry),
           number(low(model.bradley_terry_interval)), number(high(model.bradley_terry_interval)),
           model.standing.empty() ? "rated" : model.standing, number(model.elo),
           number(low(model.elo_interval)), number(high(model.elo_interval))},
          model.record);
  }
  for (std::size_t i = 0; i < report.models.size(); ++i) {
    for (std::size_t j = 0; j < report.models.size(); ++j) {
      if (report.pairs[i][j].battles() > 0) {
        write({CsvText(report.models[i].name), CsvText(report.models[j].name), "", "", "", "", "",
               "", ""},
              report.pairs[i][j]);
      }
    }
  }
}

void WriteArenaJson(const ArenaReport& report, std::ostream& out) {
  Json models = Json::array();
  for (const ArenaModel& model : report.models) models.push_back(ModelJson(model));
  Json pairs = Json::array();
  for (std::size_t i = 0; i < report.models.size(); ++i) {
    for (std::size_t j = i + 1; j < report.models.size(); ++j) {
      if (report.pairs[i][j].battles() > 0) {
        Json pair = {{"model", report.models[i].name}, {"opponent", report.models[j].name}};
        pair.update(RecordJson(report.pairs[i][j]));
        pairs.push_back(std::move(pair));
      }
    }
  }
  const bool identifiable =
      std::all_of(report.models.begin(), report.models.end(),
                  [](const ArenaModel& model) { return model.standing.empty(); });
  const Json json = {
      {"battles", report.num_battles}, {"options", OptionsJson(report.options)},
      {"identifiable", identifiable},  {"unidentifiable_resamples", report.num_unidentifiable},
      {"models", std::move(models)},   {"pairs", std::move(pairs)}};
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace meval
