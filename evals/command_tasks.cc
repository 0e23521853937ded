// `mistral-eval tasks [NAME]`: what can be asked, and how it is asked.

#include <algorithm>
#include <ostream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "evals/chat_setup.h"
#include "evals/check_task.h"
#include "evals/commands.h"
#include "evals/jsonl_lines.h"
#include "evals/run_eval.h"
#include "evals/task_skeleton.h"
#include "metrics/parallel.h"
#include "metrics/unicode_text.h"
#include "tasks/error.h"
#include "tasks/import_lm_eval.h"
#include "tasks/task_registry.h"

namespace meval {
namespace {

void PrintList(const TaskRegistry& registry, std::ostream& out) {
  out << "Tasks (mistral-eval tasks NAME shows one):\n";
  fmt::print(out, "  {:<20} {:<14} {:>7} {:>6}  {:<24} {}\n", "task", "asks by", "records", "shots",
             "headline score", "what it is");
  for (const Task& task : registry.tasks()) {
    const TaskDefinition& definition = task.definition();
    fmt::print(out, "  {:<20} {:<14} {:>7} {:>6}  {:<24} {}\n", definition.name,
               Name(definition.request),
               definition.expected_records ? std::to_string(*definition.expected_records) : "any",
               definition.default_shots, definition.headline().name, definition.title);
  }
  if (!registry.groups().empty()) out << "\nGroups:\n";
  for (const TaskGroup& group : registry.groups()) {
    std::vector<std::string> members;
    for (const TaskGroupMember& member : group.members) members.push_back(member.name);
    fmt::print(out, "  {:<20} {}  ({})\n", group.name, group.title, fmt::join(members, ", "));
  }
  out << "\nTry: mistral-eval --task mmlu --shots 5\n";
}

void PrintDefinition(const TaskDefinition& task, std::ostream& out) {
  fmt::print(out, "{} (version {}): {}\n", task.name, task.version, task.title);
  fmt::print(
      out, "  paper         {}\n  upstream      {}\n  data licence  {}\n  definition    {} ({})\n",
      task.paper, task.upstream, task.license, task.source, task.digest.substr(0, 12));
  fmt::print(out, "  asks by       {}, {} shots unless --shots says otherwise\n",
             Name(task.request), task.default_shots);
  if (task.request == RequestKind::kGeneration) {
    const GenerationDefinition& generation = task.generation;
    fmt::print(out,
               "  generation    at most {} tokens, temperature {}, top-p {}, {} completion{} per "
               "document\n",
               generation.max_new_tokens, generation.temperature, generation.top_p,
               generation.num_samples, generation.num_samples == 1 ? "" : "s");
    fmt::print(out, "  stops at      {}\n", generation.until);
    if (generation.until_zero_shot != generation.until) {
      fmt::print(out, "    at 0 shots  {}\n", generation.until_zero_shot);
    }
  }
  if (task.execution) {
    fmt::print(out,
               "  programs      are run with --allow-code-execution: at most {} s, {} MiB, {} "
               "processes\n",
               task.execution->timeout_seconds, task.execution->memory_mib,
               task.execution->processes);
  }
  if (task.request == RequestKind::kRolling) {
    fmt::print(out, "  protocol      {}, windows of {}\n", Name(task.rolling.protocol),
               task.rolling.length == 0 ? "the model's length"
                                        : fmt::format("{} tokens", task.rolling.length));
  }
  out << "  scores       ";
  for (const ScoreDefinition& score : task.scores)
    out << ' ' << score.name << (score.is_headline ? " (headline)" : "");
  out << '\n';
  for (const PublishedScore& published : task.published) {
    fmt::print(out, "  published     {} {}: {} {} ({})\n", published.model, published.variant,
               published.score, published.value, published.source);
  }
}

// Texts of rolling tasks may be as long as a book.
std::string BeginningOf(const std::string& text) {
  constexpr std::int64_t kShown = 1000;
  const std::int64_t size = CountCodePoints(text);
  if (size <= kShown) return text;
  return fmt::format("{} ... ({} more characters)", FirstCodePoints(text, kShown), size - kShown);
}

// What keeps a document's text from being read as special tokens is for tokenizers alone.
std::string ForReaders(const std::string& text) {
  return ReplaceAll(text, std::string(kLiteralMark), "");
}

// A blank is filled in front of what is scored; where a template ends the question, within it.
std::string PromptText(const Document& document, const Prompt& prompt) {
  const bool fills_in_turn = prompt.chat != nullptr && !document.choice_prefixes.empty();
  return fills_in_turn ? prompt.TextWith(document.QuestionFor(0), 0) : prompt.Text();
}

std::string ScoredChoice(const TaskDefinition& task, const Document& document, const Prompt& prompt,
                         std::size_t choice) {
  const std::string prefix =
      document.QuestionFor(choice).substr(prompt.chat == nullptr ? document.question.size() : 0);
  const std::string text = ForReaders(ScoredText(task, prompt, document.choices[choice]));
  if (document.choice_prefixes.empty()) return text;
  return prompt.chat == nullptr ? prefix + text : prefix + " ... " + text;
}

void PrintPrompt(const Task& task, const Document& document, const Prompt& prompt,
                 std::int64_t shots, std::ostream& out) {
  fmt::print(out, "\nThe prompt of document {}, {} ({}), with {} shots:\n", document.index + 1,
             document.id, document.source, shots);
  fmt::print(
      out, "--------------------------------------------------------------------------------\n{}\n",
      task.definition().request == RequestKind::kRolling
          ? BeginningOf(prompt.question)
          : ForReaders(PromptText(document, prompt)));
  out << "--------------------------------------------------------------------------------\n";
  if (task.definition().request == RequestKind::kRolling) {
    fmt::print(out, "counted      {} words, {} bytes\n", document.num_words, document.num_bytes);
  } else if (task.definition().request == RequestKind::kLoglikelihood) {
    for (std::size_t i = 0; i < document.choices.size(); ++i) {
      const bool is_gold = std::find(document.gold.begin(), document.gold.end(),
                                     static_cast<std::int64_t>(i)) != document.gold.end();
      fmt::print(out, "choice {}{}  {:?}\n", i, is_gold ? " (gold)" : "       ",
                 ScoredChoice(task.definition(), document, prompt, i));
    }
    if (document.unconditional_context) {
      fmt::print(out, "also after   {:?}\n", *document.unconditional_context);
    }
  } else {
    fmt::print(out, "expected     {:?}\n",
               ForReaders(ScoredText(task.definition(), prompt, document.answer)));
  }
}

std::int64_t ShotsOf(const Task& task, const TasksOptions& options) {
  return options.shots.value_or(task.definition().default_shots);
}

std::vector<Prompt> PromptsAsRun(const Task& task, const TaskData& data,
                                 const TasksOptions& options) {
  return BuildPrompts(task, data,
                      {.shots = ShotsOf(task, options),
                       .seed = options.seed,
                       .mode = options.fewshot,
                       .system = options.system,
                       .chat = ResolveChat(options.chat, options.model)});
}

// The first documents' prompts.
void PrintPrompts(const Task& task, const TaskData& data, const TasksOptions& options,
                  std::ostream& out) {
  const std::vector<Prompt> prompts = PromptsAsRun(task, data, options);
  const std::size_t count = std::min<std::size_t>(prompts.size(), options.check ? 3 : 1);
  for (std::size_t i = 0; i < count; ++i) {
    PrintPrompt(task, data.documents[i], prompts[i], ShotsOf(task, options), out);
  }
}

// Throws DataError if the task does not find its own answers right.
void PrintCheck(const Task& task, const TaskData& data, std::ostream& out) {
  std::vector<const Document*> documents;
  for (const Document& document : data.documents) documents.push_back(&document);
  if (task.definition().request == RequestKind::kRolling) {
    out << "\nself-test    nothing to ask: texts are scored as they stand\n";
    return;
  }
  const TaskCheck check = CheckAnswers(task.definition(), documents, NumHardwareThreads());
  fmt::print(out, "\nself-test    the answers of {} documents; {} questions occur twice\n",
             check.num_checked, data.duplicate_questions);
  if (check.num_cut > 0) {
    fmt::print(out, "note         {} gold answers hold a stop string, so nobody can give them\n",
               check.num_cut);
  }
  if (task.definition().execution) {
    out << "note         its programs were not run here; `run --allow-code-execution` runs them\n";
  }
  constexpr std::size_t kShown = 10;
  for (std::size_t i = 0; i < std::min(check.problems.size(), kShown); ++i) {
    fmt::print(out, "problem      {}\n", check.problems[i]);
  }
  if (!check.problems.empty()) {
    throw DataError(
        fmt::format("task \"{}\": expected gold answers to score full marks and others "
                    "nothing, found {} problems. Look at its filters, stop strings and "
                    "scores",
                    task.name(), check.problems.size()));
  }
  out << (task.definition().execution
              ? "fine         no answers score nothing; whether programs pass was not tried\n"
              : "fine         gold answers score full marks; no answers and wrong choices score "
                "nothing\n");
}

// One document a line: what a model is shown, what is scored or compared.
void PrintAllPrompts(const Task& task, const TasksOptions& options, std::ostream& out) {
  const TaskDefinition& definition = task.definition();
  const TaskData data = task.Load(TaskDataOptions(task, options.data, ShotsOf(task, options) > 0));
  const std::vector<Prompt> prompts = PromptsAsRun(task, data, options);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const Document& document = data.documents[i];
    nlohmann::ordered_json line = {{"task", definition.name},
                                   {"id", document.id},
                                   {"prompt", ForReaders(PromptText(document, prompts[i]))}};
    if (!document.group.empty()) line["group"] = document.group;
    if (!document.choice_prefixes.empty()) line["choice_prefixes"] = document.choice_prefixes;
    if (document.unconditional_context) {
      line["unconditional_context"] = *document.unconditional_context;
    }
    for (const std::string& choice : document.choices) {
      line["continuations"].push_back(ForReaders(ScoredText(definition, prompts[i], choice)));
    }
    if (!document.gold.empty()) line["gold"] = document.gold;
    if (!document.references.empty()) line["references"] = document.references;
    out << line.dump() << '\n';
  }
}

}  // namespace

int TasksCommand(const TasksOptions& options, std::ostream& out) {
  if (!options.import_from.empty()) {
    out << ImportLmEval(options.import_from);
    return 0;
  }
  if (!options.init_from.empty()) {
    std::istringstream no_input;
    InputStream input(options.init_from, no_input);
    out << TaskSkeleton(input.stream(), input.name());
    return 0;
  }
  const TaskRegistry registry(options.data.include_paths);
  if (options.name.empty()) {
    RequireDataFilesAreUsed(options.data, registry.tasks(), "those there are");
    PrintList(registry, out);
    return 0;
  }
  const std::vector<Task> tasks = registry.Resolve(options.name);
  RequireDataFilesAreUsed(options.data, tasks, "\"" + options.name + "\"");
  for (const Task& task : tasks) {
    if (options.all_prompts) {
      PrintAllPrompts(task, options, out);
      continue;
    }
    PrintDefinition(task.definition(), out);
    const DataOptions where = TaskDataOptions(task, options.data, ShotsOf(task, options) > 0);
    if (const DataStatus status = task.Locate(where); !status.found) {
      fmt::print(out, "  data          not found: {}\n", status.missing);
      if (options.check) throw DataError(status.missing);
      continue;
    }
    const TaskData data = task.Load(where);
    for (const DataFile& file : data.files) {
      fmt::print(out, "  data          {:<9} {} ({} records, {}, sha256 {})\n", file.role,
                 file.path.string(), file.records, file.shape, file.sha256.substr(0, 12));
    }
    for (const std::string& warning : data.warnings)
      fmt::print(out, "  note          {}\n", warning);
    PrintPrompts(task, data, options, out);
    if (options.check) PrintCheck(task, data, out);
  }
  return 0;
}

}  // namespace meval
