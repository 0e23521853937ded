#ifndef MEVAL_TASKS_TASK_DEFINITION_H_
#define MEVAL_TASKS_TASK_DEFINITION_H_

// A task as its JSON file declares it (docs/adding-a-task.md describes every key; unknown keys are
// errors).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meval {

enum class RequestKind {
  kLoglikelihood,  // continuations of a prompt are scored
  kGeneration,     // a prompt is continued
  kRolling,        // a whole text of any length is scored, window by window
};
const char* Name(RequestKind kind);  // "loglikelihood", "generation", "rolling"

// How a text of any length is cut into windows that fit a model (docs/scoring.md, "Perplexity").
enum class RollingProtocol {
  kRolling,   // every token once, each window conditioned on what precedes it
  kStride,    // chunks that do not overlap, conditioned on nothing; a remainder is dropped
  kLlamaCpp,  // such chunks behind a BOS, of which the second half is scored
};
const char* Name(RollingProtocol protocol);  // "rolling", "stride", "llamacpp"
std::optional<RollingProtocol> ParseRollingProtocol(std::string_view name);
// Tokens of a window or chunk where nothing is said: 0 (the model's length), 2048, 512; and the
// fewest with which a protocol scores anything.
std::int64_t DefaultLength(RollingProtocol protocol);
std::int64_t ShortestLength(RollingProtocol protocol);

// How exemplars are chosen (specification: docs/scoring.md, "Few-shot").
enum class ExemplarSampler {
  kReference,  // one generator per task that advances document by document, as
               // lm-evaluation-harness draws
  kFirstN,     // the first n of the pool (of the document's group) in file order
};

// One step of turning a completion into an answer (tasks/answer_filter.h carries them out).
struct FilterStep {
  enum class Kind {
    kRegex,          // a match of `pattern`, in Python regex syntax
    kStrip,          // without whitespace at both ends
    kDropSpace,      // without the one space that a completion begins with
    kTakeFirstLine,  // what precedes the first newline
    kTakeBefore,     // what precedes the first `pattern`, a plain text; everything without one
    kMinervaAnswer,  // the answer that Minerva's phrase announces (metrics/minerva_math.h)
  };
  Kind kind = Kind::kStrip;
  std::string pattern;
  std::int64_t select = 0;             // 0: the first match, -1: the last
  std::string fallback = "[invalid]";  // when nothing matches
};

// One score of a task: what is extracted, what it is compared with, how.
struct ScoreDefinition {
  std::string name;    // as reported: "acc", "exact_match,strict", "maj@8"
  std::string metric;  // "acc", "acc_norm", "acc_bytes", "acc_pmi", "mc2", "macro_f1",
                       // "exact_match", "numeric_match", "maj_at_k", "pass_at_k", "rouge1",
                       // "rouge2", "rougeL", "rougeLsum", "bleu", "quac_heq_d"; for one
                       // continuation "greedy", "perplexity"; for rolling "word_perplexity",
                       // "byte_perplexity", "bits_per_byte", "token_perplexity",
                       // "chunk_perplexity"; or one of the catalogue, see below
  // Generation: the metric is one of metrics/pair_metric.h, computed with these parameters.
  bool is_from_catalogue = false;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::vector<FilterStep> filters;          // generation
  std::vector<std::string> ignore_regexes;  // exact_match options
  bool ignore_case = false;
  bool ignore_punctuation = false;
  bool ignore_numbers = false;
  bool stem = true;    // rouge
  std::int64_t k = 1;  // pass_at_k: samples of which one must pass
  // maj_at_k: votes are compared as answers to MATH problems (metrics/minerva_math.h), not as
  // numbers.
  bool votes_on_math = false;
  bool is_headline = false;  // the task's primary metric (exactly one)
};

struct GenerationDefinition {
  std::vector<std::string> until;  // stop strings with shots >= 1
  std::vector<std::string>
      until_zero_shot;  // stop strings with no shots; same as `until` unless declared
  std::int64_t max_new_tokens = 256;
  double temperature = 0;
  double top_p = 1;
  std::int64_t top_k = 0;
  std::int64_t num_samples = 1;
};

// How the programs that completions are part of are run, in Python (sandbox/sandbox.h has the
// limits).
struct ExecutionDefinition {
  double timeout_seconds = 3;
  std::int64_t memory_mib = 1024;
  std::int64_t processes = 16;
  std::int64_t files_mib = 16;
  std::int64_t output_kib = 1024;
  std::vector<FilterStep> filters;  // what of a completion is code; nothing: all of it
};

struct RollingDefinition {
  RollingProtocol protocol = RollingProtocol::kRolling;
  std::int64_t length = 0;  // tokens of a window or chunk; 0: the model's length
};

// A score someone published for a model, shown beside ours where the variant matches.
struct PublishedScore {
  std::string model;       // "Mistral-7B-v0.1"
  std::string variant;     // "5-shot"
  std::string score;       // which of ours it compares with: ScoreDefinition::name
  double value = 0;        // in percent
  std::int64_t shots = 0;  // the run must have used so many
  std::string source;      // "arXiv:2310.06825, Table 2"
};

// A named union of groups with its own aggregate (MMLU's four categories).
struct CategoryDefinition {
  std::string name;
  std::vector<std::string> groups;
};

struct TaskDefinition {
  std::string name;
  std::int64_t version = 1;
  std::string title;     // one line for people
  std::string paper;     // "arXiv:2009.03300"
  std::string license;   // of the data
  std::string upstream;  // where the data comes from and how to get it
  RequestKind request = RequestKind::kLoglikelihood;
  std::int64_t default_shots = 0;
  std::optional<std::int64_t> expected_records;  // of the evaluated set; nothing: any number
  ExemplarSampler sampler = ExemplarSampler::kReference;
  bool draws_one_extra =
      false;  // reference sampler: draw n + 1 and drop the evaluated document (docs/scoring.md)
  // A pool (of a group) that holds fewer exemplars than the shots shows all it has.
  bool allows_fewer_shots = false;
  // The exemplars are a part of the question: of a chat model's prompt, of its one user turn.
  bool shots_are_question = false;
  // Stands in questions and exemplars' answers for the question's number in its prompt, from 1: ""
  // where prompts have no numbers.
  std::string number_mark;
  std::string target_delimiter = " ";
  std::string fewshot_delimiter = "\n\n";
  // A loglikelihood task without choices: one continuation of each document is scored.
  bool scores_one_continuation = false;
  GenerationDefinition generation;
  std::optional<ExecutionDefinition> execution;  // a generation task whose completions are run
  RollingDefinition rolling;
  std::vector<ScoreDefinition> scores;
  std::vector<CategoryDefinition> categories;
  std::vector<PublishedScore> published;
  std::string source;  // where the definition was read: "built-in" or a path
  std::string json;    // the definition's text as it was read, or with what it extends merged in
  std::string digest;  // its SHA-256

  const ScoreDefinition& headline() const;
  // Whether a score compares choices with what they are worth without their question: acc_pmi.
  // The documents that it evaluates have an unconditional context exactly then.
  bool asks_unconditional() const;
};

}  // namespace meval

#endif  // MEVAL_TASKS_TASK_DEFINITION_H_
