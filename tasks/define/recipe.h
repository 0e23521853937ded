#ifndef MEVAL_TASKS_DEFINE_RECIPE_H_
#define MEVAL_TASKS_DEFINE_RECIPE_H_

// What a definition says about turning files into documents: the private half of a task, beside
// the TaskDefinition that everybody may read.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tasks/records/record_file.h"
#include "tasks/render/field_path.h"
#include "tasks/render/template.h"
#include "tasks/render/text_filter.h"

namespace meval::tasks {

// Which of the choices is right.
struct GoldRule {
  enum class Kind {
    kIndex,        // an integer (or its digits as a string), from 0
    kNumber,       // the same, from 1
    kLetter,       // "A" is the first choice
    kText,         // a text equal to a choice's
    kLabel,        // a text equal to one of `labels`, of which each choice has one
    kIndexOrText,  // kIndex for an integer or digits, else kText, as the reference takes a target
    kFlags,        // a list with 1 for each choice that is right, 0 for the others
  };
  Kind kind = Kind::kIndex;
  Placeholder field;  // its value: one of the above, or (but for kFlags) a list of them
  std::optional<Placeholder> labels;  // kLabel: a list of texts
};

// Where one of the names that templates use gets its value: one of these.
struct FieldSource {
  std::string name;
  // A way into the record ...
  FieldPath path;
  // ... of a text that is a list, if this is not empty: its parts between separators.
  std::string separator;
  // ... of a list whose texts become one, with this between them.
  std::optional<std::string> joiner;
  // ... of which each element is an object that this makes a text of, before they are joined.
  std::optional<Template> each;
  // ... of objects that are made of lists of one length, a member of each: names and ways.
  std::vector<std::pair<std::string, FieldPath>> zipped;
  // The part of the file's name that `*` stands for, by the first of these patterns that matches.
  std::vector<std::string> file_names;
  // A text made of the record's own fields; its parts, if there is a separator.
  std::optional<Template> text;
};

// One way in which the records of a set are known to be written.
struct RecordShape {
  std::string name;
  std::vector<FieldSource> fields;
  std::optional<Template> id;  // nothing: records are numbered
  std::optional<GoldRule> gold;
};

// Records of a file by the value of one of their fields, an integer: `from` to `to`, both included.
struct RecordRange {
  FieldPath field;
  std::int64_t from = 0;
  std::int64_t to = 0;
};

// Either the evaluated records or the exemplars.
struct SetRecipe {
  // Glob patterns; the first that finds files wins. Relative ones start at a data directory.
  std::vector<std::string> files;
  std::optional<FileFormat> format;          // nothing: by the file's name
  std::vector<std::string> columns;          // of CSV files without a header row
  TextSplit split = TextSplit::kWhole;       // of plain text
  std::shared_ptr<const BlockSplit> blocks;  // likewise, in its place
  std::optional<std::int64_t> expected_records;
  // SHA-256 of the upstream files' bytes, or of several files as TaskData::data_digest has it.
  std::vector<std::string> known_digests;
  std::string records_at;  // JSON: the member of the file's one object that holds the records
  // A list in each record of the file (files/unfold.h): a record for each of its elements.
  std::optional<FieldPath> unfold;
  // Fields whose values stand line by line in a file beside the records': name, and the file's
  // name, in which * stands for the stem of theirs; without an ending it takes theirs.
  std::vector<std::pair<std::string, std::string>> line_files;
  std::optional<RecordRange> only;  // the others belong to other sets
  std::vector<RecordShape> shapes;  // at least one
  Template question;
  std::optional<Template> answer;
  bool serves_all_groups = false;  // exemplars: they belong to no group, but are shown in each
  // Exemplars: the description of a document is made of the first one of its group.
  std::optional<Template> description;
  // Exemplars with an answer of their own: no choices, golds or references are read.
  bool shows_answers_only = false;
};

// What stands before and behind a completion in the program that it is part of.
struct ProgramRecipe {
  Template before;
  Template after;
};

struct Recipe {
  std::filesystem::path own_directory;  // of the definition's file; empty for built-in ones
  FilterSet filters;
  SetRecipe test;
  std::optional<SetRecipe> exemplars;
  std::vector<std::pair<std::string, Template>> derived;  // in order: later ones may use earlier
  std::optional<Template> group_by;
  std::vector<std::pair<std::string, Template>> slices;  // by name: further divisions of the set
  std::optional<Template> description;
  std::string document_field;           // "" : truncation may not cut the question
  std::vector<Template> choices;        // a list of templates, or
  std::optional<Template> choice_list;  // one placeholder that names a list
  std::optional<std::int64_t> num_choices;
  std::vector<Template> choice_prefixes;  // as many as choices, or none
  std::optional<Template> unconditional_context;
  std::optional<Template> continuation;  // in place of choices: the one text that is scored
  std::optional<Template> original;      // rolling: the text whose words and bytes are counted
  std::optional<ProgramRecipe> program;  // of a task whose completions are run
  std::vector<Template> references;
  std::optional<Template> reference_list;
};

// The shape of a definition without "shapes": templates name the record's own fields.
inline constexpr char kPlainShape[] = "plain";

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_DEFINE_RECIPE_H_
