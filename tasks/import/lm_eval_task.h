#ifndef MEVAL_TASKS_IMPORT_LM_EVAL_TASK_H_
#define MEVAL_TASKS_IMPORT_LM_EVAL_TASK_H_

// The keys of one lm-evaluation-harness task with where each stands, and what is found wrong with
// them on the way.

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace meval::tasks {

// Python functions and the like: `!function utils.process_docs`.
inline bool IsCode(const YAML::Node& node) { return node.Tag() == "!function"; }

class LmEvalTask {
 public:
  // Reads the file and those it includes. Throws DataError.
  explicit LmEvalTask(const std::filesystem::path& file);

  // The value of a key; nothing where it is missing or null. Every key that is asked for is known.
  std::optional<YAML::Node> Find(const std::string& key);
  // A text, number or truth value as it is spelled; nothing where it is missing. Anything else is a
  // problem.
  std::optional<std::string> Scalar(const std::string& key);
  // `read` with the value of a key that is there; a FieldError of it becomes a problem of the key.
  void Read(const std::string& key, const std::function<void(const YAML::Node&)>& read);

  void AddProblem(const std::string& key, const std::string& what);
  // A problem at a node below the key.
  void AddProblem(const std::string& key, const YAML::Node& at, const std::string& what);
  // Adds the keys that nobody asked for to the problems. Throws DataError if there are any.
  void Finish();

 private:
  struct Entry {
    YAML::Node value;
    std::string file;
  };
  // Keys of the file itself go before those of what it includes.
  void Load(const std::filesystem::path& file, int depth);

  std::map<std::string, Entry> entries_;
  std::set<std::string> asked_;
  struct Problem {
    std::string file;
    int line = 0;  // from 1; 0: of no place in it
    std::string text;
  };
  void AddProblemAt(const std::string& file, const YAML::Mark& mark, const std::string& text);

  std::vector<Problem> problems_;
  std::string file_;
};

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_IMPORT_LM_EVAL_TASK_H_
