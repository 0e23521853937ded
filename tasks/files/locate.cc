#include "tasks/files/locate.h"

#include <system_error>

#include "tasks/error.h"
#include "tasks/files/glob.h"

namespace meval::tasks {
namespace {

std::optional<LocatedSet> FindSet(const SetRecipe& set,
                                  const std::vector<std::filesystem::path>& bases) {
  for (const std::filesystem::path& base : bases) {
    for (const std::string& pattern : set.files) {
      LocatedSet located{base, {}};
      for (const std::string& one : ExpandBraces(pattern)) {
        for (std::filesystem::path& file : ExpandGlob(base, one))
          located.files.push_back(std::move(file));
      }
      if (!located.files.empty()) return located;
    }
  }
  return std::nullopt;
}

LocatedSet FromOverride(const std::string& role, const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw DataError(path.string() + ": expected a file for the role \"" + role +
                    "\", found a directory; name its files, with * where they are many");
  }
  LocatedSet located{path.parent_path(), {path}};
  if (!std::filesystem::exists(path, error)) located.files = ExpandGlob("", path.string());
  if (located.files.empty()) {
    throw DataError(path.string() + ": there is no such file for the role \"" + role + "\"");
  }
  return located;
}

}  // namespace

LocatedData LocateData(const Recipe& recipe, const DataOptions& options) {
  for (const auto& [role, path] : options.file_overrides) {
    if (role != kTestRole && role != kExemplarsRole) {
      throw DataError("file override for the role \"" + role +
                      "\": the roles are \"test\" and \"exemplars\"");
    }
    if (role == kExemplarsRole && !recipe.exemplars) {
      throw DataError(path.string() + ": the task shows no exemplars, so it reads no such file");
    }
  }
  std::vector<std::filesystem::path> bases = options.data_dirs;
  if (!recipe.own_directory.empty()) bases.push_back(recipe.own_directory);

  LocatedData located;
  const auto test = options.file_overrides.find(kTestRole);
  if (test != options.file_overrides.end()) {
    located.test = FromOverride(kTestRole, test->second);
  } else {
    located.test = FindSet(recipe.test, bases);
    if (located.test) {
      bases = {located.test->base};
      if (!recipe.own_directory.empty()) bases.push_back(recipe.own_directory);
    }
  }
  if (!recipe.exemplars) return located;
  const auto exemplars = options.file_overrides.find(kExemplarsRole);
  located.exemplars = exemplars != options.file_overrides.end()
                          ? FromOverride(kExemplarsRole, exemplars->second)
                          : FindSet(*recipe.exemplars, bases);
  return located;
}

std::string DescribePatterns(const SetRecipe& set) {
  std::string text;
  for (std::size_t i = 0; i < set.files.size(); ++i) {
    if (i > 0) text += i + 1 == set.files.size() ? " or " : ", ";
    text += set.files[i];
  }
  return text;
}

std::string DisplayPath(const std::filesystem::path& path, const std::filesystem::path& base) {
  const std::filesystem::path relative = path.lexically_relative(base);
  const bool is_below = !relative.empty() && *relative.begin() != "..";
  return is_below ? relative.generic_string() : path.generic_string();
}

}  // namespace meval::tasks
