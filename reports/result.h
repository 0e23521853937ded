#ifndef MEVAL_REPORTS_RESULT_H_
#define MEVAL_REPORTS_RESULT_H_

// The record of a run: plain data that every report format is written from. docs/report-schema.md
// describes each field as it appears in results.json.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace meval {

inline constexpr int kReportSchemaVersion = 1;

struct MetricValue {
  std::string name;                      // "acc_norm", "exact_match,strict", "maj@8", "rougeL"
  double value = 0;                      // in `unit`
  std::optional<double> standard_error;  // same unit; absent for n = 1 or where no formula applies
  std::string standard_error_method;     // "sample", "pooled", "bootstrap"; "" without one
  std::optional<double> ci_low;          // 95 % interval, same unit
  std::optional<double> ci_high;
  std::string ci_method;  // "wilson", "normal", "bootstrap"; "" without one
  std::int64_t n = 0;     // documents
  // "fraction" (0..1), "percent" (0..100), "tokens", "words", "bytes", "ppl" (>= 1), "bits"
  std::string unit = "fraction";
  bool higher_is_better = true;
  bool is_headline = false;
  bool is_detail = false;  // in results.json, not in tables
  std::string signature;   // how it was computed, sacrebleu style
};

// A subject, category or other subset of a task.
struct SubsetResult {
  std::string name;
  std::string kind;  // "group" (MMLU subject), "category", "micro", "macro", "slice" (MATH level)
  std::int64_t n = 0;
  std::vector<MetricValue> metrics;
};

struct PublishedComparison {
  std::string model;    // "Mistral-7B-v0.1"
  std::string variant;  // "5-shot"
  std::string metric;   // which of ours
  double value = 0;     // percent
  std::string source;
};

struct InputFile {
  std::string role;  // "test", "exemplars"
  std::string path;
  std::int64_t records = 0;
  std::string sha256;
  std::string shape;
};

// Counters that make nothing silent; each affected sample carries a flag of the same name.
struct TaskCounters {
  std::int64_t truncated_prompts = 0;  // shots dropped or text cut to fit
  std::int64_t boundary_merges =
      0;  // encode(context) was not a prefix of encode(context + continuation)
  std::int64_t invalid_answers = 0;  // completions from which the headline score extracts nothing
  std::int64_t empty_completions = 0;
  std::int64_t length_stops = 0;  // completions cut by the token limit
  std::int64_t duplicate_questions = 0;
  std::int64_t unscored = 0;  // documents without a result; 0 in a finished run
};

struct Timing {
  double seconds = 0;                 // wall time of the task's requests
  std::int64_t tokens_requested = 0;  // what a request-by-request evaluation would feed
  std::int64_t tokens_fed = 0;        // what was fed
  std::int64_t tokens_generated = 0;
  std::int64_t requests_from_journal = 0;  // finished in an earlier attempt
  double model_seconds = 0;                // of the wall time, inside the model
  std::int64_t steps = 0;                  // forward passes
  std::int64_t rows_scored = 0;            // rows of logits
  std::int64_t tokens_refed = 0;           // of those fed, a second time for want of KV memory
  std::int64_t peak_kv_pages = 0;          // held at once
  double flops = 0;                        // arithmetic of all steps
  double bytes = 0;                        // weights, keys and values all steps read at least
  // The time this machine's measured ceilings allow for that work; absent if they were not
  // measured.
  std::optional<double> ceiling_seconds = {};
  // Energy that the device used while inside the model; absent where it is not readable.
  std::optional<double> joules = {};
  // Documents that were answered right with it: absent where the headline score does not call each
  // document right or wrong, or where an earlier attempt answered some.
  std::optional<std::int64_t> correct_answers = {};

  // Absent without energy, and where there is nothing to divide it by.
  std::optional<double> JoulesPerTokenFed() const;
  std::optional<double> JoulesPerCorrectAnswer() const;
};

// What the machine can do at most, measured beside the run.
struct MachineCeiling {
  double read_bytes_per_second = 0;
  double matmul_flops_per_second = 0;
};

struct TaskResult {
  std::string task;
  std::int64_t version = 0;
  std::string title;
  std::string request;  // "loglikelihood" | "generation" | "rolling"
  std::int64_t shots = 0;
  std::string fewshot_mode;              // "task", "per-doc", "fixed"
  std::int64_t num_documents = 0;        // evaluated
  std::int64_t num_documents_total = 0;  // in the set
  std::int64_t num_requests = 0;
  bool is_demonstration = false;  // shipped samples: not comparable with anything
  std::map<std::string, std::string>
      settings;  // generation settings, truncation, boundary rule: name -> value
  std::vector<MetricValue> metrics;  // headline first
  std::vector<SubsetResult> subsets;
  std::vector<PublishedComparison> published;  // only where the variant matches
  TaskCounters counters;
  // Of a task whose completions were run: "passed", "failed", ... -> completions. Empty where none
  // was.
  std::map<std::string, std::int64_t> verdicts;
  std::vector<std::string> warnings;
  std::vector<InputFile> inputs;
  std::string data_digest;
  std::string exemplar_digest;
  std::string prompt_digest;  // over every rendered prompt and choice, in evaluation order
  std::string definition_digest;
  std::string samples_digest;  // of the bytes of samples_<task>.jsonl; "" where none was written
  Timing timing;
};

// A row of a published table beside ours.
struct PublishedTableRow {
  std::string label;                     // as the publication has it: "ARC-e"
  std::string task;                      // ours; "" where none of ours asks it
  std::string metric;                    // of that task
  std::optional<double> value;           // ours, percent; absent where it was not run or scored
  std::optional<double> standard_error;  // of it, percentage points
  std::int64_t n = 0;                    // documents
  double published = 0;                  // percent
  std::string variant;                   // theirs: "4-shot maj@4"
  std::string note;                      // why the two do not compare; "" where they do
};

struct PublishedTableResult {
  std::string title;   // "Table 2 of the Mistral 7B paper"
  std::string model;   // whose scores
  std::string source;  // paper and table
  std::vector<PublishedTableRow> rows;
};

// A group of tasks that was asked for by its name.
struct GroupResult {
  std::string group;
  std::string title;
  std::vector<std::string> members;  // "arc_easy acc_norm"; the name alone of a group or a task
                                     // without a score yet
  // Over the members' scores, "macro" (each task weighs the same) and "micro" (each document):
  // none where a member has no score, or where the group is not averaged.
  std::vector<MetricValue> metrics;
  std::optional<PublishedTableResult> published;
};

// What makes two runs comparable. Batch size, threads and paths are not in it.
struct RunIdentity {
  std::string model;  // "tiny", "models/mistral-7b", "random:tiny,seed=1234"
  std::string
      model_digest;  // of weights and configuration, or of shape and seed for random weights
  std::string tokenizer_digest;
  std::string dtype;     // "f32", "bf16"
  std::string numerics;  // "v1, simd, builtin": what else decides the bits of a result
  std::int64_t seed = 0;
  std::int64_t max_length = 0;
  std::map<std::string, std::string>
      flags;  // semantic flags, name -> value: limit, truncation, shots, temperature, ...
  std::vector<std::string> tasks;              // "mmlu v1 <definition digest>"
  std::map<std::string, std::string> prompts;  // by task: TaskResult::prompt_digest
};
// SHA-256-free textual form, one "key=value" line each, sorted: equal exactly when the identities
// are.
std::string ToText(const RunIdentity& identity);

struct HostInfo {
  std::string hostname;
  std::string cpu;
  int num_threads = 0;
  std::string cpu_path;       // "avx512"; of a GPU "cuda: " and its name
  std::string gemm_provider;  // "onednn 2.6.3", "builtin"
  std::string build;          // version, compiler, build type
  // cuda: the algorithms cuBLASLt multiplied with, one line a shape, once the work is done.
  std::vector<std::string> matmul_algorithms = {};
};

struct RunReport {
  RunIdentity identity;
  std::string version;  // of mistral-eval
  std::vector<std::string> command;
  std::string started_at;  // ISO 8601, UTC
  double seconds = 0;
  HostInfo host;
  std::optional<MachineCeiling> ceiling;  // absent where a run is too short to compare with it
  std::string energy_source;              // "NVML, driver 580.65.06"; "" where none is readable
  std::string model_summary;              // resolved configuration, for people
  bool is_demonstration_model = false;    // the shipped model or random weights
  // What the model is in numbers, by name: "parameters", "bits_per_weight", and those the user
  // gave, such as "training_samples". Not part of the identity.
  std::map<std::string, double> numbers;
  // By task: the JSON text it was declared by, from which scores can be computed again.
  std::map<std::string, std::string> definitions;
  std::vector<TaskResult> tasks;
  std::vector<GroupResult> groups;  // in the order of the tasks; parts before what they make up
};

struct ChoiceResult {
  std::string text;
  double logprob = 0;  // natural log, summed over tokens
  std::int64_t num_tokens = 0;
  bool is_greedy = false;
  // Behind the document's unconditional context, where acc_pmi asks for it (nats).
  std::optional<double> unconditional_logprob = std::nullopt;
  // What fills the question's blank in front of it (winogrande); "" where there is none.
  std::string prefix = {};

  // The choice as a reader tells it from the others.
  std::string Shown() const { return prefix.empty() ? text : prefix + " \u2026 " + text; }
};

struct CompletionResult {
  std::string text;
  std::string stop_reason;  // "eos", "stop", "length"
  std::int64_t num_tokens = 0;
  std::map<std::string, std::string> extracted;  // per score name
  // How the program that it is part of ended: "passed", "failed", "timed out", "killed" (at another
  // limit), "not extracted" (there is no code); "" where none was run.
  std::string verdict = {};
  std::string verdict_detail = {};  // why it did not pass, in a line
};

// What stands around a completion in the program that it is part of.
struct ProgramFrame {
  std::string before;
  std::string after;
};

struct Truncation {
  std::int64_t shots_dropped = 0;
  std::int64_t chars_dropped = 0;   // Unicode characters of the question
  std::int64_t tokens_dropped = 0;  // from the left, where nothing else fits or truncation=left
};

// A part of a text that was scored in one request.
struct WindowResult {
  std::int64_t num_tokens = 0;  // scored
  double logprob = 0;           // natural log, summed over them
};

// How well a whole text was predicted.
struct RollingResult {
  double logprob = 0;           // natural log, summed over the windows in order
  std::int64_t num_words = 0;   // of the text as the file has it
  std::int64_t num_bytes = 0;   // likewise, UTF-8
  std::int64_t num_tokens = 0;  // of the text as it was scored, without BOS
  std::vector<WindowResult> windows;
};

// One line of samples_<task>.jsonl.
struct SampleResult {
  std::int64_t index = 0;
  std::string id;
  std::string source;
  std::string digest;  // of the document
  std::string group;
  std::map<std::string, std::string> slices;  // what else divides the set: name -> value
  std::string prompt_digest;
  std::string question;                 // the rendered question, without exemplars
  std::vector<std::string> exemplars;   // document ids
  std::vector<std::int64_t> gold;       // loglikelihood
  std::vector<std::string> references;  // generation
  std::vector<ChoiceResult> choices;
  std::optional<ProgramFrame> program;  // of a task whose completions are run
  std::vector<CompletionResult> completions;
  std::optional<RollingResult> rolling;
  std::map<std::string, double> metrics;   // per score name, 0..1 or in the score's unit
  std::optional<double> margin;            // best minus second-best logprob
  std::optional<double> gold_probability;  // softmax over the choices
  std::optional<Truncation> truncated;
  bool boundary_merge = false;
  bool scored = true;
};

}  // namespace meval

#endif  // MEVAL_REPORTS_RESULT_H_
