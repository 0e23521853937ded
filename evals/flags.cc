#include "evals/flags.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tasks/nearest_name.h"

namespace meval {
namespace {

std::string OneOf(const std::vector<std::string>& accepted) {
  return fmt::format("{}", fmt::join(accepted, ", "));
}

// Maps a word to a value or throws a UsageError that lists the words.
template <typename T>
T Choose(const std::string& flag, const std::string& word,
         const std::vector<std::pair<std::string, T>>& table) {
  std::vector<std::string> names;
  for (const auto& [name, value] : table) {
    if (name == word) return value;
    names.push_back(name);
  }
  throw UsageError(fmt::format("{}: expected one of {}, found \"{}\"{}", flag, OneOf(names), word,
                               tasks::DidYouMean(word, names)));
}

// Adds the nearest flag names to CLI11's message about an unknown one.
[[noreturn]] void ThrowParseError(const CLI::App& app, const CLI::ParseError& error,
                                  const std::vector<std::string>& arguments) {
  std::string message = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    std::vector<std::string> known;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
    for (const std::string& argument : arguments) {
      const std::string name = argument.substr(0, argument.find('='));
      if (name.starts_with("--") && std::find(known.begin(), known.end(), name) == known.end()) {
        message = fmt::format("{}: unknown flag{}", name, tasks::DidYouMean(name, known));
        break;
      }
    }
  }
  throw UsageError(message + "\nSee: mistral-eval " + app.get_name() + " --help");
}

void Parse(CLI::App& app, std::span<const std::string> arguments) {
  const std::vector<std::string> in_order(arguments.begin(), arguments.end());
  try {
    app.parse(std::vector<std::string>(in_order.rbegin(),
                                       in_order.rend()));  // CLI11 takes them last first
  } catch (const CLI::CallForHelp&) {
    throw HelpRequested(app.help());
  } catch (const CLI::ParseError& error) {
    ThrowParseError(app, error, in_order);
  }
}

// The flags of ModelOptions. Values that need interpretation are kept as text until Finish.
struct ModelFlags {
  std::string kv_memory;

  void Add(CLI::App& app, ModelOptions& options) {
    const std::string group = "Model";
    app.add_option("--model,--pretrained", options.model,
                   "A checkpoint directory, an org/name in the local Hugging Face cache, tiny "
                   "(shipped), or random:SHAPE[,seed=N]")
        ->group(group)
        ->capture_default_str();
    app.add_option("--tokenizer", options.tokenizer,
                   "tokenizer.model to use instead of the model's own")
        ->group(group);
    app.add_option("--backend,--device", options.backend, "auto, cpu or cuda")
        ->group(group)
        ->capture_default_str();
    app.add_option("--dtype", options.dtype,
                   "auto, f32 or bf16 (auto: as the checkpoint is stored)")
        ->group(group)
        ->capture_default_str();
    app.add_option("--max-length", options.max_length,
                   "Longest sequence in tokens (default: the model's positions)")
        ->group(group)
        ->check(CLI::PositiveNumber);
    app.add_option("--threads", options.threads,
                   "CPU threads (default: all; never changes a score)")
        ->group(group)
        ->check(CLI::PositiveNumber);
    app.add_option("--batch-tokens,--batch_size", options.batch_tokens,
                   "Tokens per forward pass (default: chosen; never changes a score)")
        ->group(group)
        ->check(CLI::PositiveNumber);
    app.add_option(
           "--kv-memory", kv_memory,
           "Memory for keys and values, such as 4G (default: chosen; never changes a score)")
        ->group(group);
  }

  void Finish(ModelOptions& options) const {
    Choose<int>("--backend", options.backend, {{"auto", 0}, {"cpu", 0}, {"cuda", 0}});
    Choose<int>("--dtype", options.dtype, {{"auto", 0}, {"f32", 0}, {"bf16", 0}});
    if (!kv_memory.empty()) options.kv_memory_bytes = ParseBytes("--kv-memory", kv_memory);
  }
};

// The flags of DataSelection.
struct DataFlags {
  std::vector<std::string> files;

  void Add(CLI::App& app, DataSelection& data) {
    const std::string group = "Data";
    app.add_option("--data", data.data_dir,
                   "Directory with the data sets (default: $MISTRAL_EVAL_DATA, ./data, the shipped "
                   "samples)")
        ->group(group);
    app.add_option("--data-file", files,
                   "TASK=FILE or TASK:exemplars=FILE: read this file instead of the task's own")
        ->group(group);
    app.add_flag("--allow-count-mismatch", data.allow_count_mismatch,
                 "Accept a data set with another number of records than the task expects")
        ->group(group);
    app.add_option("--include-path,--include_path", data.include_paths,
                   "Folder with task files of your own")
        ->group(group);
  }

  void Finish(DataSelection& data) const {
    for (const std::string& file : files) {
      const std::size_t equals = file.find('=');
      if (equals == std::string::npos || equals == 0 || equals + 1 == file.size()) {
        throw UsageError("--data-file: expected TASK=FILE or TASK:exemplars=FILE, found \"" + file +
                         "\"");
      }
      std::string task = file.substr(0, equals);
      std::string role = "test";
      if (const std::size_t colon = task.find(':'); colon != std::string::npos) {
        role = task.substr(colon + 1);
        task.resize(colon);
        Choose<int>("--data-file", role, {{"test", 0}, {"exemplars", 0}});
      }
      data.files[task][role] = file.substr(equals + 1);
    }
  }
};

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

void CheckRanges(const RunOptions& run) {
  if (run.shots && *run.shots < 0)
    throw UsageError(fmt::format("--shots: expected 0 or more, found {}", *run.shots));
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
  std::string fewshot = "task";
  std::string truncation = "shots";
  std::string boundary = "length";
  std::string formats;
  std::string gen_kwargs;
  bool log_samples = true;
  std::vector<std::string> fail_under;

  void Finish(RunOptions& run) const {
    run.fewshot = Choose<FewShotMode>("--fewshot", fewshot,
                                      {{"task", FewShotMode::kTask},
                                       {"per-doc", FewShotMode::kPerDocument},
                                       {"fixed", FewShotMode::kFixed}});
    run.encode.truncation = Choose<TruncationPolicy>("--truncation", truncation,
                                                     {{"shots", TruncationPolicy::kShots},
                                                      {"left", TruncationPolicy::kLeft},
                                                      {"error", TruncationPolicy::kError}});
    run.encode.boundary = Choose<BoundaryRule>(
        "--boundary", boundary,
        {{"length", BoundaryRule::kLength}, {"lcp", BoundaryRule::kLongestCommonPrefix}});
    if (!formats.empty()) run.formats = CLI::detail::split(formats, ',');
    for (const std::string& format : run.formats) {
      Choose<int>("--format", format, {{"console", 0}, {"json", 0}, {"markdown", 0}, {"csv", 0}});
    }
    if (!gen_kwargs.empty()) ParseGenKwargs(gen_kwargs, run);
    for (const std::string& rule : fail_under) run.fail_under.push_back(ParseFailUnder(rule));
  }
};

void AddRunTaskFlags(CLI::App& app, RunOptions& run, RunWords& words) {
  const std::string group = "What is asked";
  app.add_option("--task,--tasks", run.tasks,
                 "Tasks, groups, globs or .json task files, separated by commas")
      ->group(group);
  app.add_option("--shots,--num_fewshot", run.shots,
                 "Solved examples in the prompt (default: the task's)")
      ->group(group);
  app.add_option("--fewshot", words.fewshot,
                 "How they are drawn: task (as the reference harness), per-doc or fixed")
      ->group(group)
      ->capture_default_str();
  app.add_option("--system,--system_instruction", run.system,
                 "System instruction in front of the prompt")
      ->group(group);
  app.add_option("--limit", run.limit,
                 "Only the first N documents of each task, or a fraction below 1")
      ->group(group);
  app.add_option("--ids", run.ids_file, "Only documents whose ids are in this file, one a line")
      ->group(group);
  app.add_option("--seed", run.seed, "The one seed; every random stream is derived from it")
      ->group(group)
      ->capture_default_str();
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
                 "Completions per document, for maj@k (default: the task's)")
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
                 "What goes to stdout: console, json, markdown, csv (default: console)")
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

// An app whose help begins with an example.
void Describe(CLI::App& app, const std::string& name, const std::string& example,
              const std::string& text) {
  app.name(name);
  app.description("Example:\n  " + example + "\n\n" + text + "\n");
  app.get_formatter()->column_width(34);
}

}  // namespace

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

RunOptions ParseRun(std::span<const std::string> arguments) {
  RunOptions run;
  RunWords words;
  ModelFlags model;
  DataFlags data;
  CLI::App app;
  Describe(app, "run",
           "mistral-eval --task mmlu --shots 5 --model models/Mistral-7B-v0.1 --data data",
           "Evaluates a model on tasks and writes a run directory. `mistral-eval --task ...` is "
           "the same as\n"
           "`mistral-eval run --task ...`. Scores go to stdout, progress to stderr.");
  AddRunTaskFlags(app, run, words);
  model.Add(app, run.model);
  data.Add(app, run.data);
  AddRunGenerationFlags(app, run, words);
  AddRunOutputFlags(app, run, words);
  Parse(app, arguments);
  model.Finish(run.model);
  data.Finish(run.data);
  words.Finish(run);
  CheckRanges(run);
  if (run.tasks.empty()) {
    throw UsageError(
        "--task: expected at least one task, found none. `mistral-eval tasks` lists them.\n"
        "Example: mistral-eval --task mmlu --shots 5");
  }
  return run;
}

TasksOptions ParseTasks(std::span<const std::string> arguments) {
  TasksOptions options;
  DataFlags data;
  CLI::App app;
  Describe(
      app, "tasks", "mistral-eval tasks mmlu",
      "Lists the tasks and groups; with a name: its definition, its data and one whole prompt.");
  app.add_option("NAME", options.name, "A task, or a path to a .json task file");
  app.add_option("--shots,--num_fewshot", options.shots,
                 "Shots of the prompt shown (default: the task's)");
  app.add_option("--seed", options.seed, "Seed of the few-shot draw")->capture_default_str();
  data.Add(app, options.data);
  Parse(app, arguments);
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
  data.Add(app, options.data);
  Parse(app, arguments);
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
