#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "evals/command_line/common_flags.h"
#include "evals/flags.h"
#include "evals/score_pairs.h"

namespace meval {
namespace {

using command_line::Describe;
using command_line::Parse;
using command_line::RequireWord;
using command_line::ThrowUnknownWord;

const PairMetricEntry& FindEntry(const std::string& name) {
  std::vector<std::string> names;
  for (const PairMetricEntry& entry : PairMetricCatalogue()) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  ThrowUnknownWord("--metric", name, names);
}

void CheckParameter(const PairMetricEntry& entry, const std::string& key,
                    const std::string& value) {
  const std::string flag = "--param " + entry.name + ".";
  std::vector<std::string> keys;
  for (const PairParameter& parameter : entry.parameters) {
    if (parameter.key == key) {
      if (!parameter.words.empty()) RequireWord(flag + key, value, parameter.words);
      return;
    }
    keys.push_back(parameter.key);
  }
  if (keys.empty()) throw UsageError("--param: " + entry.name + " has no parameters");
  ThrowUnknownWord(flag + "KEY", key, keys);
}

// "bleu.tokenize=13a" goes to the request for bleu.
void AddParameter(const std::string& text, std::vector<PairMetricRequest>& requests) {
  const std::size_t equals = text.find('=');
  const std::size_t dot = text.find('.');
  if (equals == text.npos || dot == 0 || dot > equals) {
    throw UsageError("--param: expected METRIC.KEY=VALUE such as bleu.tokenize=13a, found \"" +
                     text + "\"");
  }
  const std::string metric = text.substr(0, dot);
  const auto request =
      std::find_if(requests.begin(), requests.end(),
                   [&](const PairMetricRequest& candidate) { return candidate.name == metric; });
  if (request == requests.end()) {
    std::vector<std::string> names;
    for (const PairMetricRequest& candidate : requests) names.push_back(candidate.name);
    ThrowUnknownWord("--param: a metric that --metric names", metric, names);
  }
  std::string key = text.substr(dot + 1, equals - dot - 1);
  std::string value = text.substr(equals + 1);
  CheckParameter(FindEntry(metric), key, value);
  request->parameters.emplace_back(std::move(key), std::move(value));
}

std::vector<PairMetricRequest> ParseMetrics(const std::string& words,
                                            const std::vector<std::string>& parameters) {
  std::vector<PairMetricRequest> requests;
  for (const std::string& word : CLI::detail::split(words, ',')) {
    requests.push_back({FindEntry(CLI::detail::trim_copy(word)).name, {}});
  }
  for (const std::string& parameter : parameters) AddParameter(parameter, requests);
  MakePairMetrics(requests);  // refuses what only the metrics know to be wrong
  return requests;
}

// What was given beside the flags that make a call of one kind or another.
struct GivenFlags {
  std::string metrics;
  std::vector<std::string> parameters;
  bool paired_bs = false;
  bool paired_ar = false;
  std::int64_t paired_bs_n = 1000;
  std::int64_t paired_ar_n = 10000;
};

void AddPairFlags(CLI::App& app, GivenFlags& given, ScoreOptions& options) {
  const std::string group = "Pairs";
  app.add_option("--metric,--metrics", given.metrics,
                 "Metrics, separated by commas; --list names them")
      ->group(group);
  app.add_option("--input", options.inputs,
                 "JSONL of {\"prediction\", \"references\"}; - is stdin. Repeated: systems side by "
                 "side, the first is the baseline")
      ->group(group);
  app.add_option("--param", given.parameters,
                 "METRIC.KEY=VALUE, such as bleu.tokenize=zh; may be repeated")
      ->group(group);
  app.add_option("--level", options.pairs.level, "Of the intervals")
      ->group(group)
      ->capture_default_str();
  app.add_flag("--paired-bs", given.paired_bs, "Paired bootstrap test against the baseline")
      ->group(group);
  app.add_flag("--paired-ar", given.paired_ar, "Paired approximate randomization test")
      ->group(group);
  app.add_option("--paired-bs-n", given.paired_bs_n, "Resamples of --paired-bs")
      ->group(group)
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--paired-ar-n", given.paired_ar_n, "Trials of --paired-ar")
      ->group(group)
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--resamples", options.pairs.resamples, "For intervals that have no formula")
      ->group(group)
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{2}, std::int64_t{10'000'000}));
  app.add_option("--seed", options.pairs.seed, "Of resamples and paired tests")
      ->group(group)
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--per-sample", options.per_sample, "JSONL file for the scores of each pair")
      ->group(group);
}

// Exactly one kind of call: --list, --samples, or --metric with --input.
void CheckKind(const GivenFlags& given, const ScoreOptions& options) {
  const bool is_pairs = !given.metrics.empty() || !options.inputs.empty();
  const int kinds = (options.list ? 1 : 0) + (options.samples.empty() ? 0 : 1) + (is_pairs ? 1 : 0);
  if (kinds != 1) {
    throw UsageError(fmt::format(
        "score: expected {} of --metric with --input, --samples, and --list\nSee: mistral-eval "
        "score --help",
        kinds == 0 ? "one" : "only one"));
  }
  if (is_pairs && (given.metrics.empty() || options.inputs.empty())) {
    throw UsageError(given.metrics.empty() ? "--input: expected --metric with it"
                                           : "--metric: expected --input with it");
  }
  if (std::count(options.inputs.begin(), options.inputs.end(), "-") > 1) {
    throw UsageError("--input: expected - once, since stdin can be read only once");
  }
  if ((options.code.is_allowed || options.code.timeout_seconds) && options.samples.empty()) {
    throw UsageError(
        std::string(options.code.is_allowed ? "--allow-code-execution" : "--code-timeout") +
        ": expected --samples RUN, whose programs are run, found none");
  }
  if (options.per_sample == "-" && options.out == "-") {
    throw UsageError("--per-sample: expected a file, since stdout takes the scores of the set");
  }
  if ((given.paired_bs || given.paired_ar) && options.inputs.size() < 2) {
    throw UsageError(std::string(given.paired_bs ? "--paired-bs" : "--paired-ar") +
                     ": expected two or more --input, found one");
  }
}

}  // namespace

ScoreOptions ParseScore(std::span<const std::string> arguments) {
  ScoreOptions options;
  GivenFlags given;
  CLI::App app;
  Describe(app, "score", "mistral-eval score --metric rouge,bleu --input pairs.jsonl",
           "Scores without a model.\n\n"
           "  --metric with --input   metrics of predictions against references, one JSON object "
           "a line:\n"
           "                          {\"prediction\": \"...\", \"references\": [\"...\"]}, with "
           "\"id\" where files are compared\n"
           "  --samples RUN           every metric of an earlier run, computed again from its "
           "sample logs and compared\n"
           "                          bit by bit; exit code 1 where one differs, 3 where a file "
           "is damaged;\n"
           "                          with --allow-code-execution programs are run, again or for "
           "the first time: then\n"
           "                          verdicts and scores are written into the run\n"
           "  --sheet FILE...         sheets that raters filled in (`report --sheet N` writes "
           "them): means with intervals,\n"
           "                          and how far the raters agree\n"
           "  --list                  the metrics and their parameters");
  AddPairFlags(app, given, options);
  app.add_option("--samples", options.samples, "The directory of a run");
  command_line::AddCodeFlags(app, options.code, "Runs of tasks with code (--samples)");
  app.add_flag("--list", options.list, "Name the metrics and their parameters");
  app.add_option("--format", options.format, "console, json, csv or markdown")
      ->capture_default_str();
  app.add_option("--out", options.out, "File to write; - is stdout")->capture_default_str();
  app.add_option("--threads", options.threads, "CPU threads (default: all; never changes a score)")
      ->check(CLI::PositiveNumber);
  Parse(app, arguments);
  CheckKind(given, options);
  if (options.inputs.empty()) {
    RequireWord("--format", options.format, {"console", "json"});
    return options;
  }
  RequireWord("--format", options.format, {"console", "json", "csv", "markdown"});
  if (!(options.pairs.level > 0 && options.pairs.level < 1)) {
    throw UsageError(
        fmt::format("--level: expected a number between 0 and 1, found {}", options.pairs.level));
  }
  options.pairs.metrics = ParseMetrics(given.metrics, given.parameters);
  if (given.paired_bs) options.pairs.tests.bootstrap = given.paired_bs_n;
  if (given.paired_ar) options.pairs.tests.randomization = given.paired_ar_n;
  return options;
}

}  // namespace meval
