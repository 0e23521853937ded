#ifndef MEVAL_TASKS_TASK_H_
#define MEVAL_TASKS_TASK_H_

// A benchmark: where its records are, what the model is asked, and what the right answer is. Text
// only; tokens are the engine's business.
//
//   const Task task = registry.Get("mmlu");
//   const TaskData data = task.Load({.data_dirs = {"data"}});
//   const std::vector<Prompt> prompts = BuildPrompts(task, data, {.shots = 5, .seed = 1234});

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/chat_template.h"
#include "tasks/document.h"
#include "tasks/task_definition.h"

namespace meval {

struct DataOptions {
  std::vector<std::filesystem::path>
      data_dirs;  // searched in order; the first that holds the evaluated set wins
  // Files that replace the definition's patterns, by role: "test" or "exemplars".
  std::map<std::string, std::filesystem::path> file_overrides;
  bool allow_count_mismatch = false;  // accept a set of another size than the definition expects
  bool needs_exemplars = true;        // shots > 0
};

// A file that was read.
struct DataFile {
  std::string role;  // "test" or "exemplars"
  std::filesystem::path path;
  std::int64_t records = 0;
  std::string sha256;
  std::string shape;  // which of the definition's record shapes was found: "native", "hub", ...
};

struct TaskData {
  std::filesystem::path data_dir;   // where the evaluated set was found
  std::vector<Document> documents;  // in evaluation order
  std::vector<Document> exemplars;  // the few-shot pool, in file order
  std::vector<DataFile> files;
  std::string data_digest;  // over the evaluated files' digests
  // Whether the evaluated files are, byte for byte, those the definition names by their SHA-256;
  // nothing where it names none. Exports of the same records have other bytes.
  std::optional<bool> has_known_digest;
  // Likewise, of a pool with the expected number of records.
  std::optional<bool> exemplars_have_known_digest;
  std::string exemplar_digest;  // over the exemplar files' digests; "" without any
  std::int64_t duplicate_questions =
      0;  // documents whose rendered question and choices occurred before
  std::vector<std::string> warnings;  // for people and for the report
};

// Where a task's files are, without reading records: for `data`.
struct DataStatus {
  std::string task;
  bool found = false;
  std::filesystem::path data_dir;
  std::vector<std::filesystem::path> files;
  std::string missing;  // what was looked for and where to get it, when not found
};

class Task;
// The task of a name, or null: what a definition may extend.
using ParentFinder = std::function<const Task*(const std::string& name)>;

class Task {
 public:
  // Throws DataError: not JSON, an unknown or missing key (with the nearest name), a wrong type, a
  // template or pattern that does not parse, a task to extend that is not there.
  static Task Parse(std::string_view json, const std::string& source,
                    const ParentFinder& find_parent = {});
  ~Task();
  Task(Task&&) noexcept;
  Task& operator=(Task&&) noexcept;
  Task(const Task&);
  Task& operator=(const Task&);

  const TaskDefinition& definition() const;
  const std::string& name() const { return definition().name; }

  // Reads and renders the evaluated set and, if asked, the exemplar pool. Throws DataError: no
  // files, a file or record that is wrong, another number of records than the definition expects,
  // an id that occurs twice, a group that is in no category.
  TaskData Load(const DataOptions& options) const;
  DataStatus Locate(const DataOptions& options) const;

 private:
  struct Impl;
  explicit Task(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

// How exemplars are drawn, beyond what the definition says.
enum class FewShotMode {
  kTask,         // as the definition says (reference-compatible)
  kPerDocument,  // the generator is seeded from (seed, task, document id): prompts do not depend on
                 // order or --limit
  kFixed,        // one draw shared by all documents
};

struct PromptOptions {
  std::int64_t shots = 0;
  std::int64_t seed = 1234;
  FewShotMode mode = FewShotMode::kTask;
  std::string system;  // a system instruction in front; joined as docs/scoring.md says
  std::shared_ptr<const ChatFormat> chat = {};  // for a chat model; rolling tasks have no turns
};

// One prompt per document of data.documents, in order; draws happen before any subset is taken.
// Throws DataError if the pool (of a document's group) holds fewer exemplars than shots, naming
// both numbers.
std::vector<Prompt> BuildPrompts(const Task& task, const TaskData& data,
                                 const PromptOptions& options);

// What is scored behind a prompt: a choice with the task's delimiter in front; without it where a
// chat template ends the question (as in the reference), and marked as a document's text there
// (ChatTemplate::AsText).
std::string ScoredText(const TaskDefinition& task, const Prompt& prompt, const std::string& choice);

// SHA-256 of all text a model is shown for a document: its prompt, each choice with the task's
// delimiter in front, and what the choices are scored behind a second time. Two runs that agree on
// it asked the same thing.
std::string PromptDigest(const TaskDefinition& task, const Document& document,
                         const Prompt& prompt);
// Of several documents: a digest over their PromptDigests, in evaluation order.
std::string PromptsDigest(std::span<const std::string> prompt_digests);

}  // namespace meval

#endif  // MEVAL_TASKS_TASK_H_
