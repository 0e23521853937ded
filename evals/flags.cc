#include "evals/flags.h"

#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "evals/command_line/common_flags.h"

namespace meval {

using command_line::Choose;
using command_line::DataFlags;
using command_line::Describe;
using command_line::ModelFlags;
using command_line::Parse;
using command_line::PromptFlags;

std::int64_t ParseBytes(const std::string& flag, const std::string& text) {
  double number = 0;
  std::string digits = text;
  double unit = 1;
  if (!digits.empty()) {
    const std::string units = "KMGT";
    std::string tail = digits;
    if (tail.ends_with("iB"))
      tail.resize(tail.size() - 2);
    else if (tail.ends_with('B'))
      tail.resize(tail.size() - 1);
    if (!tail.empty()) {
      if (const std::size_t at =
              units.find(static_cast<char>(std::toupper(static_cast<unsigned char>(tail.back()))));
          at != std::string::npos) {
        unit = std::pow(1024.0, static_cast<double>(at + 1));
        tail.pop_back();
      }
    }
    digits = tail;
  }
  if (!CLI::detail::lexical_cast(digits, number) || !(number > 0) || number * unit > 9e18) {
    throw UsageError(
        fmt::format("{}: expected a size such as 512M or 4G, found \"{}\"", flag, text));
  }
  return static_cast<std::int64_t>(number * unit);
}

TasksOptions ParseTasks(std::span<const std::string> arguments) {
  TasksOptions options;
  DataFlags data;
  PromptFlags prompts;
  CLI::App app;
  Describe(
      app, "tasks", "mistral-eval tasks mmlu",
      "Lists the tasks and groups; with a name: its definition, its data and one whole prompt.");
  app.add_option("NAME", options.name, "A task, or a path to a .json task file");
  app.add_flag("--prompts", options.all_prompts,
               "Print what is asked of every document, one JSON object a line");
  std::string checked;
  app.add_option(
      "--check", checked,
      "A task, or a path to a .json task file: read it and its data, show three prompts, "
      "and score its own gold answers, empty answers and wrong choices");
  app.add_option("--init", options.init_from,
                 "Print a commented task definition to begin with, made from the first record of "
                 "this file of JSON lines");
  app.add_option("--import-lm-eval", options.import_from,
                 "Print the task definition that a YAML file of lm-evaluation-harness stands for, "
                 "where its templates only name fields");
  prompts.Add(app, options, "Prompts");
  const CLI::Option* model =
      app.add_option("--model,--pretrained", options.model.model,
                     "The model whose own chat template --chat-template auto and model mean")
          ->group("Prompts");
  app.add_option("--tokenizer", options.model.tokenizer,
                 "tokenizer.model to use instead of the model's own")
      ->group("Prompts");
  data.Add(app, options.data);
  Parse(app, arguments);
  prompts.Finish(options);
  // Without a model there is none to have a template of its own.
  if (model->count() == 0 && options.chat.chat_template == "auto") {
    options.chat.chat_template = "none";
  }
  if (!checked.empty()) {
    if (!options.name.empty()) {
      throw UsageError("tasks --check: expected one task, found \"" + options.name + "\" too");
    }
    options.name = checked;
    options.check = true;
  }
  if (options.all_prompts && options.name.empty()) {
    throw UsageError("tasks --prompts: expected the name of a task");
  }
  data.Finish(options.data);
  return options;
}

DataCommandOptions ParseData(std::span<const std::string> arguments) {
  DataCommandOptions options;
  DataFlags data;
  CLI::App app;
  Describe(app, "data", "mistral-eval data --data data",
           "Says for every task which files were found, how many records they hold, their digest "
           "and licence, and where\n"
           "to get what is missing.");
  std::vector<std::string> words;
  app.add_option("[verify] TASKS", words,
                 "Of these tasks and groups alone. verify: compare every file there is with its "
                 "definition, exit code 3 if one differs");
  data.Add(app, options.data);
  Parse(app, arguments);
  options.verify = !words.empty() && words.front() == "verify";
  options.tasks.assign(words.begin() + (options.verify ? 1 : 0), words.end());
  data.Finish(options.data);
  return options;
}

namespace {

void AddJsonlFlags(CLI::App& app, JsonlOptions& options, ModelFlags& model) {
  app.add_option("--in", options.input, "JSONL file to read; - is stdin")->capture_default_str();
  app.add_option("--out", options.output, "JSONL file to write; - is stdout")
      ->capture_default_str();
  app.add_flag("--quiet", options.quiet, "No notes on stderr");
  model.Add(app, options.model);
}

}  // namespace

JsonlOptions ParseLoglikelihood(std::span<const std::string> arguments) {
  JsonlOptions options;
  ModelFlags model;
  std::string boundary = "length";
  CLI::App app;
  Describe(
      app, "loglikelihood",
      R"(echo '{"context": "Answer:", "continuation": " A"}' | mistral-eval loglikelihood --model models/Mistral-7B-v0.1)",
      "Reads lines {\"context\", \"continuation\"} and writes, in the same order, lines with "
      "\"logprob\" (natural log, summed),\n"
      "\"num_tokens\", \"is_greedy\", \"token_ids\" and \"token_logprobs\". Other fields of a line "
      "are kept.");
  AddJsonlFlags(app, options, model);
  app.add_option("--boundary", boundary, "Split between context and continuation: length or lcp")
      ->capture_default_str();
  Parse(app, arguments);
  model.Finish(options.model);
  options.boundary = Choose<BoundaryRule>(
      "--boundary", boundary,
      {{"length", BoundaryRule::kLength}, {"lcp", BoundaryRule::kLongestCommonPrefix}});
  return options;
}

JsonlOptions ParseGenerate(std::span<const std::string> arguments) {
  JsonlOptions options;
  ModelFlags model;
  CLI::App app;
  Describe(
      app, "generate",
      R"(echo '{"prompt": "Q: 2 + 3 = ?\nA:", "stop": ["\n"]}' | mistral-eval generate --model models/Mistral-7B-v0.1)",
      "Reads lines {\"prompt\", \"stop\"?, \"max_tokens\"?, \"temperature\"?, \"top_p\"?, "
      "\"top_k\"?, \"n\"?, \"seed\"?} and writes, in the\n"
      "same order, lines with \"completions\": [{\"text\", \"finish_reason\", \"num_tokens\"}]. "
      "Other fields are kept.");
  AddJsonlFlags(app, options, model);
  app.add_option("--max-new-tokens", options.max_new_tokens, "Where a line has no max_tokens")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--temperature", options.temperature, "Where a line has no temperature; 0: greedy")
      ->capture_default_str();
  app.add_option("--top-p", options.top_p, "Where a line has no top_p")->capture_default_str();
  app.add_option("--top-k", options.top_k, "Where a line has no top_k")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--samples", options.num_samples, "Where a line has no n")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{1}, kMostSamples));
  app.add_option("--seed", options.seed, "Where a line has no seed")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  Parse(app, arguments);
  model.Finish(options.model);
  if (!(options.temperature >= 0)) {
    throw UsageError(
        fmt::format("--temperature: expected 0 or more, found {}", options.temperature));
  }
  if (!(options.top_p > 0 && options.top_p <= 1)) {
    throw UsageError(fmt::format("--top-p: expected a number in (0, 1], found {}", options.top_p));
  }
  return options;
}

TokenizeOptions ParseTokenize(std::span<const std::string> arguments) {
  TokenizeOptions options;
  ModelFlags model;
  std::string ids;
  CLI::App app;
  Describe(app, "tokenize",
           "mistral-eval tokenize --tokenizer models/Mistral-7B-v0.1 \"Hello world\"",
           "Text to ids and pieces; with --decode, ids to text. Without TEXT every line of stdin "
           "is encoded.");
  app.add_option("TEXT", options.text, "Text to encode");
  app.add_option("--decode", ids, "Ids to decode, separated by commas");
  app.add_flag("--bos", options.add_bos, "Put the beginning-of-sequence id in front");
  model.Add(app, options.model);
  Parse(app, arguments);
  model.Finish(options.model);
  if (!ids.empty()) {
    for (const std::string& word : CLI::detail::split(ids, ',')) {
      std::int32_t id = 0;
      if (!CLI::detail::lexical_cast(CLI::detail::trim_copy(word), id)) {
        throw UsageError("--decode: expected ids separated by commas, found \"" + word + "\"");
      }
      options.ids.push_back(id);
    }
  }
  return options;
}

ModelCommandOptions ParseModel(std::span<const std::string> arguments) {
  ModelCommandOptions options;
  ModelFlags model;
  CLI::App app;
  Describe(app, "model", "mistral-eval model models/Mistral-7B-v0.1",
           "What a checkpoint is: configuration, parameters by block, bytes, memory for keys and "
           "values, what fits here.");
  model.Add(app, options.model);
  app.add_option("MODEL", options.model.model, "As --model");
  app.add_flag("--digests", options.digests,
               "Also the SHA-256 of weights and tokenizer (reads every byte)");
  Parse(app, arguments);
  model.Finish(options.model);
  return options;
}

}  // namespace meval
