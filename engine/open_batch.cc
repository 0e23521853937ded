#include "engine/open_batch.h"

#include <algorithm>
#include <string>
#include <utility>

#include "kernels/check.h"

namespace meval {

OpenBatch::OpenBatch(Context& ctx, Mistral& model, KvCache& cache, const CostModel& cost)
    : ctx_(ctx), model_(model), cache_(cache), cost_(cost) {}

OpenBatch::Id OpenBatch::Begin() {
  const Id id = next_id_++;
  sequences_[id].cache = KvSequence(&cache_.pool());
  return id;
}

OpenBatch::Id OpenBatch::Fork(Id id, std::int64_t length) {
  const Sequence& parent = FindFinished(id, "Fork");
  MEVAL_REQUIRE(length >= 0 && length <= parent.cache.length(),
                "expected a length of at most " + std::to_string(parent.cache.length()) +
                    ", found " + std::to_string(length));
  KvSequence fork = parent.cache.Fork(length);
  const Id new_id = next_id_++;
  sequences_[new_id].cache = std::move(fork);
  return new_id;
}

void OpenBatch::Ask(Id id, std::span<const TokenId> tokens, std::int64_t new_tokens) {
  Sequence& sequence = FindFinished(id, "Ask");
  MEVAL_REQUIRE(!tokens.empty() && new_tokens >= 1,
                "expected tokens to feed and at least one to draw, found " +
                    std::to_string(tokens.size()) + " and " + std::to_string(new_tokens));
  const std::int64_t rows = static_cast<std::int64_t>(tokens.size()) + new_tokens - 1;
  MEVAL_REQUIRE(sequence.cache.length() + rows <= model_.max_positions(),
                std::to_string(sequence.cache.length() + rows) +
                    " positions; the model takes at most " +
                    std::to_string(model_.max_positions()));
  for (const TokenId token : tokens) {
    MEVAL_REQUIRE(token >= 0 && token < model_.config().vocab_size,
                  "token " + std::to_string(token) + " is outside the vocabulary of " +
                      std::to_string(model_.config().vocab_size));
  }
  sequence.tokens.assign(tokens.begin(), tokens.end());
  sequence.num_fed = 0;
  sequence.rows_left = rows;
  sequence.tokens_left = new_tokens;
  sequence.is_asked = true;
  waiting_.push_back(id);
}

void OpenBatch::Truncate(Id id, std::int64_t length) {
  FindFinished(id, "Truncate").cache.Truncate(length);
}

void OpenBatch::End(Id id) {
  FindFinished(id, "End");
  sequences_.erase(id);
}

std::int64_t OpenBatch::length(Id id) const { return sequences_.at(id).cache.length(); }

std::span<const OpenBatch::Drawn> OpenBatch::Step() {
  MEVAL_CHECK(!is_idle(), "a step of a batch that has nothing to do");
  Admit();
  LayOutStep();
  ToBatch(step_, batch_);
  model_.Forward(batch_, cache_);
  DrawTokens();
  work_.Add(cost_.StepWork(step_, static_cast<std::int64_t>(logit_rows_.size())));
  rows_scored_ += static_cast<std::int64_t>(logit_rows_.size());
  Advance();
  return drawn_;
}

void OpenBatch::ForgetWork() {
  work_ = {};
  rows_scored_ = 0;
}

OpenBatch::Sequence& OpenBatch::FindFinished(Id id, const char* what) {
  const auto found = sequences_.find(id);
  MEVAL_REQUIRE(found != sequences_.end(), "there is no sequence " + std::to_string(id));
  Sequence& sequence = found->second;
  MEVAL_REQUIRE(!sequence.is_asked, std::string(what) +
                                        ": expected a sequence whose last request " +
                                        "is finished; sequence " + std::to_string(id) + " runs");
  return sequence;
}

bool OpenBatch::HasRoom(const Sequence& sequence) const {
  std::int64_t pages = sequence.cache.PagesToExtend(sequence.rows_left);
  for (const Id id : running_) {
    const Sequence& other = sequences_.at(id);
    pages += other.cache.PagesToExtend(other.rows_left);
  }
  return pages <= cache_.num_free_pages();
}

// First come, first served: a request that does not fit holds up those behind it, so that none
// waits for ever.
void OpenBatch::Admit() {
  while (!waiting_.empty() && num_running() < model_.max_tokens()) {
    const Sequence& sequence = sequences_.at(waiting_.front());
    if (!HasRoom(sequence)) {
      if (!running_.empty()) return;
      throw DeviceError("a request of " + std::to_string(sequence.rows_left) + " tokens needs " +
                        std::to_string(sequence.cache.PagesToExtend(sequence.rows_left)) +
                        " pages of keys and values, of which " +
                        std::to_string(cache_.num_free_pages()) + " of " +
                        std::to_string(cache_.num_pages()) +
                        " are free: give more memory (--kv-memory) or shorter requests");
    }
    running_.push_back(waiting_.front());
    waiting_.pop_front();
  }
}

// Rows of one sequence at its next positions.
void OpenBatch::Append(Id id, std::span<const TokenId> tokens) {
  Sequence& sequence = sequences_.at(id);
  const std::int64_t position = sequence.cache.length();
  const auto count = static_cast<std::int64_t>(tokens.size());
  sequence.cache.Extend(count);
  sequence.rows_left -= count;
  step_.Append(tokens, position, sequence.cache);
}

void OpenBatch::LayOutStep() {
  step_.Clear();
  logit_rows_.clear();
  drawing_.clear();
  for (const Id id : running_) {
    const Sequence& sequence = sequences_.at(id);
    if (sequence.num_fed < sequence.tokens.size()) continue;
    logit_rows_.push_back(step_.num_rows());
    drawing_.push_back(id);
    Append(id, std::span(&sequence.latest, 1));
  }
  for (const Id id : running_) {
    Sequence& sequence = sequences_.at(id);
    const auto room = static_cast<std::size_t>(model_.max_tokens() - step_.num_rows());
    const std::size_t count = std::min(sequence.tokens.size() - sequence.num_fed, room);
    if (count == 0) continue;
    Append(id, std::span(sequence.tokens).subspan(sequence.num_fed, count));
    sequence.num_fed += count;
    if (sequence.num_fed < sequence.tokens.size()) return;  // the step is full
    logit_rows_.push_back(step_.num_rows() - 1);
    drawing_.push_back(id);
  }
}

void OpenBatch::DrawTokens() {
  tokens_.resize(logit_rows_.size());
  params_.resize(logit_rows_.size());
  keys_.resize(logit_rows_.size());
  const auto chunk = static_cast<std::size_t>(model_.max_logit_rows());
  for (std::size_t first = 0; first < logit_rows_.size(); first += chunk) {
    const std::size_t count = std::min(chunk, logit_rows_.size() - first);
    SampleTokens(ctx_, model_.Logits(std::span(logit_rows_).subspan(first, count)),
                 std::span(params_).subspan(first, count), std::span(keys_).subspan(first, count),
                 std::span(tokens_).subspan(first, count));
  }
}

void OpenBatch::Advance() {
  drawn_.clear();
  for (std::size_t i = 0; i < drawing_.size(); ++i) {
    Sequence& sequence = sequences_.at(drawing_[i]);
    sequence.latest = tokens_[i];
    sequence.is_asked = --sequence.tokens_left > 0;
    drawn_.push_back({drawing_[i], tokens_[i], !sequence.is_asked});
  }
  std::erase_if(running_, [this](Id id) { return !sequences_.at(id).is_asked; });
}

}  // namespace meval
