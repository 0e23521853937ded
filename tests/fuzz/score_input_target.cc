#include <sstream>

#include "evals/pair_files.h"
#include "metrics/unicode_text.h"
#include "tasks/error.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

void CheckPair(const AnswerPair& pair) {
  fuzz::Require(!pair.predictions.empty(), "a pair has an answer");
  for (const std::string& text : pair.predictions) {
    fuzz::Require(!FindInvalidUtf8(text), "a text is UTF-8");
  }
  for (const std::string& text : pair.references) {
    fuzz::Require(!FindInvalidUtf8(text), "a text is UTF-8");
  }
}

// The JSONL that `mistral-eval score` reads.
MEVAL_FUZZ_TARGET(score_input) {
  std::istringstream in(input.Bytes());
  try {
    PairFile file = ReadPairFile(in, "file");
    fuzz::Require(!file.pairs.empty() && file.where.size() == file.pairs.size(),
                  "there are pairs, each with its place");
    fuzz::Require(file.ids.empty() || file.ids.size() == file.pairs.size(),
                  "all pairs have ids, or none");
    for (std::size_t i = 0; i < file.pairs.size(); ++i) {
      fuzz::Require(file.where[i].starts_with("file:"), "a place names the file");
      CheckPair(file.pairs[i]);
    }
    const PairFile first = file;
    AlignPairFile(first, file);
    fuzz::Require(file.where == first.where, "a file is in its own order");
  } catch (const DataError& error) {
    fuzz::Require(!FindInvalidUtf8(error.what()), "a message is UTF-8");
    fuzz::Require(std::string(error.what()).starts_with("file"), "an error names the file");
  }
}

}  // namespace
}  // namespace meval
