#ifndef MEVAL_EVALS_COMMAND_LINE_COMMON_FLAGS_H_
#define MEVAL_EVALS_COMMAND_LINE_COMMON_FLAGS_H_

// What the commands' parsers share: flags of model and data, words with a fixed set of values, help
// and errors.

#include <span>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "evals/code_options.h"
#include "evals/flags.h"
#include "evals/run_options.h"

namespace meval::command_line {

// Throws a UsageError that lists the accepted words and the nearest one.
[[noreturn]] void ThrowUnknownWord(const std::string& flag, const std::string& word,
                                   const std::vector<std::string>& accepted);

// Maps a word to a value or throws a UsageError that lists the words.
template <typename T>
T Choose(const std::string& flag, const std::string& word,
         const std::vector<std::pair<std::string, T>>& table) {
  std::vector<std::string> names;
  for (const auto& [name, value] : table) {
    if (name == word) return value;
    names.push_back(name);
  }
  ThrowUnknownWord(flag, word, names);
}
// The same where only membership is of interest.
void RequireWord(const std::string& flag, const std::string& word,
                 const std::vector<std::string>& accepted);

// Gives the app a name and a help that begins with an example.
void Describe(CLI::App& app, const std::string& name, const std::string& example,
              const std::string& text);
// Parses, or throws HelpRequested or UsageError.
void Parse(CLI::App& app, std::span<const std::string> arguments);

// The flags of ModelOptions. Values that need interpretation are kept as text until Finish.
class ModelFlags {
 public:
  void Add(CLI::App& app, ModelOptions& options);
  void Finish(ModelOptions& options) const;

 private:
  std::string kv_memory_;
};

// The flags of DataSelection.
class DataFlags {
 public:
  void Add(CLI::App& app, DataSelection& data);
  void Finish(DataSelection& data) const;

 private:
  std::vector<std::string> files_;
};

// The flags of PromptSelection. Words are kept as text until Finish.
class PromptFlags {
 public:
  void Add(CLI::App& app, PromptSelection& prompts, const std::string& group);
  // Throws UsageError.
  void Finish(PromptSelection& prompts) const;

 private:
  std::string fewshot_ = "task";
};

// The flags of CodeOptions.
void AddCodeFlags(CLI::App& app, CodeOptions& code, const std::string& group);

}  // namespace meval::command_line

#endif  // MEVAL_EVALS_COMMAND_LINE_COMMON_FLAGS_H_
