// `mistral-eval perplexity`: how well a model predicts a text file.
//
// The file becomes a rolling task of its own, so that windows, scores, journal and report are those
// of every other task.

#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "evals/commands.h"
#include "evals/encode_ahead.h"
#include "evals/engine_language_model.h"
#include "evals/interrupt.h"
#include "evals/model_loader.h"
#include "evals/outline_encoder.h"
#include "evals/program.h"
#include "evals/run_eval.h"
#include "evals/sample_log.h"
#include "metrics/perplexity.h"
#include "reports/console_report.h"
#include "reports/json_report.h"
#include "reports/run_directory.h"
#include "tasks/digest.h"

namespace meval {
namespace {

using Clock = std::chrono::steady_clock;

bool HasRecords(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  return ending == ".jsonl" || ending == ".ndjson" || ending == ".json" || ending == ".csv";
}

void RequireFile(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    throw UsageError("--file: " + file.string() + ": there is no such file");
  }
  if (std::filesystem::is_directory(file, error)) {
    throw UsageError("--file: " + file.string() + ": expected a file, found a directory");
  }
}

Task FileTask(const PerplexityOptions& options) {
  nlohmann::json test = {{"files", {"FILE"}}};
  if (!HasRecords(options.file)) test["format"] = "text";
  nlohmann::json rolling = {{"protocol", Name(options.protocol)}};
  if (options.length) rolling["length"] = *options.length;
  nlohmann::json scores = {"token_perplexity"};
  if (options.protocol == RollingProtocol::kRolling) {
    scores = {{{"name", "word_perplexity"}, {"headline", true}},
              "byte_perplexity",
              "bits_per_byte",
              "token_perplexity"};
  } else {
    scores = {{{"name", "perplexity"}, {"metric", "chunk_perplexity"}}};
  }
  const nlohmann::json definition = {
      {"task", "perplexity"},
      {"title", "Perplexity of a file of the user's own"},
      {"request", "rolling"},
      {"rolling", rolling},
      {"data", {{"test", test}}},
      {"question", "{" + (HasRecords(options.file) ? options.field : "text") + "}"},
      {"scores", scores}};
  return Task::Parse(definition.dump(), "--file " + options.file.string());
}

// Chunks run over the records of a file as over one text, joined by an empty line, as papers on
// quantisation join the rows of a set.
void JoinDocuments(std::vector<Document>& documents) {
  Document& whole = documents.front();
  DigestBuilder digest;
  digest.Add(whole.digest);
  for (std::size_t i = 1; i < documents.size(); ++i) {
    whole.question += "\n\n" + documents[i].question;
    digest.Add(documents[i].digest);
  }
  if (documents.size() > 1) whole.digest = digest.Finish();
  documents.resize(1);
  documents.front().num_words = CountWords(documents.front().question);
  documents.front().num_bytes = static_cast<std::int64_t>(documents.front().question.size());
}

EvalPlan PlanOf(const Task& task, const TaskData& data) {
  EvalPlan plan;
  plan.task = &task;
  plan.data = &data;
  plan.prompts = BuildPrompts(task, data, {});
  for (std::size_t i = 0; i < data.documents.size(); ++i) {
    plan.selected.push_back(i);
    plan.prompt_digests.push_back(
        PromptDigest(task.definition(), data.documents[i], plan.prompts[i]));
  }
  return plan;
}

// Where finished windows are kept, if the user names a directory.
struct Kept {
  std::optional<RunDirectory> directory;
  std::unique_ptr<JournalWriter> journal;

  Kept(const PerplexityOptions& options, const RunReport& report) {
    if (options.out.empty()) return;
    directory.emplace(RunDirectory::Open(options.out, report));
    journal =
        std::make_unique<JournalWriter>(directory->journal(), Sha256(ToText(report.identity)));
  }
  void Write(const std::vector<SampleResult>& samples, RunReport& report) const {
    if (!directory) return;
    WriteSampleLog(*directory, samples, report.tasks.back());
    directory->Write("results.json", [&](std::ostream& out) { WriteResultsJson(report, out); });
  }
};

}  // namespace

int PerplexityCommand(const PerplexityOptions& options, std::ostream& out, std::ostream& err) {
  const Clock::time_point begin = Clock::now();
  const InterruptGuard interrupt;  // before any other thread
  RequireFile(options.file);
  const Task task = FileTask(options);
  TaskData data = task.Load({.data_dirs = {}, .file_overrides = {{"test", options.file}}});
  if (options.protocol != RollingProtocol::kRolling) JoinDocuments(data.documents);
  const EvalPlan plan = PlanOf(task, data);
  const ModelOutline outline = OutlineModel(ToEngineOptions(options.model));
  if (options.length.value_or(0) > outline.max_length) {
    throw UsageError(fmt::format("--length: expected at most the model's length, {}, found {}",
                                 outline.max_length, *options.length));
  }
  const OutlineEncoder encoder(outline);
  EncodeAhead encoded({&plan, 1}, encoder, 1);
  const LoadedModel model = LoadModel(options.model, options.quiet ? nullptr : &err, &err);
  RunReport report =
      StartReport(IdentityOf(RunOptions{}, {plan}, model), {plan}, options.command, model);
  const Kept kept(options, report);

  EngineLanguageModel language_model(*model.engine);
  Progress progress(err, {.quiet = options.quiet, .is_terminal = isatty(STDERR_FILENO) != 0});
  const JournalContents nothing;
  const EvalEnvironment environment = {language_model,
                                       kept.journal ? kept.journal->finished() : nothing,
                                       kept.journal.get(), progress, interrupt.token()};
  std::vector<SampleResult> samples;
  bool is_complete = false;
  report.tasks.push_back(RunTask(plan, encoded.Next(), environment, samples, is_complete));
  report.host.matmul_algorithms = model.context->matmul_algorithms();
  report.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  kept.Write(samples, report);
  if (!is_complete) {
    err << "mistral-eval: stopped. "
        << (kept.directory ? "The same command continues.\n"
                           : "With --out DIR the same command would continue.\n");
    return kExitInterrupted;
  }
  if (options.format == "json") {
    WriteResultsJson(report, out);
  } else {
    WriteConsoleReport(report, {.color = false, .all_groups = false, .width = 120}, out);
  }
  return kExitOk;
}

}  // namespace meval
