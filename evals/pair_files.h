#ifndef MEVAL_EVALS_PAIR_FILES_H_
#define MEVAL_EVALS_PAIR_FILES_H_

// Predictions and references as a user has them, one JSON object a line:
//
//   {"id": "q1", "prediction": "Paris", "references": ["Paris", "paris, France"]}
//
// `reference` may hold the only one as text, `predictions` several answers, `references` lists of
// spans for answers that have several (drop). Whole numbers and true or false count as the text
// they are spelled with, which is how labels often come. Other fields are passed over.

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "metrics/pair_metric.h"

namespace meval {

// What one system answered.
struct PairFile {
  std::string name;                // the path, or "stdin"
  std::vector<AnswerPair> pairs;   //
  std::vector<std::string> where;  // per pair: "a.jsonl:12"
  std::vector<std::string> ids;    // per pair; empty where the file has none
};

// Throws DataError, with line and field: no lines, a field that is missing, of another type or
// there in two forms, an id that occurs twice or is not in every line.
PairFile ReadPairFile(std::istream& in, const std::string& name);

// Brings the pairs of `file` into the order of `first`: by id if both files have ids, else by
// place. Throws DataError where they are not the same documents: another number of lines, an id
// that one of them lacks, other references.
void AlignPairFile(const PairFile& first, PairFile& file);

}  // namespace meval

#endif  // MEVAL_EVALS_PAIR_FILES_H_
