#include "evals/command_line/common_flags.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "evals/chat_setup.h"
#include "tasks/nearest_name.h"

namespace meval::command_line {
namespace {

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
  throw UsageError(message + "\nSee: " + app.get_name() + " --help");
}

}  // namespace

void ThrowUnknownWord(const std::string& flag, const std::string& word,
                      const std::vector<std::string>& accepted) {
  throw UsageError(fmt::format("{}: expected one of {}, found \"{}\"{}", flag,
                               fmt::join(accepted, ", "), word, tasks::DidYouMean(word, accepted)));
}

void RequireWord(const std::string& flag, const std::string& word,
                 const std::vector<std::string>& accepted) {
  if (std::find(accepted.begin(), accepted.end(), word) == accepted.end()) {
    ThrowUnknownWord(flag, word, accepted);
  }
}

void Describe(CLI::App& app, const std::string& name, const std::string& example,
              const std::string& text) {
  app.name("mistral-eval " + name);
  app.description("Example:\n  " + example + "\n\n" + text + "\n");
  app.get_formatter()->column_width(34);
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

void ModelFlags::Add(CLI::App& app, ModelOptions& options) {
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
  app.add_option("--dtype", options.dtype, "auto, f32 or bf16 (auto: as the checkpoint is stored)")
      ->group(group)
      ->capture_default_str();
  app.add_option("--max-length", options.max_length,
                 "Longest sequence in tokens (default: the model's positions)")
      ->group(group)
      ->check(CLI::PositiveNumber);
  app.add_option("--threads", options.threads, "CPU threads (default: all; never changes a score)")
      ->group(group)
      ->check(CLI::PositiveNumber);
  app.add_option("--batch-tokens,--batch_size", options.batch_tokens,
                 "Tokens per forward pass (default: chosen; never changes a score)")
      ->group(group)
      ->check(CLI::PositiveNumber);
  app.add_option("--kv-memory", kv_memory_,
                 "Memory for keys and values, such as 4G (default: chosen; never changes a score)")
      ->group(group);
}

void ModelFlags::Finish(ModelOptions& options) const {
  RequireWord("--backend", options.backend, {"auto", "cpu", "cuda"});
  RequireWord("--dtype", options.dtype, {"auto", "f32", "bf16"});
  if (!kv_memory_.empty()) options.kv_memory_bytes = ParseBytes("--kv-memory", kv_memory_);
}

void DataFlags::Add(CLI::App& app, DataSelection& data) {
  const std::string group = "Data";
  app.add_option("--data", data.data_dir,
                 "Directory with the data sets (default: $MISTRAL_EVAL_DATA, ./data, the shipped "
                 "samples)")
      ->group(group);
  app.add_option(
         "--data-file", files_,
         "TASK=FILE or TASK:exemplars=FILE: read this file instead of the task's own; may be "
         "given again")
      ->group(group)
      ->allow_extra_args(false);
  app.add_flag("--allow-count-mismatch", data.allow_count_mismatch,
               "Accept a data set with another number of records than the task expects")
      ->group(group);
  app.add_option("--include-path,--include_path", data.include_paths,
                 "Folder with task files of your own; may be given again")
      ->group(group)
      ->allow_extra_args(false);
}

void DataFlags::Finish(DataSelection& data) const {
  std::error_code error;
  if (!data.data_dir.empty() && !std::filesystem::is_directory(data.data_dir, error)) {
    throw UsageError("--data: expected a directory, found none at \"" + data.data_dir + "\"");
  }
  for (const std::string& file : files_) {
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
      RequireWord("--data-file", role, {"test", "exemplars"});
    }
    data.files[task][role] = file.substr(equals + 1);
  }
}

void PromptFlags::Add(CLI::App& app, PromptSelection& prompts, const std::string& group) {
  app.add_option("--shots,--num_fewshot", prompts.shots,
                 "Solved examples in the prompt (default: the task's)")
      ->group(group);
  app.add_option("--fewshot", fewshot_,
                 "How they are drawn: task (as the reference harness), per-doc or fixed")
      ->group(group)
      ->capture_default_str();
  app.add_option("--seed", prompts.seed, "The one seed; every random stream is derived from it")
      ->group(group)
      ->capture_default_str();
  app.add_option("--chat-template,--apply_chat_template", prompts.chat.chat_template,
                 "How a chat model is addressed: auto (default: the checkpoint's own, if it has "
                 "one), model, "
                 "none, mistral-v1, mistral-v3, llama-2, chatml, or a file")
      ->group(group)
      ->expected(0, 1);
  app.add_option("--fewshot-as-multiturn,--fewshot_as_multiturn", prompts.chat.shots_as_turns,
                 "With a chat template: each solved example is a turn of its own; false: all stand "
                 "in the one user turn")
      ->group(group)
      ->capture_default_str();
  app.add_option("--system,--system_instruction", prompts.system,
                 "System instruction in front of the prompt; mistral-guardrail: that of the "
                 "Mistral 7B paper")
      ->group(group);
}

void PromptFlags::Finish(PromptSelection& prompts) const {
  if (prompts.shots && *prompts.shots < 0) {
    throw UsageError(fmt::format("--shots: expected 0 or more, found {}", *prompts.shots));
  }
  prompts.fewshot = Choose<FewShotMode>("--fewshot", fewshot_,
                                        {{"task", FewShotMode::kTask},
                                         {"per-doc", FewShotMode::kPerDocument},
                                         {"fixed", FewShotMode::kFixed}});
  prompts.system = SystemText(prompts.system);
  // The flag alone asks for the model's own template.
  if (prompts.chat.chat_template.empty()) prompts.chat.chat_template = "model";
}

void AddCodeFlags(CLI::App& app, CodeOptions& code, const std::string& group) {
  app.add_flag("--allow-code-execution", code.is_allowed,
               "Run the programs that the model wrote, each in a sandbox (bubblewrap); without it "
               "they are kept and have no score")
      ->group(group);
  app.add_option("--code-timeout", code.timeout_seconds,
                 "Seconds that each of them may take (default: the task's)")
      ->group(group)
      ->check(CLI::Range(0.01, 3600.0));
}

}  // namespace meval::command_line
