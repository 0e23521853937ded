#ifndef MEVAL_ENGINE_SCORE_PLAN_H_
#define MEVAL_ENGINE_SCORE_PLAN_H_

// Everything that log-likelihood scoring will compute, decided before the first forward pass: which
// rows, in which steps, on which KV pages, and which logits are read for whom. Pure host code: a
// plan is made, counted and printed (plan_dump.h) without a model, and is the same every time.
//
//   ScorePlan plan = PlanScore(requests, {.num_pages = 64, .batch_tokens = 512});
//   plan.tokens_fed, plan.steps.size(), plan.peak_pages

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/cost_model.h"
#include "engine/prefix_tree.h"
#include "engine/requests.h"
#include "engine/step.h"
#include "engine/tree_walk.h"

namespace meval {

struct PlanOptions {
  std::int64_t num_pages = 0;     // KV pages there are
  std::int64_t batch_tokens = 0;  // rows of a step
  std::int64_t window = 0;        // keys a query sees; 0: all
  bool share_prefixes = true;     // false: every request alone
  CostModel cost = {};
};

// A token of a continuation, read off the logits of the row before it. Continuations that differ in
// their last token only are targets of one row.
struct PlannedTarget {
  std::int64_t logit_row = 0;  // index into the step's logit_rows
  TokenId token = 0;
  std::size_t request = 0;
  std::size_t index = 0;  // in the continuation
};

struct ScoreStep {
  Step layout;
  std::vector<TreeWalk::Run> runs;       // which node each row belongs to
  std::vector<std::int64_t> logit_rows;  // ascending
  std::vector<PlannedTarget> targets;    // by logit_row
  Work work;
};

// Borrows the tokens of the requests it was made from.
struct ScorePlan {
  PrefixTree tree;
  std::vector<ScoreStep> steps;
  std::int64_t peak_pages = 0;        // KV pages held at once, at most
  std::int64_t tokens_requested = 0;  // rows a request-by-request evaluation would feed
  std::int64_t tokens_fed = 0;        // rows of all steps
  std::int64_t tokens_refed = 0;      // of those, fed a second time because pages are scarce
  std::int64_t rows_scored = 0;       // rows whose logits are computed
  WorkLog work;                       // of all steps
};

// A step is filled to batch_tokens rows, or as far as pages reach. Where even one row has no page,
// branches to come give up what only they would see. Throws DeviceError, saying how many pages the
// request takes, if that is not enough either, and std::invalid_argument on an empty context or
// continuation.
ScorePlan PlanScore(std::span<const ScoreRequest> requests, const PlanOptions& options);

// What is fed for a request: all but its last token, whose logits nobody asks for.
TokenPath FedTokens(const ScoreRequest& request);

}  // namespace meval

#endif  // MEVAL_ENGINE_SCORE_PLAN_H_
