#include "engine/score.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/prefill.h"
#include "engine/prefix_order.h"
#include "kernels/check.h"
#include "kernels/token_logprob.h"

namespace meval {
namespace {

// One token of one continuation, to be read off the row that predicts it.
struct Target {
  std::size_t leaf = 0;       // place in the prefix order of the sequence that feeds the row
  std::int64_t position = 0;  // of the row
  TokenId token = 0;
  std::size_t request = 0;
  std::size_t index = 0;  // in the continuation
};

// What is fed for a request: all but its last token, whose logits nobody asks for.
TokenPath FedTokens(const ScoreRequest& request) {
  return TokenPath(request.context,
                   std::span(request.continuation).first(request.continuation.size() - 1));
}

class Scorer {
 public:
  Scorer(Context& ctx, Mistral& model, KvCache& cache, std::span<const ScoreRequest> requests,
         bool share_prefixes, const Engine::ScoreDone& done, std::stop_token stop,
         EngineStats& stats)
      : ctx_(ctx),
        model_(model),
        cache_(cache),
        requests_(requests),
        done_(done),
        stop_(std::move(stop)),
        stats_(stats),
        prefill_(cache) {
    for (const ScoreRequest& request : requests) paths_.push_back(FedTokens(request));
    order_ = OrderByPrefix(paths_, share_prefixes);
    CollectTargets();
  }

  void Run() {
    CheckMemory();
    results_.resize(requests_.size());
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      results_[i].token_logprobs.resize(requests_[i].continuation.size());
      results_[i].is_greedy = true;
      missing_.push_back(requests_[i].continuation.size());
      stats_.tokens_requested += paths_[i].size();
    }
    while (!stop_.stop_requested() && FillBatch()) {
      const auto start = std::chrono::steady_clock::now();
      model_.Forward(batch_, cache_);
      ReadTargets();
      prefill_.EndStep();
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      stats_.prefill_seconds += elapsed.count();
      stats_.tokens_fed += batch_.num_rows();
      Report();
    }
  }

 private:
  // Every row that predicts a wanted token belongs to the first sequence of the order that feeds
  // it. Walking the order, `owners` holds the current path as stretches by who feeds them.
  void CollectTargets() {
    struct Stretch {
      std::int64_t begin = 0;  // position
      std::size_t leaf = 0;
    };
    std::vector<Stretch> owners;
    for (std::size_t leaf = 0; leaf < order_.order.size(); ++leaf) {
      while (!owners.empty() && owners.back().begin >= order_.shared[leaf]) owners.pop_back();
      owners.push_back({order_.shared[leaf], leaf});

      const std::size_t request = order_.order[leaf];
      const std::vector<TokenId>& continuation = requests_[request].continuation;
      const auto first = static_cast<std::int64_t>(requests_[request].context.size()) - 1;
      std::size_t owner = 0;
      for (std::size_t k = 0; k < continuation.size(); ++k) {
        const std::int64_t position = first + static_cast<std::int64_t>(k);
        while (owner + 1 < owners.size() && owners[owner + 1].begin <= position) ++owner;
        targets_.push_back({owners[owner].leaf, position, continuation[k], request, k});
      }
    }
    std::sort(targets_.begin(), targets_.end(), [](const Target& a, const Target& b) {
      if (a.leaf != b.leaf) return a.leaf < b.leaf;
      if (a.position != b.position) return a.position < b.position;
      if (a.request != b.request) return a.request < b.request;
      return a.index < b.index;
    });
  }

  void CheckMemory() const {
    std::int64_t longest = 0;
    for (const TokenPath& path : paths_) longest = std::max(longest, path.size());
    if (NumKvPages(longest) > cache_.num_pages()) {
      throw DeviceError("the longest request feeds " + std::to_string(longest) +
                        " tokens, which take " + std::to_string(NumKvPages(longest)) +
                        " KV pages of " + std::to_string(kKvPageTokens) + " positions; there are " +
                        std::to_string(cache_.num_pages()) +
                        ". Give more KV memory, or shorten the requests (fewer shots, a smaller "
                        "maximum length).");
    }
  }

  // Gathers up to max_tokens rows from the next sequences. False: nothing is left to feed.
  bool FillBatch() {
    batch_.Clear();
    logit_rows_.clear();
    step_targets_.clear();
    while (batch_.num_rows() < model_.max_tokens()) {
      if (prefill_.finished() && !BeginNext()) break;
      NoteTargets(prefill_.Feed(model_.max_tokens() - batch_.num_rows(), batch_));
    }
    return batch_.num_rows() > 0;
  }

  // False: no sequence is left, or the next one waits for pages that this step still needs.
  bool BeginNext() {
    // A sequence equal to the one before has no rows of its own.
    while (next_leaf_ < paths_.size() && order_.shared[next_leaf_] == PathOf(next_leaf_).size()) {
      ++next_leaf_;
    }
    if (next_leaf_ == paths_.size()) return false;
    if (!prefill_.Begin(PathOf(next_leaf_), order_.shared[next_leaf_], 0, batch_)) {
      MEVAL_CHECK(batch_.num_rows() > 0, "an empty batch leaves room for the longest request");
      return false;
    }
    current_leaf_ = next_leaf_++;
    return true;
  }

  // Targets are sorted in feeding order, so those of the rows just fed are the next ones.
  void NoteTargets(const Prefill::Run& run) {
    const std::int64_t end = run.position_begin + run.num_rows;
    for (; next_target_ < targets_.size(); ++next_target_) {
      const Target& target = targets_[next_target_];
      if (target.leaf != current_leaf_ || target.position >= end) return;
      const std::int64_t row = run.row_begin + target.position - run.position_begin;
      if (logit_rows_.empty() || logit_rows_.back() != row) logit_rows_.push_back(row);
      step_targets_.push_back({static_cast<std::int64_t>(logit_rows_.size()) - 1, target.token});
    }
  }

  // Reads this step's targets off the logits of their rows, chunk by chunk.
  void ReadTargets() {
    const std::span<const std::int64_t> rows = logit_rows_;
    const auto chunk = static_cast<std::size_t>(model_.max_logit_rows());
    std::size_t target = next_target_ - step_targets_.size();  // of targets_
    std::size_t begin = 0;                                     // of step_targets_
    for (std::size_t first = 0; first < rows.size(); first += chunk) {
      const std::size_t count = std::min(chunk, rows.size() - first);
      std::size_t end = begin;
      while (end < step_targets_.size() &&
             step_targets_[end].row < static_cast<std::int64_t>(first + count)) {
        step_targets_[end++].row -= static_cast<std::int64_t>(first);
      }
      logprobs_.resize(end - begin);
      TokenLogprobs(ctx_, model_.Logits(rows.subspan(first, count)),
                    std::span(step_targets_).subspan(begin, end - begin), logprobs_);
      for (const TokenLogprob& logprob : logprobs_) Store(targets_[target++], logprob);
      begin = end;
    }
    stats_.rows_scored += static_cast<std::int64_t>(rows.size());
  }

  void Store(const Target& target, const TokenLogprob& logprob) {
    ContinuationScore& score = results_[target.request];
    score.token_logprobs[target.index] = logprob.logprob;
    score.is_greedy = score.is_greedy && logprob.is_greedy;
    if (--missing_[target.request] == 0) complete_.push_back(target.request);
  }

  void Report() {
    for (const std::size_t request : complete_) {
      ContinuationScore score = std::move(results_[request]);
      score.logprob = 0;
      for (const double logprob : score.token_logprobs) score.logprob += logprob;
      done_(request, std::move(score));
    }
    complete_.clear();
  }

  const TokenPath& PathOf(std::size_t leaf) const { return paths_[order_.order[leaf]]; }

  Context& ctx_;
  Mistral& model_;
  KvCache& cache_;
  std::span<const ScoreRequest> requests_;
  const Engine::ScoreDone& done_;
  std::stop_token stop_;
  EngineStats& stats_;

  std::vector<TokenPath> paths_;  // per request
  PrefixOrder order_;
  std::vector<Target> targets_;  // sorted by leaf, then position
  Prefill prefill_;
  std::size_t next_leaf_ = 0;     // of order_, not yet begun
  std::size_t current_leaf_ = 0;  // being fed
  std::size_t next_target_ = 0;   // of targets_, whose row is not yet fed

  // This step.
  TokenBatch batch_;
  std::vector<std::int64_t> logit_rows_;
  std::vector<LogprobTarget> step_targets_;
  std::vector<TokenLogprob> logprobs_;

  std::vector<ContinuationScore> results_;  // per request
  std::vector<std::size_t> missing_;        // tokens of the continuation not yet read
  std::vector<std::size_t> complete_;       // requests to report
};

}  // namespace

void ScoreRequests(Context& ctx, Mistral& model, KvCache& cache,
                   std::span<const ScoreRequest> requests, bool share_prefixes,
                   const Engine::ScoreDone& done, std::stop_token stop, EngineStats& stats) {
  Scorer(ctx, model, cache, requests, share_prefixes, done, std::move(stop), stats).Run();
}

}  // namespace meval
