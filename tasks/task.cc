#include "tasks/task.h"

#include <map>
#include <utility>

#include "tasks/define/parse_definition.h"
#include "tasks/error.h"
#include "tasks/files/check_documents.h"
#include "tasks/files/load_set.h"
#include "tasks/files/locate.h"

namespace meval {
namespace {

std::string Directories(const DataOptions& options, const tasks::Recipe& recipe) {
  std::string text;
  for (const auto& directory : options.data_dirs) {
    text += (text.empty() ? "" : ", ") + directory.string();
  }
  if (!recipe.own_directory.empty()) {
    text += (text.empty() ? "" : ", ") + recipe.own_directory.string();
  }
  return text.empty() ? "no directory at all" : text;
}

// What the upstream set is known by, for whoever fetches it.
std::string Expected(const tasks::SetRecipe& set) {
  std::string text;
  if (set.expected_records) text = std::to_string(*set.expected_records) + " records";
  for (std::size_t i = 0; i < set.known_digests.size(); ++i) {
    text += (i > 0 ? " or " : text.empty() ? "SHA-256 " : ", SHA-256 ") + set.known_digests[i];
  }
  return text.empty() ? "" : "; expected: " + text;
}

std::string Missing(const TaskDefinition& definition, const tasks::Recipe& recipe,
                    const tasks::SetRecipe& set, const std::string& what,
                    const DataOptions& options) {
  return "task \"" + definition.name + "\": " + what + " not found: looked for " +
         tasks::DescribePatterns(set) + " in " + Directories(options, recipe) +
         (definition.upstream.empty() ? "" : "; to get it: " + definition.upstream) + Expected(set);
}

// Each document gets the description of its group's first exemplar.
void DescribeByExemplars(const TaskDefinition& definition, const std::vector<Document>& exemplars,
                         std::vector<Document>& documents) {
  std::map<std::string, const Document*> first;
  for (const Document& exemplar : exemplars) first.emplace(exemplar.group, &exemplar);
  for (Document& document : documents) {
    const auto found = first.find(document.group);
    if (found == first.end()) {
      throw DataError(document.source + ": task \"" + definition.name +
                      "\": the exemplars hold none of the group \"" + document.group +
                      "\", which would describe it");
    }
    document.description = found->second->description;
  }
}

constexpr char kTestName[] = "the evaluated set was";
constexpr char kExemplarsName[] = "the exemplars were";

}  // namespace

struct Task::Impl {
  TaskDefinition definition;
  tasks::Recipe recipe;
};

Task::Task(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Task::~Task() = default;
Task::Task(Task&&) noexcept = default;
Task& Task::operator=(Task&&) noexcept = default;
Task::Task(const Task&) = default;
Task& Task::operator=(const Task&) = default;

Task Task::Parse(std::string_view json, const std::string& source,
                 const ParentFinder& find_parent) {
  tasks::ParsedTask parsed = tasks::ParseDefinition(json, source, find_parent);
  auto impl = std::make_shared<Impl>();
  impl->definition = std::move(parsed.definition);
  impl->recipe = std::move(parsed.recipe);
  return Task(std::move(impl));
}

const TaskDefinition& Task::definition() const { return impl_->definition; }

TaskData Task::Load(const DataOptions& options) const {
  const TaskDefinition& definition = impl_->definition;
  const tasks::Recipe& recipe = impl_->recipe;
  const tasks::LocatedData located = tasks::LocateData(recipe, options);
  if (!located.test) {
    throw DataError(Missing(definition, recipe, recipe.test, kTestName, options) +
                    ", then name its directory with --data");
  }
  TaskData data;
  data.data_dir = located.test->base;
  tasks::LoadedSet test = tasks::LoadSet(recipe, recipe.test, *located.test, tasks::kTestRole);
  data.documents = std::move(test.documents);
  data.data_digest = std::move(test.digest);
  data.has_known_digest = test.has_known_digest;
  data.files = std::move(test.files);
  tasks::CheckRecordCount(definition, options.allow_count_mismatch, data);
  tasks::CheckDocuments(definition, data);
  const bool describes = recipe.exemplars && recipe.exemplars->description;
  if (!recipe.exemplars || !(options.needs_exemplars || describes)) return data;

  if (!located.exemplars) {
    throw DataError(Missing(definition, recipe, *recipe.exemplars, kExemplarsName, options) +
                    "; they must lie beside the evaluated set (" + data.data_dir.string() +
                    "). Or ask without exemplars: --shots 0");
  }
  tasks::LoadedSet pool =
      tasks::LoadSet(recipe, *recipe.exemplars, *located.exemplars, tasks::kExemplarsRole);
  const auto size = static_cast<std::int64_t>(pool.documents.size());
  const std::int64_t expected = recipe.exemplars->expected_records.value_or(size);
  if (size != expected) {
    const std::size_t others = pool.files.size() - 1;
    data.warnings.push_back("the exemplar pool " +
                            tasks::DisplayPath(pool.files.front().path, located.exemplars->base) +
                            (others > 0 ? " and " + std::to_string(others) + " more" : "") +
                            " holds " + std::to_string(size) + " records, the reference's " +
                            std::to_string(expected) +
                            ": few-shot prompts differ from the reference's");
  }
  if (describes) DescribeByExemplars(definition, pool.documents, data.documents);
  data.exemplars = std::move(pool.documents);
  data.exemplar_digest = std::move(pool.digest);
  if (size == expected) data.exemplars_have_known_digest = pool.has_known_digest;
  for (DataFile& file : pool.files) data.files.push_back(std::move(file));
  return data;
}

DataStatus Task::Locate(const DataOptions& options) const {
  const TaskDefinition& definition = impl_->definition;
  const tasks::Recipe& recipe = impl_->recipe;
  DataStatus status;
  status.task = definition.name;
  const tasks::LocatedData located = tasks::LocateData(recipe, options);
  if (!located.test) {
    status.missing = Missing(definition, recipe, recipe.test, kTestName, options);
    return status;
  }
  status.found = true;
  status.data_dir = located.test->base;
  status.files = located.test->files;
  if (located.exemplars) {
    status.files.insert(status.files.end(), located.exemplars->files.begin(),
                        located.exemplars->files.end());
  } else if (recipe.exemplars) {
    status.missing = Missing(definition, recipe, *recipe.exemplars, kExemplarsName, options);
  }
  return status;
}

}  // namespace meval
