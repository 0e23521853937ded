#ifndef MEVAL_ENGINE_PREFILL_H_
#define MEVAL_ENGINE_PREFILL_H_

// Feeds token sequences to the model one after the other, each starting from the keys and values
// it shares with the one before. Long sequences are cut into chunks over several batches, and
// several short ones go into one batch: a sequence may begin with rows of the very batch it joins,
// since a forward pass stores a layer's keys and values before it attends to them.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "engine/prefix_order.h"

namespace meval {

class Prefill {
 public:
  // Rows that one call of Feed appended.
  struct Run {
    std::int64_t row_begin = 0;       // in the batch
    std::int64_t position_begin = 0;  // in the sequence
    std::int64_t num_rows = 0;
  };

  explicit Prefill(KvCache& cache);

  // Begins `path`, whose first `shared` tokens are those of the sequence before it, which must have
  // been fed whole; shared < path.size(). Borrows the tokens and takes all pages at once. Returns
  // false, having changed nothing a later call would miss, if fewer than that and `reserved_pages`
  // are free.
  bool Begin(const TokenPath& path, std::int64_t shared, std::int64_t reserved_pages,
             TokenBatch& batch);
  // Appends the next rows of the sequence to the batch, as many as there are up to max_rows.
  Run Feed(std::int64_t max_rows, TokenBatch& batch);
  // Whether every token of the sequence is in a batch.
  bool finished() const { return next_position_ == path_.size(); }

  // Sequences of this step, in the order they were begun; the last is the current one. Valid until
  // EndStep.
  std::size_t current() const { return sequences_.size() - 1; }
  const KvSequence& sequence(std::size_t index) const { return sequences_[index]; }
  // The forward pass of the batch is done: only the current sequence is kept.
  void EndStep();

 private:
  void CopySharedRows(std::int64_t shared, TokenBatch& batch) const;

  KvCache& cache_;
  std::vector<KvSequence> sequences_;
  TokenPath path_;
  std::int64_t next_position_ = 0;  // of path_, first not yet fed
  bool fed_in_step_ = false;
  // Row of this step's batch that computes position p of the current path; -1: an earlier step did.
  std::vector<std::int64_t> row_of_position_;
  std::vector<TokenId> chunk_;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_PREFILL_H_
