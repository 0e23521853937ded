#include "evals/open_batch_serving.h"

#include "evals/throughput.h"

namespace meval {

void OpenBatchServing::Add(std::int64_t id, const RequestShape& shape) {
  const OpenBatch::Id sequence = batch_.Begin();
  batch_.Ask(sequence,
             BenchTokens(shape.prompt_tokens, vocab_size_, seed_ + static_cast<std::uint64_t>(id)),
             shape.output_tokens);
  ids_[sequence] = id;
}

std::span<const std::int64_t> OpenBatchServing::Step() {
  served_.clear();
  for (const OpenBatch::Drawn& drawn : batch_.Step()) {
    served_.push_back(ids_.at(drawn.id));
    if (!drawn.is_last) continue;
    ids_.erase(drawn.id);
    batch_.End(drawn.id);
  }
  return served_;
}

}  // namespace meval
