#include <cstdint>

#include "evals/command_line/common_flags.h"
#include "evals/flags.h"
#include "metrics/pair_metric.h"
#include "tasks/nearest_name.h"

namespace meval {

using command_line::Describe;
using command_line::Parse;
using command_line::RequireWord;

namespace {

std::vector<std::string> MetricNames() {
  std::vector<std::string> names;
  for (const PairMetricInfo& info : PairMetricCatalogue()) names.emplace_back(info.name);
  return names;
}

void RequireMetric(const std::string& flag, const std::string& name) {
  const std::vector<std::string> names = MetricNames();
  for (const std::string& known : names) {
    if (known == name) return;
  }
  throw UsageError(flag + ": unknown metric \"" + name + "\"" + tasks::DidYouMean(name, names) +
                   " Expected some of " + tasks::JoinNames(names));
}

// "bleu.tokenize=13a"
void AddParameter(const std::string& text, ScoreOptions& options) {
  const std::size_t dot = text.find('.');
  const std::size_t equals = text.find('=');
  if (dot == std::string::npos || equals == std::string::npos || equals < dot) {
    throw UsageError(
        "--param: expected METRIC.NAME=VALUE, for example bleu.tokenize=13a, found \"" + text +
        "\"");
  }
  const std::string metric = text.substr(0, dot);
  const std::string name = text.substr(dot + 1, equals - dot - 1);
  RequireMetric("--param", metric);
  for (const PairMetricInfo& info : PairMetricCatalogue()) {
    if (info.name != metric || info.parameters.contains(name)) continue;
    std::vector<std::string> known;
    for (const auto& [parameter, accepted] : info.parameters) known.push_back(parameter);
    throw UsageError("--param: " + metric + " has no parameter \"" + name + "\"" +
                     tasks::DidYouMean(name, known) + " Expected " +
                     (known.empty() ? "none" : tasks::JoinNames(known)));
  }
  options.parameters[metric][name] = text.substr(equals + 1);
}

std::string CatalogueText() {
  std::string text = "Metrics and their parameters:\n";
  for (const PairMetricInfo& info : PairMetricCatalogue()) {
    if (info.summary.empty()) continue;
    text += "  " + std::string(info.name) + ": " + std::string(info.summary) + "\n";
    for (const auto& [name, accepted] : info.parameters) {
      text += "      " + std::string(info.name) + "." + name + "=" + accepted + "\n";
    }
  }
  return text;
}

}  // namespace

ScoreOptions ParseScore(std::span<const std::string> arguments) {
  ScoreOptions options;
  std::vector<std::string> parameters;
  CLI::App app;
  Describe(
      app, "score", "mistral-eval score --metric rouge,bleu --input pairs.jsonl",
      "Scores without a model.\n"
      "With --metric: predictions against references, JSON lines like {\"prediction\": \"a\", "
      "\"references\": [\"b\", \"c\"]}.\n"
      "Several --input files are systems side by side, the first the baseline.\n"
      "With --samples: every metric of an earlier run, computed again from its run.json and its "
      "sample logs, and\n"
      "compared with its results.json bit by bit. Exit code 0 where all are equal, 1 where "
      "not, 3 where a file is damaged.");
  app.add_option("--samples", options.samples, "The directory of a run");
  app.add_option("--metric,--metrics", options.metrics, "Metrics, separated by commas")
      ->delimiter(',');
  app.add_option("--input", options.inputs, "JSONL of one system; - is stdin; may be repeated");
  app.add_option("--param", parameters, "METRIC.NAME=VALUE; may be repeated");
  app.add_option("--per-sample", options.per_sample, "File for the scores of every pair");
  app.add_flag("--paired-bs", options.paired_bs, "Paired bootstrap against the first system");
  app.add_flag("--paired-ar", options.paired_ar, "Approximate randomisation against it");
  app.add_option("--paired-bs-n", options.paired_bs_n, "Resamples of the paired bootstrap")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--paired-ar-n", options.paired_ar_n, "Trials of the approximate randomisation")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--resamples", options.resamples, "Resamples of the intervals")
      ->check(CLI::Range(std::int64_t{2}, std::int64_t{10'000'000}))
      ->capture_default_str();
  app.add_option("--level", options.level, "Of the intervals, between 0 and 1")
      ->check(CLI::Range(0.01, 0.9999))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Of all random numbers")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--format", options.format, "console, json or (with --metric) markdown")
      ->capture_default_str();
  app.add_option("--out", options.out, "File to write; - is stdout")->capture_default_str();
  app.add_option("--threads", options.threads, "CPU threads (default: all; never changes a score)")
      ->check(CLI::PositiveNumber);
  app.footer(CatalogueText());
  Parse(app, arguments);
  const bool pairs = !options.metrics.empty();
  if (pairs != options.samples.empty() || pairs != !options.inputs.empty()) {
    throw UsageError("score: expected either --samples RUN, or --metric NAMES with --input FILE");
  }
  for (const std::string& name : options.metrics) RequireMetric("--metric", name);
  for (const std::string& parameter : parameters) AddParameter(parameter, options);
  if (pairs) {
    RequireWord("--format", options.format, {"console", "json", "markdown"});
  } else {
    RequireWord("--format", options.format, {"console", "json"});
  }
  return options;
}

}  // namespace meval
