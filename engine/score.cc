#include "engine/score.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/check.h"
#include "kernels/token_logprob.h"

namespace meval {
namespace {

class ScoreExecutor {
 public:
  ScoreExecutor(Context& ctx, Mistral& model, KvCache& cache,
                std::span<const ScoreRequest> requests, const Engine::ScoreDone& done,
                EngineStats& stats)
      : ctx_(ctx), model_(model), cache_(cache), done_(done), stats_(stats) {
    results_.resize(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
      results_[i].token_logprobs.resize(requests[i].continuation.size());
      results_[i].is_greedy = true;
      missing_.push_back(requests[i].continuation.size());
    }
  }

  void Execute(const ScoreStep& step) {
    const auto start = std::chrono::steady_clock::now();
    for (const PageCopy& copy : step.layout.page_copies) cache_.CopyPage(copy.from, copy.to);
    ToBatch(step.layout, batch_);
    model_.Forward(batch_, cache_);
    ReadTargets(step);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    stats_.prefill_seconds += elapsed.count();
    stats_.tokens_fed += step.layout.num_rows();
    stats_.rows_scored += static_cast<std::int64_t>(step.logit_rows.size());
    Report();
  }

 private:
  // Reads the step's targets off the logits of their rows, chunk by chunk.
  void ReadTargets(const ScoreStep& step) {
    const std::span<const std::int64_t> rows = step.logit_rows;
    const std::int64_t chunk = model_.max_logit_rows();
    std::size_t begin = 0;  // of step.targets
    for (std::int64_t first = 0; first < static_cast<std::int64_t>(rows.size()); first += chunk) {
      const std::int64_t count = std::min(chunk, static_cast<std::int64_t>(rows.size()) - first);
      targets_.clear();
      for (std::size_t i = begin;
           i < step.targets.size() && step.targets[i].logit_row < first + count; ++i) {
        targets_.push_back({step.targets[i].logit_row - first, step.targets[i].token});
      }
      logprobs_.resize(targets_.size());
      TokenLogprobs(ctx_,
                    model_.Logits(rows.subspan(static_cast<std::size_t>(first),
                                               static_cast<std::size_t>(count))),
                    targets_, logprobs_);
      for (const TokenLogprob& logprob : logprobs_) Store(step.targets[begin++], logprob);
    }
  }

  void Store(const PlannedTarget& target, const TokenLogprob& logprob) {
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

  Context& ctx_;
  Mistral& model_;
  KvCache& cache_;
  const Engine::ScoreDone& done_;
  EngineStats& stats_;

  // This step.
  TokenBatch batch_;
  std::vector<LogprobTarget> targets_;
  std::vector<TokenLogprob> logprobs_;

  std::vector<ContinuationScore> results_;  // per request
  std::vector<std::size_t> missing_;        // tokens of the continuation not yet read
  std::vector<std::size_t> complete_;       // requests to report
};

}  // namespace

void ExecuteScorePlan(Context& ctx, Mistral& model, KvCache& cache, const ScorePlan& plan,
                      std::span<const ScoreRequest> requests, const Engine::ScoreDone& done,
                      std::stop_token stop, EngineStats& stats) {
  MEVAL_REQUIRE(plan.peak_pages <= cache.num_free_pages(),
                "the plan takes more pages than the cache has");
  ScoreExecutor executor(ctx, model, cache, requests, done, stats);
  stats.tokens_requested += plan.tokens_requested;
  stats.peak_pages = std::max(stats.peak_pages, plan.peak_pages);
  for (const ScoreStep& step : plan.steps) {
    if (stop.stop_requested()) return;
    executor.Execute(step);
    stats.work.Add(step.work);
  }
}

}  // namespace meval
