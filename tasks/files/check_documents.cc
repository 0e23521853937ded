#include "tasks/files/check_documents.h"

#include <algorithm>
#include <map>
#include <set>

#include "tasks/digest.h"
#include "tasks/error.h"
#include "tasks/nearest_name.h"
#include "tasks/records/value.h"

namespace meval::tasks {
namespace {

void CheckIds(const TaskData& data) {
  std::map<std::string_view, const Document*> seen;
  for (const Document& document : data.documents) {
    const auto [first, is_new] = seen.emplace(document.id, &document);
    if (is_new) continue;
    throw DataError(document.source + ": the id " + Quoted(document.id) +
                    " occurs twice, first at " + first->second->source);
  }
}

void CheckGroups(const TaskDefinition& definition, const TaskData& data) {
  if (definition.categories.empty()) return;
  std::vector<std::string> known;
  for (const CategoryDefinition& category : definition.categories) {
    known.insert(known.end(), category.groups.begin(), category.groups.end());
  }
  const std::set<std::string> lookup(known.begin(), known.end());
  for (const Document& document : data.documents) {
    if (lookup.contains(document.group)) continue;
    throw DataError(document.source + ": the group " + Quoted(document.group) +
                    " is in none of the task's categories" + DidYouMean(document.group, known));
  }
}

std::string QuestionDigest(const Document& document) {
  DigestBuilder digest;
  digest.Add(document.question);
  for (const std::string& choice : document.choices) digest.Add(choice);
  for (const std::string& prefix : document.choice_prefixes) digest.Add(prefix);
  return digest.Finish();
}

}  // namespace

void CheckDocuments(const TaskDefinition& definition, TaskData& data) {
  CheckIds(data);
  CheckGroups(definition, data);
  std::set<std::string> questions;
  std::int64_t empty_choices = 0;
  for (const Document& document : data.documents) {
    if (!questions.insert(QuestionDigest(document)).second) ++data.duplicate_questions;
    empty_choices += std::count(document.choices.begin(), document.choices.end(), "");
  }
  if (empty_choices > 0) {
    data.warnings.push_back(std::to_string(empty_choices) +
                            " choices are empty texts: normalised scores cannot choose them");
  }
}

void CheckRecordCount(const TaskDefinition& definition, bool allow_mismatch, TaskData& data) {
  const auto found = static_cast<std::int64_t>(data.documents.size());
  if (found == definition.expected_records.value_or(found)) return;
  const std::string numbers = "expected " + std::to_string(*definition.expected_records) +
                              " records, found " + std::to_string(found);
  if (allow_mismatch) {
    data.warnings.push_back("the evaluated set is not the whole one: " + numbers);
    return;
  }
  throw DataError(data.files.front().path.string() + ": task \"" + definition.name +
                  "\": " + numbers + (data.files.size() > 1 ? " in " : "") +
                  (data.files.size() > 1 ? std::to_string(data.files.size()) + " files" : "") +
                  "; a score over another set must not pass for this one: use the complete file, "
                  "or say --allow-count-mismatch");
}

}  // namespace meval::tasks
