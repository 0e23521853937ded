#include "evals/task_skeleton.h"

#include <algorithm>
#include <filesystem>
#include <istream>
#include <sstream>
#include <vector>

#include <nlohmann/json.hpp>

#include "evals/jsonl_lines.h"
#include "tasks/error.h"

namespace meval {
namespace {

using Json = nlohmann::ordered_json;

bool IsTextList(const Json& value) {
  return value.is_array() && value.size() >= 2 &&
         std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
}

bool IsScalar(const Json& value) { return value.is_string() || value.is_number_integer(); }
bool IsAnswer(const Json& value) { return IsScalar(value) || value.is_boolean(); }

// The file's stem as a task may be called.
std::string TaskName(const std::filesystem::path& file) {
  std::string name = file.stem().string();
  for (char& c : name) {
    const bool is_allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (!is_allowed) c = '_';
  }
  return name.empty() ? "mine" : name;
}

// What a record's fields seem to be. Names are empty where nothing was found.
struct Guess {
  std::string question;
  std::string choices;
  std::string gold;
  std::string id;
};

// The first field of those names, in the order of the names, that is what it should be; else the
// first other field that is.
template <typename Predicate>
std::string FindField(const Json& record, const std::vector<std::string>& customary,
                      const std::vector<std::string>& taken, Predicate is_right) {
  const auto is_free = [&](const std::string& name) {
    return std::find(taken.begin(), taken.end(), name) == taken.end();
  };
  for (const std::string& name : customary) {
    if (record.contains(name) && is_right(record.at(name)) && is_free(name)) return name;
  }
  for (const auto& [name, value] : record.items()) {
    if (is_right(value) && is_free(name)) return name;
  }
  return "";
}

Guess GuessFields(const Json& record) {
  Guess guess;
  for (const char* name : {"id", "qid", "uid", "key"}) {
    if (guess.id.empty() && record.contains(name) && IsScalar(record.at(name))) guess.id = name;
  }
  const auto is_text = [](const Json& value) { return value.is_string(); };
  guess.choices = FindField(record, {"choices", "options", "endings"}, {}, IsTextList);
  guess.question = FindField(record, {"question", "prompt", "problem", "input", "text", "query"},
                             {guess.id}, is_text);
  guess.gold = FindField(record, {"answer", "label", "gold", "target", "output", "summary"},
                         {guess.id, guess.question}, IsAnswer);
  return guess;
}

// A template's placeholder; numbers enter a text only where the template says so.
std::string Placeholder(const Json& record, const std::string& field) {
  return "{" + field + (record.at(field).is_string() ? "}" : "|text}");
}

// How the field names the right choice.
Json GoldRule(const Json& record, const Guess& guess) {
  const Json& gold = record.at(guess.gold);
  if (gold.is_number_integer()) return {{"index", "{" + guess.gold + "}"}};
  const std::string text = gold.get<std::string>();
  const bool is_letter = text.size() == 1 && text.front() >= 'A' && text.front() <= 'Z';
  return {{is_letter ? "letter" : "text", "{" + guess.gold + "}"}};
}

void AddChoices(const Json& record, const Guess& guess, Json& task) {
  task["choices"] = "{" + guess.choices + "}";
  task["gold"] = GoldRule(record, guess);
  task["scores"] = {{{"name", "acc_norm"}, {"headline", true}}, "acc"};
}

// Whether something is so. Another text of the record is what the question is about.
void AddYesOrNo(const Json& record, const Guess& guess, Json& task) {
  for (const char* name : {"passage", "context", "paragraph", "document", "premise"}) {
    if (name == guess.question || !record.contains(name) || !record.at(name).is_string()) continue;
    task["question"] = std::string("{") + name + "}\n" + task["question"].get<std::string>();
    break;
  }
  task["filters"] = {
      {"in_words", {{{"replace", {"true", "yes"}}}, {{"replace", {"false", "no"}}}}}};
  task["choices"] = {"no", "yes"};
  task["gold"] = {{"text", "{" + guess.gold + "|text|in_words}"}};
  task["scores"] = {"acc"};
}

void AddGeneration(const Json& record, const Guess& guess, Json& task) {
  task["references"] = {Placeholder(record, guess.gold)};
  task["generation"] = {{"until", {"\n"}}, {"max_new_tokens", 64}, {"temperature", 0}};
  task["scores"] = {{{"name", "exact_match"},
                     {"filters", {"strip"}},
                     {"ignore_case", true},
                     {"ignore_punctuation", true}}};
}

Json Comments(const Json& record, const Guess& guess) {
  std::string fields;
  for (const auto& [name, value] : record.items()) {
    fields += (fields.empty() ? "" : ", ") + name + " (" + value.type_name() + ")";
  }
  Json comments = {"Guessed from the first record, whose fields are: " + fields + ".",
                   "Look at \"question\": what stands in braces is a field, everything else is "
                   "shown to the model as it is."};
  if (guess.choices.empty()) {
    comments.push_back("\"references\" are what an answer is compared with; \"until\" ends it.");
  } else {
    comments.push_back(
        "\"gold\" says how a field names the right choice: index (from 0), number (from 1), "
        "letter, or text.");
  }
  comments.push_back(
      "Add \"records\" to data.test so that a file of another size is refused, and "
      "data.exemplars with \"shots\" for solved examples. Every key: docs/adding-a-task.md.");
  comments.push_back("Then: mistral-eval tasks --check FILE.json, and delete these comments.");
  return comments;
}

}  // namespace

std::string TaskSkeleton(std::istream& records, const std::string& file) {
  std::string line;
  while (line.find_first_not_of(" \t\r") == std::string::npos && std::getline(records, line)) {
  }
  std::istringstream first(line);
  const std::vector<JsonLine> lines = ReadJsonLines(first, file);
  if (lines.empty()) throw DataError(file + ": expected a record, found none");
  const Json& record = lines.front().fields;
  const Guess guess = GuessFields(record);
  if (guess.question.empty() || guess.gold.empty()) {
    throw DataError(lines.front().where +
                    ": expected a field with text to ask and another with the answer (a text, a "
                    "whole number, true or false), found " +
                    record.dump() +
                    ". Begin with one of the worked examples of docs/adding-a-task.md instead: "
                    "shapes say how fields within fields are reached");
  }
  const std::filesystem::path path(file);
  const std::string name = TaskName(path);
  Json task = {{"task", name}, {"comment", Comments(record, guess)}};
  task["title"] = name + ": what it asks, in one line";
  const bool has_choices = !guess.choices.empty() || record.at(guess.gold).is_boolean();
  task["request"] = has_choices ? "loglikelihood" : "generation";
  task["shots"] = 0;
  task["data"] = {{"test", {{"files", {path.filename().string()}}}}};
  if (!guess.id.empty()) task["id"] = Placeholder(record, guess.id);
  task["question"] = "Question: {" + guess.question + "}\nAnswer:";
  if (record.at(guess.gold).is_boolean()) {
    AddYesOrNo(record, guess, task);
  } else if (guess.choices.empty()) {
    AddGeneration(record, guess, task);
  } else {
    AddChoices(record, guess, task);
  }
  return task.dump(2) + "\n";
}

}  // namespace meval
