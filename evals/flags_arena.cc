#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "evals/command_line/common_flags.h"
#include "evals/flags.h"
#include "metrics/parallel.h"

namespace meval {
namespace {

using command_line::Describe;
using command_line::Parse;
using command_line::RequireWord;

// "MODEL=RATING"; a model's name may itself have a "=".
RatingAnchor ParseAnchor(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  RatingAnchor anchor;
  const char* end = text.data() + text.size();
  if (equals != std::string::npos && equals > 0) {
    anchor.model = text.substr(0, equals);
    const auto [stop, error] = std::from_chars(text.data() + equals + 1, end, anchor.rating);
    if (error == std::errc() && stop == end && std::isfinite(anchor.rating)) {
      return anchor;
    }
  }
  throw UsageError(
      fmt::format("--anchor: expected MODEL=RATING such as mistral-7b=1000, found \"{}\"", text));
}

void RequireAbove(const std::string& flag, double value, double least) {
  if (!(std::isfinite(value) && value > least)) {
    throw UsageError(fmt::format("{}: expected a number above {}, found {}", flag, least, value));
  }
}

}  // namespace

ArenaOptions ParseArena(std::span<const std::string> arguments) {
  ArenaOptions options;
  RatingScale& scale = options.elo.scale;
  std::string anchor;
  CLI::App app;
  Describe(app, "arena", "mistral-eval arena battles.jsonl --anchor mistral-7b=1000",
           "Ratings of models from comparisons of two each, one JSON object a line:\n"
           "  {\"model_a\": \"x\", \"model_b\": \"y\", \"winner\": \"model_a\"}\n"
           "The winner is model_a, model_b, tie or \"tie (bothbad)\"; other fields are passed "
           "over.\n\n"
           "  Bradley-Terry  all battles alike, by maximum likelihood; models that others cannot "
           "be compared with\n"
           "                 (unbeaten, winless, unconnected) are named and get no number\n"
           "  Elo            in the order of the lines, late battles counting more\n"
           "Intervals come from battles drawn again with replacement.");
  app.add_option("battles", options.input, "JSONL file with battles; - for stdin")->required();
  app.add_option("--k", options.elo.k, "Elo: the most points a battle can move")
      ->capture_default_str();
  app.add_option("--scale", scale.scale, "Points of a lead that means odds of --base to 1")
      ->capture_default_str();
  app.add_option("--base", scale.base, "The odds of such a lead")->capture_default_str();
  app.add_option("--init-rating", scale.init_rating,
                 "Where Elo ratings start, and the mean of Bradley-Terry ratings")
      ->capture_default_str();
  app.add_option("--anchor", anchor, "MODEL=RATING: shift Bradley-Terry ratings so that it has it");
  app.add_option("--bootstrap", options.resampling.num_resamples,
                 "Resamples for intervals; 0 for none")
      ->capture_default_str();
  app.add_option("--seed", options.resampling.seed, "Of the resamples")->capture_default_str();
  app.add_option("--level", options.level, "Confidence of intervals")->capture_default_str();
  app.add_option("--threads", options.resampling.num_threads,
                 "CPU threads (default: all; never changes a number)")
      ->check(CLI::PositiveNumber);
  app.add_option("--format", options.format, "console, json, csv or markdown")
      ->capture_default_str();
  app.add_option("--out", options.output, "File to write instead of stdout");
  options.resampling.num_threads = NumHardwareThreads();
  Parse(app, arguments);
  RequireWord("--format", options.format, {"console", "json", "csv", "markdown"});
  RequireAbove("--k", options.elo.k, 0);
  RequireAbove("--scale", scale.scale, 0);
  RequireAbove("--base", scale.base, 1);
  if (!std::isfinite(scale.init_rating)) {
    throw UsageError(
        fmt::format("--init-rating: expected a finite number, found {}", scale.init_rating));
  }
  if (!(options.level > 0 && options.level < 1)) {
    throw UsageError(
        fmt::format("--level: expected a number between 0 and 1, found {}", options.level));
  }
  if (options.resampling.num_resamples < 0 || options.resampling.num_resamples == 1) {
    throw UsageError(fmt::format("--bootstrap: expected 0, or 2 or more, found {}",
                                 options.resampling.num_resamples));
  }
  if (!anchor.empty()) {
    options.anchor = ParseAnchor(anchor);
  }
  return options;
}

}  // namespace meval
