#ifndef MEVAL_ENGINE_OPEN_BATCH_H_
#define MEVAL_ENGINE_OPEN_BATCH_H_

// Continuous batching step by step, for requests that arrive while others run: what a server does,
// and what benchmarks of one measure. Engine::Generate is the faster way where all requests are
// known beforehand: it feeds what prompts share once.
//
//   OpenBatch batch = model.Open();  // engine/bare_model.h
//   const OpenBatch::Id id = batch.Begin();
//   batch.Ask(id, prompt, 128);
//   while (!batch.is_idle()) for (const OpenBatch::Drawn& drawn : batch.Step()) { ... }
//   batch.End(id);

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "engine/cost_model.h"
#include "engine/kv_cache.h"
#include "engine/mistral.h"
#include "engine/step.h"
#include "kernels/context.h"
#include "kernels/sampling.h"

namespace meval {

// Each step holds one row of every sequence that is being continued and, in the room that is left,
// rows of prompts in the order in which they were asked for. Tokens are drawn greedily, and nothing
// but their number ends a request: an end-of-sequence token is a token like others, so that the
// amount of work is known beforehand. A request starts only with pages to its end in reserve.
//
// Sequences are kept, for further requests, until End. Pages below a sliding window stay with them.
class OpenBatch {
 public:
  using Id = std::int64_t;

  // A token that a step drew.
  struct Drawn {
    Id id = 0;
    TokenId token = 0;
    bool is_last = false;  // of the request
  };

  // Borrows all of it.
  OpenBatch(Context& ctx, Mistral& model, KvCache& cache, const CostModel& cost);
  OpenBatch(const OpenBatch&) = delete;
  OpenBatch& operator=(const OpenBatch&) = delete;

  // An empty sequence.
  Id Begin();
  // A sequence with the first `length` positions of another, whose pages it shares.
  Id Fork(Id id, std::int64_t length);
  // Feeds `tokens` behind what the sequence holds, then draws new_tokens tokens: the first from the
  // row of the last of `tokens`, each further one from a row of the one before it. The last token
  // that is drawn is not fed. Throws std::invalid_argument for no tokens, new_tokens < 1, more
  // positions than the model takes, a token outside the vocabulary, or a sequence whose last
  // request is not finished.
  void Ask(Id id, std::span<const TokenId> tokens, std::int64_t new_tokens);
  // Forgets the positions of a finished sequence from `length` on.
  void Truncate(Id id, std::int64_t length);
  // Forgets a finished sequence and gives its pages back.
  void End(Id id);

  // Nothing is asked for that has not been answered.
  bool is_idle() const { return running_.empty() && waiting_.empty(); }
  std::int64_t length(Id id) const;  // positions that are filled

  // One forward pass; valid until the next call. Empty if no row had its draw yet, as within a long
  // prompt. Throws DeviceError if a request does not fit the pages there are though nothing runs,
  // and std::logic_error if the batch is idle.
  std::span<const Drawn> Step();

  // Of all steps since the batch was made or ForgetWork was called.
  const WorkLog& work() const { return work_; }
  std::int64_t rows_scored() const { return rows_scored_; }
  void ForgetWork();

 private:
  struct Sequence {
    KvSequence cache;
    std::vector<TokenId> tokens;   // asked to be fed
    std::size_t num_fed = 0;       // of those
    std::int64_t rows_left = 0;    // to feed until the request is finished
    std::int64_t tokens_left = 0;  // to draw
    TokenId latest = 0;            // drawn
    bool is_asked = false;
  };

  std::int64_t num_running() const { return static_cast<std::int64_t>(running_.size()); }
  Sequence& FindFinished(Id id, const char* what);
  void Admit();
  bool HasRoom(const Sequence& sequence) const;
  void Append(Id id, std::span<const TokenId> tokens);
  void LayOutStep();
  void DrawTokens();
  void Advance();

  Context& ctx_;
  Mistral& model_;
  KvCache& cache_;
  CostModel cost_;
  std::map<Id, Sequence> sequences_;
  Id next_id_ = 0;
  std::vector<Id> running_;  // in the order in which they started
  std::deque<Id> waiting_;   // likewise, with nothing fed

  meval::Step step_;
  TokenBatch batch_;
  std::vector<std::int64_t> logit_rows_;
  std::vector<Id> drawing_;  // whose token comes from each of logit_rows_
  std::vector<SamplingParams> params_;
  std::vector<SamplingKey> keys_;
  std::vector<TokenId> tokens_;
  std::vector<Drawn> drawn_;
  WorkLog work_;
  std::int64_t rows_scored_ = 0;
};

}  // namespace meval

#endif  // MEVAL_ENGINE_OPEN_BATCH_H_
