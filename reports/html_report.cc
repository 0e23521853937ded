#include "reports/html_report.h"

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "reports/html/page_data.h"
#include "reports/html_records.h"
#include "reports/json/strict_json.h"
#include "reports/published_text.h"
#include "reports/quantity_text.h"
#include "reports/summary.h"
#include "reports/utf8.h"

namespace meval {

// reports/html/ and chart.min.js, embedded by the build.
std::string_view ReportPage();
std::string_view ReportFigure();
std::string_view ReportStyle();
std::string_view FigureScript();
std::string_view RecordScript();
std::string_view RecordDetailScript();
std::string_view ChartScript();

namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;
using kainjow::mustache::partial;

// Pairs of a list of terms.
class Terms {
 public:
  void Add(const std::string& term, const std::string& text) {
    if (!text.empty()) list_.push_back(PageObject({{"term", term}, {"text", text}}));
  }
  const data& list() const { return list_; }

 private:
  data list_ = data(data::type::list);
};

data ScoreRows(const ScoreTable& table) {
  data rows(data::type::list);
  for (const ScoreRow& row : table.rows) {
    data object = PageObject({{"task", row.task},
                              {"version", row.version},
                              {"shots", row.shots},
                              {"subset", row.subset},
                              {"n", row.n},
                              {"metric", row.metric},
                              {"value", row.value},
                              {"error", row.error},
                              {"interval", row.interval},
                              {"published", row.published},
                              {"row_class", row.is_headline ? "headline" : ""}});
    object.set("is_first", !row.task.empty());
    object.set("has_subset", !row.subset.empty());
    rows.push_back(object);
  }
  return rows;
}

data PublishedTables(const RunReport& run) {
  data tables(data::type::list);
  for (const PublishedText& published : PublishedTexts(run)) {
    data rows(data::type::list);
    for (const PublishedTextRow& row : published.rows) {
      rows.push_back(PageObject({{"label", row.label},
                                 {"task", row.task},
                                 {"metric", row.metric},
                                 {"n", row.n},
                                 {"value", row.value},
                                 {"error", row.error},
                                 {"published", row.published},
                                 {"difference", row.difference},
                                 {"note", row.note}}));
    }
    data table = PageObject({{"table_title", published.title}});
    table.set("published_rows", rows);
    tables.push_back(table);
  }
  return tables;
}

std::string Cell(const std::vector<std::optional<double>>& values, std::size_t i, int decimals) {
  return i < values.size() && values[i] ? Fixed(*values[i], decimals) : "";
}

// The numbers of a figure as rows: a label, then value and interval of each series.
data FigureRows(const Figure& figure) {
  data rows(data::type::list);
  for (std::size_t i = 0; i < figure.labels.size(); ++i) {
    data cells(data::type::list);
    for (const FigureSeries& series : figure.series) {
      std::string text = Cell(series.values, i, figure.decimals);
      const std::string low = Cell(series.low, i, figure.decimals);
      const std::string high = Cell(series.high, i, figure.decimals);
      if (!low.empty() && !high.empty()) text += " (" + low + " \u2013 " + high + ")";
      cells.push_back(PageObject({{"cell", text}}));
    }
    data row = PageObject({{"label", figure.labels[i]}});
    row.set("cells", cells);
    rows.push_back(row);
  }
  return rows;
}

data FigureData(const Figure& figure, const std::string& id) {
  data object = PageObject({{"id", id},
                            {"figure_title", figure.title},
                            {"caption", figure.caption},
                            {"label_axis", figure.label_axis},
                            {"value_axis", figure.value_axis}});
  object.set("figure_class", figure.labels.size() > 12 ? "figure wide" : "figure");
  data heads(data::type::list);
  for (const FigureSeries& series : figure.series)
    heads.push_back(PageObject({{"head", series.name}}));
  object.set("heads", heads);
  object.set("is_drawn", figure.kind != FigureKind::kTable);
  object.set("figure_rows", FigureRows(figure));
  return object;
}

OrderedJson Numbers(const std::vector<std::optional<double>>& values) {
  OrderedJson array = OrderedJson::array();
  for (const std::optional<double>& value : values) {
    array.push_back(value ? OrderedJson(*value) : OrderedJson(nullptr));
  }
  return array;
}

OrderedJson FigureJson(const Figure& figure, const std::string& id) {
  constexpr const char* kKinds[] = {"rows", "columns", "stacked"};  // those that are drawn
  OrderedJson series = OrderedJson::array();
  for (const FigureSeries& one : figure.series) {
    series.push_back({{"name", one.name},
                      {"mark", one.mark == SeriesMark::kBar ? "bar" : "point"},
                      {"values", Numbers(one.values)},
                      {"low", Numbers(one.low)},
                      {"high", Numbers(one.high)}});
  }
  return {{"id", id},
          {"kind", kKinds[static_cast<std::size_t>(figure.kind)]},
          {"labelAxis", figure.label_axis},
          {"valueAxis", figure.value_axis},
          {"decimals", figure.decimals},
          {"labels", figure.labels},
          {"series", std::move(series)}};
}

// Lists figures for the template and, with the same ids, for the script that draws them.
data AddFigures(std::span<const Figure> figures, const std::string& prefix, OrderedJson& drawn) {
  data list(data::type::list);
  for (const Figure& figure : figures) {
    const std::string id = prefix + figure.name;
    list.push_back(FigureData(figure, id));
    if (figure.kind != FigureKind::kTable) drawn.push_back(FigureJson(figure, id));
  }
  return list;
}

data Counters(const TaskCounters& counters) {
  data list(data::type::list);
  const auto add = [&](const char* name, std::int64_t number) {
    data counter = PageObject({{"name", name}, {"number", Grouped(number)}});
    counter.set("counter_class", number == 0 ? "" : "alert");
    list.push_back(counter);
  };
  add("truncated prompts", counters.truncated_prompts);
  add("invalid answers", counters.invalid_answers);
  add("boundary merges", counters.boundary_merges);
  add("cut at the token limit", counters.length_stops);
  add("empty completions", counters.empty_completions);
  add("repeated questions", counters.duplicate_questions);
  add("without a result", counters.unscored);
  return list;
}

std::string PerSecond(std::int64_t tokens, double seconds) {
  if (tokens == 0 || !(seconds > 0)) return "";
  const double rate = static_cast<double>(tokens) / seconds;
  return rate < 100 ? Fixed(rate, 1) : Grouped(static_cast<std::int64_t>(rate));
}

std::string Energy(std::optional<double> joules) { return joules ? ShownJoules(*joules) : ""; }

data SpeedRow(const std::string& name, const Timing& timing) {
  std::string share;
  if (timing.ceiling_seconds && timing.model_seconds > 0) {
    share = Fixed(100 * *timing.ceiling_seconds / timing.model_seconds, 0) + " %";
  }
  std::string avoided;
  if (timing.requests_from_journal == 0 && timing.tokens_requested > timing.tokens_fed) {
    avoided = Grouped(timing.tokens_requested - timing.tokens_fed);
  }
  return PageObject({{"name", name},
                     {"seconds", Fixed(timing.seconds, 1)},
                     {"model_seconds", Fixed(timing.model_seconds, 1)},
                     {"requested", Grouped(timing.tokens_requested)},
                     {"fed", Grouped(timing.tokens_fed)},
                     {"avoided", avoided},
                     {"generated", Grouped(timing.tokens_generated)},
                     {"fed_rate", PerSecond(timing.tokens_fed, timing.model_seconds)},
                     {"generated_rate", PerSecond(timing.tokens_generated, timing.model_seconds)},
                     {"steps", Grouped(timing.steps)},
                     {"share", share},
                     {"joules", Energy(timing.joules)},
                     {"per_token", Energy(timing.JoulesPerTokenFed())},
                     {"per_answer", Energy(timing.JoulesPerCorrectAnswer())}});
}

data Speed(const RunReport& run) {
  data rows(data::type::list);
  for (const TaskResult& task : run.tasks) rows.push_back(SpeedRow(task.task, task.timing));
  if (run.tasks.size() > 1) rows.push_back(SpeedRow("all", Total(run.tasks)));
  return rows;
}

data TaskTerms(const TaskResult& task) {
  Terms terms;
  terms.Add("version", std::to_string(task.version));
  terms.Add("shots", std::to_string(task.shots) + " (" + task.fewshot_mode + ")");
  terms.Add("documents", Grouped(task.num_documents) + " of " + Grouped(task.num_documents_total));
  terms.Add("requests", Grouped(task.num_requests));
  for (const auto& [name, value] : task.settings) terms.Add(name, value);
  terms.Add("data", task.data_digest);
  terms.Add("exemplars", task.exemplar_digest);
  terms.Add("prompts", task.prompt_digest);
  terms.Add("definition", task.definition_digest);
  terms.Add("samples", task.samples_digest);
  for (const InputFile& input : task.inputs) {
    terms.Add(input.role + " file", input.path.substr(input.path.rfind('/') + 1) + ", " +
                                        Grouped(input.records) + " records, " + input.sha256);
  }
  for (const MetricValue& metric : task.metrics) {
    if (!metric.is_detail) terms.Add(metric.name, metric.signature);
  }
  return terms.list();
}

data TaskData(const TaskResult& task, const HtmlTask& html, std::size_t place, OrderedJson& drawn) {
  data object = PageObject({{"task", task.task},
                            {"task_title", task.title},
                            {"place", std::to_string(place)},
                            {"num_records", Grouped(html.num_records)}});
  object.set("notes", PageSentences(NoteSentences(task)));
  object.set("counters", Counters(task.counters));
  object.set("figures", AddFigures(html.figures, "t" + std::to_string(place) + "-", drawn));
  object.set("terms", TaskTerms(task));
  object.set("records", html.records);
  object.set("flips", html.flips.empty() ? "null" : html.flips);
  return object;
}

data RunTerms(const RunReport& run) {
  const RunIdentity& identity = run.identity;
  Terms terms;
  terms.Add("model", identity.model);
  terms.Add("configuration", run.model_summary);
  terms.Add("model digest", identity.model_digest);
  terms.Add("tokenizer digest", identity.tokenizer_digest);
  terms.Add("weights", identity.dtype);
  terms.Add("arithmetic", identity.numerics);
  terms.Add("seed", std::to_string(identity.seed));
  terms.Add("longest prompt", Grouped(identity.max_length) + " tokens");
  for (const auto& [name, value] : identity.flags) terms.Add("flag " + name, value);
  for (const auto& [name, number] : run.numbers) terms.Add(name, ShownNumber(number));
  terms.Add("mistral-eval", run.version);
  terms.Add("build", run.host.build);
  terms.Add("started", run.started_at);
  terms.Add("took", Fixed(run.seconds, 1) + " seconds");
  terms.Add("machine", run.host.hostname);
  terms.Add("processor", run.host.cpu + ", " + std::to_string(run.host.num_threads) + " threads, " +
                             run.host.cpu_path);
  terms.Add("matrix products", run.host.gemm_provider);
  std::string command;
  for (const std::string& word : run.command) command += (command.empty() ? "" : " ") + word;
  terms.Add("command", command);
  return terms.list();
}

}  // namespace

void WriteHtmlReport(const RunReport& run, std::span<const Figure> figures,
                     std::span<const HtmlTask> tasks, std::ostream& out) {
  if (tasks.size() != run.tasks.size()) {
    throw std::invalid_argument("html report: expected the samples of " +
                                std::to_string(run.tasks.size()) + " tasks, found those of " +
                                std::to_string(tasks.size()));
  }
  OrderedJson drawn = OrderedJson::array();
  std::size_t data_bytes = 0;
  data page = PageObject({{"title", Headline(run)},
                          {"model", run.identity.model},
                          {"program_version", run.version},
                          {"started", run.started_at}});
  page.set("banners", PageSentences(BannerSentences(run)));
  const ScoreTable scores = BuildScoreTable(run, SubsetRows::kCategories);
  page.set("rows", ScoreRows(scores));
  page.set("footnotes", PageSentences(scores.footnotes));
  page.set("published_tables", PublishedTables(run));
  page.set("run_figures", AddFigures(figures, "run-", drawn));
  page.set("speed", Speed(run));
  page.set("has_energy",
           std::any_of(run.tasks.begin(), run.tasks.end(),
                       [](const TaskResult& task) { return task.timing.joules.has_value(); }));
  page.set("run_terms", RunTerms(run));
  data list(data::type::list);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    list.push_back(TaskData(run.tasks[i], tasks[i], i, drawn));
    data_bytes += tasks[i].records.size();
  }
  page.set("tasks", list);
  OrderedJson charts = {{"figures", std::move(drawn)}};
  page.set("charts", EscapeForScript(DumpStrict(std::move(charts), "report.html", -1)));
  page.set("data_size", Fixed(static_cast<double>(data_bytes) / 1e6, 1));
  page.set("figure", partial([] { return std::string(ReportFigure()); }));
  page.set("style", std::string(ReportStyle()));
  for (const auto& [key, script] :
       {std::pair<const char*, std::string_view>{"chart_script", ChartScript()},
        {"figure_script", FigureScript()},
        {"detail_script", RecordDetailScript()},
        {"record_script", RecordScript()}}) {
    page.set(key, std::string(script));
  }
  mustache page_template{std::string(ReportPage())};
  page_template.render(page, out);
}

}  // namespace meval
