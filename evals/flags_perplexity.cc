#include <fmt/format.h>

#include "evals/command_line/common_flags.h"
#include "evals/flags.h"

namespace meval {

using command_line::Choose;
using command_line::Describe;
using command_line::ModelFlags;
using command_line::Parse;
using command_line::RequireWord;

PerplexityOptions ParsePerplexity(std::span<const std::string> arguments) {
  PerplexityOptions options;
  ModelFlags model;
  std::string protocol = "rolling";
  CLI::App app;
  Describe(app, "perplexity",
           "mistral-eval perplexity --file notes.txt --model models/Mistral-7B-v0.1",
           "How well a model predicts a text: exp of the mean negative log-likelihood per token, "
           "word and byte.\n"
           "A file ending in .jsonl, .json or .csv is read record by record, any other as one "
           "text.\n\n"
           "Protocols (docs/scoring.md, \"Perplexity\"):\n"
           "  rolling   every token is scored once, each window conditioned on what precedes it\n"
           "  stride    chunks of --length tokens that do not overlap; a remainder is dropped\n"
           "  llamacpp  such chunks behind a BOS, of which the second half is scored");
  app.add_option("--file", options.file, "Text, JSONL, JSON or CSV file")->required();
  app.add_option("--protocol", protocol, "rolling, stride or llamacpp")->capture_default_str();
  app.add_option("--field", options.field, "Which field of a record is the text")
      ->capture_default_str();
  app.add_option("--length", options.length,
                 "Tokens of a window or chunk (default: the model's length, stride 2048, llamacpp "
                 "512)");
  app.add_option("--out", options.out,
                 "Run directory: finished windows are kept there, and the same command continues");
  app.add_option("--format", options.format, "console or json")->capture_default_str();
  app.add_flag("--quiet", options.quiet, "No notes on stderr");
  model.Add(app, options.model);
  Parse(app, arguments);
  model.Finish(options.model);
  options.protocol = Choose<RollingProtocol>("--protocol", protocol,
                                             {{"rolling", RollingProtocol::kRolling},
                                              {"stride", RollingProtocol::kStride},
                                              {"llamacpp", RollingProtocol::kLlamaCpp}});
  RequireWord("--format", options.format, {"console", "json"});
  if (options.field.empty() || options.field.find_first_of("{}|") != std::string::npos) {
    throw UsageError(fmt::format(
        "--field: expected a field's name or path such as text or page.body, found \"{}\"",
        options.field));
  }
  const std::int64_t shortest = ShortestLength(options.protocol);
  if (options.length && *options.length < shortest) {
    throw UsageError(fmt::format("--length: expected {} or more for the protocol {}, found {}",
                                 shortest, protocol, *options.length));
  }
  return options;
}

}  // namespace meval
