#ifndef MEVAL_EVALS_GPU_CHECK_WORKLOAD_SHAPE_H_
#define MEVAL_EVALS_GPU_CHECK_WORKLOAD_SHAPE_H_

// Evaluations by their lengths alone: as many tokens in prompts, shared beginnings, continuations
// and answers as real sets have with a real tokenizer, and random tokens of those lengths. What
// tokens are takes no time, so a model of random weights runs them as fast as a real one would the
// set. The lengths are shipped (models/workload_lengths.json) and made by
// scripts/make_workload_lengths.py.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/requests.h"

namespace meval::gpu_check {

struct LengthCount {
  std::int64_t tokens = 0;
  std::int64_t times = 0;
};

// Documents whose prompts begin with the same tokens, a subject's exemplars for instance.
struct PromptGroup {
  std::int64_t prefix = 0;  // tokens they share; at least one
  std::vector<LengthCount> suffixes;
};

struct WorkloadShape {
  std::string name;   // "mmlu"
  std::string title;  // "MMLU, 5 shots"
  std::vector<PromptGroup> groups;
  std::int64_t choices = 0;  // of each document; 0: text is generated
  std::vector<LengthCount> continuations;
  std::int64_t samples = 0;  // of each document, where text is generated
  std::vector<LengthCount> new_tokens;

  std::int64_t num_documents() const;
};

// Throws DataError, naming file and field, where it is not there or says nothing usable.
std::vector<WorkloadShape> ReadWorkloadShapes(const std::filesystem::path& file);

// One of the two is empty.
struct ShapedRequests {
  std::int64_t documents = 0;
  std::vector<ScoreRequest> scores;
  std::vector<GenerationRequest> generations;
};

// Requests for `limit` documents drawn without replacement, in the order of their groups; for all
// where `limit` is 0 or larger than their number. Continuations and answers are dealt out in an
// order that the seed gives. Tokens are 3 .. vocab_size - 1, but for the first, which is 1.
ShapedRequests MakeRequests(const WorkloadShape& shape, std::int64_t limit, std::int64_t vocab_size,
                            std::int64_t seed);

}  // namespace meval::gpu_check

#endif  // MEVAL_EVALS_GPU_CHECK_WORKLOAD_SHAPE_H_
