#include "evals/command_line/compare_flags.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evals/flags.h"
#include "metrics/parallel.h"

namespace meval::command_line {
namespace {

// "0.5" or "mmlu=0.5"
void AddMargin(const std::string& text, CompareOptions& options) {
  const std::size_t equals = text.rfind('=');
  double margin = 0;
  const std::string number = equals == std::string::npos ? text : text.substr(equals + 1);
  if (!CLI::detail::lexical_cast(number, margin) || !(margin >= 0) || !std::isfinite(margin)) {
    throw UsageError("--margin: expected X or TASK=X with X of 0 or more, found \"" + text + "\"");
  }
  if (equals == std::string::npos) {
    options.margin = margin;
  } else {
    options.task_margins[text.substr(0, equals)] = margin;
  }
}

void AddMetric(const std::string& text, CompareOptions& options) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError("--metric: expected TASK=NAME such as hellaswag=acc, found \"" + text + "\"");
  }
  options.metrics[text.substr(0, equals)] = text.substr(equals + 1);
}

}  // namespace

void CompareFlags::Add(CLI::App& app, CompareOptions& options, const std::string& group) {
  PairOptions& pair = options.pair;
  app.add_option("--margin", margins_,
                 "X or TASK=X: differences below X do not matter; in points, or in the metric's "
                 "unit where it is no percentage; may be repeated (default: 1 point, or 1 % of the "
                 "score)")
      ->group(group)
      ->allow_extra_args(false);
  app.add_option("--metric", metrics_,
                 "TASK=NAME: judge this metric in place of the main one; may be repeated")
      ->group(group)
      ->allow_extra_args(false);
  app.add_option("--alpha", pair.alpha, "Level of the tests")
      ->group(group)
      ->check(CLI::Range(0.0001, 0.2))
      ->capture_default_str();
  app.add_option("--power", pair.power, "Of the smallest detectable difference")
      ->group(group)
      ->check(CLI::Range(0.5, 0.999))
      ->capture_default_str();
  app.add_flag("--common", options.common, "Compare the records that every run has")->group(group);
  app.add_option("--resamples", pair.num_resamples,
                 "Resamples of intervals, and trials of tests by randomisation")
      ->group(group)
      ->check(CLI::Range(std::int64_t{100}, std::int64_t{10'000'000}))
      ->capture_default_str();
}

void CompareFlags::AddSelection(CLI::App& app, CompareOptions& options) {
  app.add_option("--task,--tasks", tasks_, "Tasks to compare, separated by commas (default: all)");
  app.add_option("--seed", options.pair.seed, "Of resampling and randomisation")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--threads", threads_, "CPU threads (default: all; never changes a number)")
      ->check(CLI::PositiveNumber);
}

void CompareFlags::Finish(CompareOptions& options) const {
  for (const std::string& text : margins_) AddMargin(text, options);
  for (const std::string& text : metrics_) AddMetric(text, options);
  if (!tasks_.empty()) options.tasks = CLI::detail::split(tasks_, ',');
  options.pair.num_trials = options.pair.num_resamples;
  options.pair.num_threads = threads_ > 0 ? threads_ : NumHardwareThreads();
}

}  // namespace meval::command_line
