#ifndef MEVAL_EVALS_SUBSET_H_
#define MEVAL_EVALS_SUBSET_H_

#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tasks/document.h"

namespace meval {

// Which documents of a set are evaluated.
struct SubsetOptions {
  std::optional<double>
      limit;  // >= 1: the first so many documents; (0, 1): that fraction, rounded up
  std::optional<std::set<std::string>> ids;  // only documents with these ids
  // Of `limit`, each group of documents (MMLU's subjects) gets an equal share, rounded up: the
  // first ones of each.
  bool spread_over_groups = false;
  std::vector<std::string> groups = {};  // only documents of these; empty: of all
};

// Indices of the chosen documents, ascending. Throws DataError if ids are given and none (or not
// all) are in the set.
std::vector<std::size_t> SelectDocuments(const std::vector<Document>& documents,
                                         const std::string& task, const SubsetOptions& options);

// One id a line; empty lines are skipped. Throws DataError if the file cannot be read or holds no
// id.
std::set<std::string> ReadIds(const std::filesystem::path& path);

}  // namespace meval

#endif  // MEVAL_EVALS_SUBSET_H_
