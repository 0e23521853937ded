#ifndef MEVAL_TASKS_DEFINE_RECIPE_H_
#define MEVAL_TASKS_DEFINE_RECIPE_H_

// What a definition says about turning files into documents: the private half of a task, beside
// the TaskDefinition that everybody may read.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tasks/records/record_file.h"
#include "tasks/render/template.h"
#include "tasks/render/text_filter.h"

namespace meval::tasks {

// Which of the choices is right.
struct GoldRule {
  enum class Kind {
    kIndex,   // an integer (or its digits as a string), from 0
    kNumber,  // the same, from 1
    kLetter,  // "A" is the first choice
    kText,    // a text equal to a choice's
  };
  Kind kind = Kind::kIndex;
  Placeholder field;  // its value: one of the above, or a list of them
};

// Where one of the names that templates use gets its value.
struct FieldSource {
  std::string name;
  FieldPath path;  // into the record ...
  // ... unless this is not empty: the part of the file's name that `*` stands for, by the first
  // of these patterns that matches the name.
  std::vector<std::string> file_names;
};

// One way in which the records of a set are known to be written.
struct RecordShape {
  std::string name;
  std::vector<FieldSource> fields;
  std::optional<Template> id;  // nothing: records are numbered
  std::optional<GoldRule> gold;
};

// Either the evaluated records or the exemplars.
struct SetRecipe {
  // Glob patterns; the first that finds files wins. Relative ones start at a data directory.
  std::vector<std::string> files;
  std::optional<FileFormat> format;     // nothing: by the file's name
  std::vector<std::string> columns;     // of CSV files without a header row
  TextSplit split = TextSplit::kWhole;  // of plain text
  std::optional<std::int64_t> expected_records;
  std::vector<RecordShape> shapes;  // at least one
  Template question;
  std::optional<Template> answer;
};

struct Recipe {
  std::filesystem::path own_directory;  // of the definition's file; empty for built-in ones
  FilterSet filters;
  SetRecipe test;
  std::optional<SetRecipe> exemplars;
  std::vector<std::pair<std::string, Template>> derived;  // in order: later ones may use earlier
  std::optional<Template> group_by;
  std::optional<Template> description;
  std::string document_field;           // "" : truncation may not cut the question
  std::vector<Template> choices;        // a list of templates, or
  std::optional<Template> choice_list;  // one placeholder that names a list
  std::optional<std::int64_t> num_choices;
  std::optional<Template> continuation;  // in place of choices: the one text that is scored
  std::optional<Template> original;      // rolling: the text whose words and bytes are counted
  std::vector<Template> references;
  std::optional<Template> reference_list;
};

// The shape of a definition without "shapes": templates name the record's own fields.
inline constexpr char kPlainShape[] = "plain";

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_DEFINE_RECIPE_H_
