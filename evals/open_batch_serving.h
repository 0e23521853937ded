#ifndef MEVAL_EVALS_OPEN_BATCH_SERVING_H_
#define MEVAL_EVALS_OPEN_BATCH_SERVING_H_

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "engine/open_batch.h"
#include "evals/serving_engine.h"

namespace meval {

// The built-in engine as the latency scenarios see it. Every prompt is random tokens of its own, so
// that none shares anything with another.
class OpenBatchServing : public ServingEngine {
 public:
  // Borrows `batch`.
  OpenBatchServing(OpenBatch& batch, std::int64_t vocab_size, std::uint64_t seed)
      : batch_(batch), vocab_size_(vocab_size), seed_(seed) {}

  void Add(std::int64_t id, const RequestShape& shape) override;
  bool is_idle() const override { return batch_.is_idle(); }
  std::span<const std::int64_t> Step() override;

 private:
  OpenBatch& batch_;
  std::int64_t vocab_size_;
  std::uint64_t seed_;
  std::map<OpenBatch::Id, std::int64_t> ids_;
  std::vector<std::int64_t> served_;
};

}  // namespace meval

#endif  // MEVAL_EVALS_OPEN_BATCH_SERVING_H_
