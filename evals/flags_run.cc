#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "evals/command_line/common_flags.h"
#include "evals/command_line/compare_flags.h"
#include "evals/flags.h"
#include "evals/run_formats.h"

namespace meval {
namespace {

using command_line::Choose;
using command_line::CompareFlags;
using command_line::DataFlags;
using command_line::Describe;
using command_line::ModelFlags;
using command_line::Parse;
using command_line::PromptFlags;
using command_line::RequireWord;

// --gen_kwargs of lm-evaluation-harness: "temperature=0.6,top_p=0.95,max_gen_toks=128".
void ParseGenKwargs(const std::string& text, RunOptions& run) {
  for (const std::string& pair : CLI::detail::split(text, ',')) {
    const std::size_t equals = pair.find('=');
    const std::string key = pair.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : pair.substr(equals + 1);
    double number = 0;
    if (!CLI::detail::lexical_cast(value, number)) {
      throw UsageError(
          fmt::format("--gen_kwargs: {}: expected a number, found \"{}\"", key, value));
    }
    if (key == "temperature") {
      run.temperature = number;
    } else if (key == "top_p") {
      run.top_p = number;
    } else if (key == "top_k") {
      run.top_k = static_cast<std::int64_t>(number);
    } else if (key == "max_gen_toks" || key == "max_new_tokens") {
      run.max_new_tokens = static_cast<std::int64_t>(number);
    } else {
      throw UsageError(
          "--gen_kwargs: expected temperature, top_p, top_k or max_gen_toks, found \"" + key +
          "\"");
    }
  }
}

FailUnder ParseFailUnder(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::size_t equals = text.rfind('=');
  FailUnder rule;
  if (colon == std::string::npos || equals == std::string::npos || equals < colon ||
      !CLI::detail::lexical_cast(text.substr(equals + 1), rule.value)) {
    throw UsageError("--fail-under: expected TASK:METRIC=NUMBER such as mmlu:acc=0.55, found \"" +
                     text + "\"");
  }
  rule.task = text.substr(0, colon);
  rule.metric = text.substr(colon + 1, equals - colon - 1);
  return rule;
}

// "training_samples=1000"
void AddNumber(const std::string& text, RunOptions& run) {
  const std::size_t equals = text.find('=');
  double value = 0;
  if (equals == std::string::npos || equals == 0 ||
      !CLI::detail::lexical_cast(text.substr(equals + 1), value) || !std::isfinite(value)) {
    throw UsageError("--number: expected NAME=NUMBER such as training_samples=1000, found \"" +
                     text + "\"");
  }
  run.numbers[text.substr(0, equals)] = value;
}

void CheckRanges(const RunOptions& run) {
  if (run.limit && !(*run.limit > 0)) {
    throw UsageError(fmt::format(
        "--limit: expected a number of documents or a fraction above 0, found {}", *run.limit));
  }
  if (run.limit && *run.limit > 1 && *run.limit != std::floor(*run.limit)) {
    throw UsageError(fmt::format("--limit: expected a whole number or a fraction below 1, found {}",
                                 *run.limit));
  }
  if (run.temperature && !(*run.temperature >= 0)) {
    throw UsageError(fmt::format("--temperature: expected 0 or more, found {}", *run.temperature));
  }
  if (run.top_p && !(*run.top_p > 0 && *run.top_p <= 1)) {
    throw UsageError(fmt::format("--top-p: expected a number in (0, 1], found {}", *run.top_p));
  }
  if (run.top_k && *run.top_k < 0)
    throw UsageError(fmt::format("--top-k: expected 0 or more, found {}", *run.top_k));
}

// The flags of `run` that are words, before they become values.
struct RunWords {
  std::string truncation = "shots";
  std::string boundary = "length";
  std::string formats;
  std::string gen_kwargs;
  bool log_samples = true;
  std::vector<std::string> fail_under;
  std::vector<std::string> numbers;

  void Finish(RunOptions& run) const {
    run.encode.truncation = Choose<TruncationPolicy>("--truncation", truncation,
                                                     {{"shots", TruncationPolicy::kShots},
                                                      {"left", TruncationPolicy::kLeft},
                                                      {"error", TruncationPolicy::kError}});
    run.encode.boundary = Choose<BoundaryRule>(
        "--boundary", boundary,
        {{"length", BoundaryRule::kLength}, {"lcp", BoundaryRule::kLongestCommonPrefix}});
    if (!formats.empty()) run.formats = CLI::detail::split(formats, ',');
    std::vector<std::string> known = RunFormatNames();
    known.emplace_back("lm-eval");
    for (const std::string& format : run.formats) RequireWord("--format", format, known);
    if (!gen_kwargs.empty()) ParseGenKwargs(gen_kwargs, run);
    for (const std::string& number : numbers) AddNumber(number, run);
    for (const std::string& rule : fail_under) run.fail_under.push_back(ParseFailUnder(rule));
  }
};

void AddRunTaskFlags(CLI::App& app, RunOptions& run, RunWords& words, PromptFlags& prompts) {
  const std::string group = "What is asked";
  app.add_option("--task,--tasks", run.tasks,
                 "Tasks, groups, globs or .json task files, separated by commas")
      ->group(group);
  prompts.Add(app, run, group);
  app.add_option("--limit", run.limit,
                 "Only the first N documents of each task, or a fraction below 1")
      ->group(group);
  app.add_option("--ids", run.ids_file, "Only documents whose ids are in this file, one a line")
      ->group(group);
  app.add_option("--truncation", words.truncation,
                 "Prompts that are too long: shots (drop shots, then cut the document), left (drop "
                 "tokens) or error")
      ->group(group)
      ->capture_default_str();
  app.add_option("--boundary", words.boundary,
                 "Split between context and continuation: length (reference) or lcp")
      ->group(group)
      ->capture_default_str();
}

void AddRunGenerationFlags(CLI::App& app, RunOptions& run, RunWords& words) {
  const std::string group = "Generation";
  app.add_option("--samples", run.num_samples,
                 "Completions per document, for maj@k and pass@k (default: the task's)")
      ->group(group)
      ->check(CLI::Range(std::int64_t{1}, kMostSamples));
  app.add_option("--temperature", run.temperature, "0: greedy (default: the task's)")->group(group);
  app.add_option("--top-p", run.top_p, "Nucleus sampling (default: the task's)")->group(group);
  app.add_option("--top-k", run.top_k,
                 "Keep the k most probable tokens; 0: all (default: the task's)")
      ->group(group);
  app.add_option("--max-new-tokens", run.max_new_tokens,
                 "Longest completion in tokens (default: the task's)")
      ->group(group)
      ->check(CLI::PositiveNumber);
  command_line::AddCodeFlags(app, run.code, group);
  app.add_option("--gen_kwargs", words.gen_kwargs,
                 "The same in lm-evaluation-harness spelling: temperature=0.6,top_p=0.95")
      ->group(group);
}

void AddRunOutputFlags(CLI::App& app, RunOptions& run, RunWords& words) {
  const std::string group = "Output";
  app.add_option("--out,--output_path", run.out,
                 "Run directory; one with the same identity is continued (default: "
                 "runs/<time>-<model>-<tasks>)")
      ->group(group);
  app.add_option("--format", words.formats,
                 "What goes to stdout: console, json, markdown, csv, junit, github, benchmark, "
                 "benchmark-smaller (default: console); lm-eval: files in that harness's form, "
                 "below the run directory. report.html is always written")
      ->group(group);
  app.add_option("--number", words.numbers,
                 "NAME=NUMBER to keep with the run, such as training_samples=1000: `compare "
                 "--against NAME` plots scores over it; may be repeated")
      ->group(group)
      ->allow_extra_args(false);
  app.add_option("--sheet", run.sheet,
                 "Also write a sheet of so many records of each task, drawn at random, for people "
                 "to rate: sheet_<task>.csv and .html")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_flag("--dry-run", run.dry_run,
               "Print what would be computed, in tokens, steps, KV pages and time, and stop; only "
               "the tokenizer is loaded")
      ->group(group);
  app.add_option(
         "--dump-plan", run.dump_plan,
         "Write the plan of every task (prefix tree, steps, pages) to this file, JSON lines")
      ->group(group);
  app.add_flag("--all-groups", run.all_groups, "Print every subject of a task, not only categories")
      ->group(group);
  app.add_option("--fail-under", words.fail_under,
                 "TASK:METRIC=X: exit with 1 if the score is below X")
      ->group(group);
  app.add_flag("--quiet", run.quiet, "No progress and no notes on stderr")->group(group);
  app.add_flag("--no-color", run.no_color, "No colours (also: the NO_COLOR environment variable)")
      ->group(group);
  app.add_flag("--log_samples", words.log_samples,
               "Accepted for compatibility: samples are always written")
      ->group(group);
}

void AddRunGateFlags(CLI::App& app, RunOptions& run, CompareFlags& compare) {
  const std::string group = "Comparison with a baseline";
  app.add_option("--baseline", run.baseline,
                 "Compare with this run directory, baseline file or log of lm-evaluation-harness, "
                 "as `compare` does")
      ->group(group);
  app.add_flag("--gate", run.gate.is_on, "Exit with 1 where a task has regressed")->group(group);
  app.add_option("--fail-on", run.gate.fail_on,
                 "What --gate fails on: regressed, or inconclusive too")
      ->group(group)
      ->capture_default_str();
  app.add_flag(
         "--sequential", run.sequential,
         "Look after 10, 25, 50 and 100 % of the records, in a random order, and stop as soon "
         "as the verdict is sure")
      ->group(group);
  compare.Add(app, run.compare, group);
}

// Flags of a comparison without one are a slip of the user's.
void CheckGate(const RunOptions& run) {
  RequireWord("--fail-on", run.gate.fail_on, {"regressed", "inconclusive"});
  for (const auto& [flag, is_set] :
       {std::pair{"--gate", run.gate.is_on}, {"--sequential", run.sequential}}) {
    if (!is_set || !run.baseline.empty()) continue;
    throw UsageError(std::string(flag) +
                     ": expected --baseline FILE or DIR to compare with, found none");
  }
}

}  // namespace

RunOptions ParseRun(std::span<const std::string> arguments) {
  RunOptions run;
  RunWords words;
  PromptFlags prompts;
  ModelFlags model;
  DataFlags data;
  CompareFlags compare;
  CLI::App app;
  Describe(app, "run",
           "mistral-eval --task mmlu --shots 5 --model models/Mistral-7B-v0.1 --data data",
           "Evaluates a model on tasks and writes a run directory. `mistral-eval --task ...` is "
           "the same as\n"
           "`mistral-eval run --task ...`. Scores go to stdout, progress to stderr.");
  AddRunTaskFlags(app, run, words, prompts);
  model.Add(app, run.model);
  data.Add(app, run.data);
  AddRunGenerationFlags(app, run, words);
  AddRunOutputFlags(app, run, words);
  AddRunGateFlags(app, run, compare);
  Parse(app, arguments);
  model.Finish(run.model);
  data.Finish(run.data);
  words.Finish(run);
  prompts.Finish(run);
  compare.Finish(run.compare);
  if (run.model.threads > 0) run.compare.pair.num_threads = run.model.threads;
  CheckRanges(run);
  CheckGate(run);
  if (run.tasks.empty()) {
    throw UsageError(
        "--task: expected at least one task, found none. `mistral-eval tasks` lists them.\n"
        "Example: mistral-eval --task mmlu --shots 5");
  }
  return run;
}

}  // namespace meval
