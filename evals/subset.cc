#include "evals/subset.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tasks/error.h"

namespace meval {
namespace {

std::vector<std::size_t> SelectByIds(const std::vector<Document>& documents,
                                     const std::string& task, const std::set<std::string>& ids) {
  std::vector<std::size_t> selected;
  std::set<std::string> missing = ids;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (ids.contains(documents[i].id)) {
      selected.push_back(i);
      missing.erase(documents[i].id);
    }
  }
  if (!missing.empty()) {
    throw DataError(
        fmt::format("{}: --ids: expected ids of the set (such as \"{}\"), but {} of {} are not in "
                    "it, the first: "
                    "\"{}\"",
                    task, documents.empty() ? "" : documents.front().id, missing.size(), ids.size(),
                    *missing.begin()));
  }
  return selected;
}

// The first documents of each group, so that all of them together are about `count`.
std::vector<std::size_t> SpreadOverGroups(const std::vector<Document>& documents,
                                          const std::vector<std::size_t>& candidates,
                                          double count) {
  std::map<std::string, std::int64_t> taken;  // by group
  for (const std::size_t index : candidates) taken[documents[index].group] = 0;
  const auto share =
      static_cast<std::int64_t>(std::ceil(count / static_cast<double>(taken.size())));
  std::vector<std::size_t> selected;
  for (const std::size_t index : candidates) {
    if (taken[documents[index].group]++ < share) selected.push_back(index);
  }
  return selected;
}

}  // namespace

std::vector<std::size_t> SelectDocuments(const std::vector<Document>& documents,
                                         const std::string& task, const SubsetOptions& options) {
  std::vector<std::size_t> selected;
  if (options.ids) {
    selected = SelectByIds(documents, task, *options.ids);
  } else {
    for (std::size_t i = 0; i < documents.size(); ++i) {
      const auto is_its = [&](const std::string& group) { return group == documents[i].group; };
      if (options.groups.empty() ||
          std::any_of(options.groups.begin(), options.groups.end(), is_its)) {
        selected.push_back(i);
      }
    }
    if (selected.empty() && !documents.empty()) {
      throw DataError(fmt::format("{}: expected documents of {}, found none", task,
                                  fmt::join(options.groups, ", ")));
    }
  }
  if (options.limit) {
    const double wanted = *options.limit < 1
                              ? std::ceil(*options.limit * static_cast<double>(selected.size()))
                              : *options.limit;
    if (options.spread_over_groups) return SpreadOverGroups(documents, selected, wanted);
    const double kept = std::min(wanted, static_cast<double>(selected.size()));
    selected.resize(static_cast<std::size_t>(kept));
  }
  return selected;
}

std::set<std::string> ReadIds(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file)
    throw DataError(path.string() +
                    ": --ids: cannot be read; expected a text file with one document id a line");
  std::set<std::string> ids;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) ids.insert(line);
  }
  if (ids.empty())
    throw DataError(path.string() + ": --ids: expected one document id a line, found none");
  return ids;
}

}  // namespace meval
