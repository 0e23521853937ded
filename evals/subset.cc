#include "evals/subset.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <fmt/format.h>

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

}  // namespace

std::vector<std::size_t> SelectDocuments(const std::vector<Document>& documents,
                                         const std::string& task, const SubsetOptions& options) {
  std::vector<std::size_t> selected;
  if (options.ids) {
    selected = SelectByIds(documents, task, *options.ids);
  } else {
    selected.resize(documents.size());
    for (std::size_t i = 0; i < selected.size(); ++i) selected[i] = i;
  }
  if (options.limit) {
    const double wanted = *options.limit < 1
                              ? std::ceil(*options.limit * static_cast<double>(selected.size()))
                              : *options.limit;
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
