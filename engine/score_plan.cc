#include "engine/score_plan.h"

#include <algorithm>
#include <string>
#include <utility>

#include "kernels/check.h"

namespace meval {
namespace {

// A target before its row has a place in a step.
struct NodeTarget {
  NodeId node = kNoNode;
  std::int64_t position = 0;  // of the row
  TokenId token = 0;
  std::size_t request = 0;
  std::size_t index = 0;
};

// The nodes of a path are walked from its end; targets are sorted in feeding order.
std::vector<NodeTarget> CollectTargets(const PrefixTree& tree,
                                       std::span<const ScoreRequest> requests) {
  std::vector<NodeTarget> targets;
  for (std::size_t request = 0; request < requests.size(); ++request) {
    const std::vector<TokenId>& continuation = requests[request].continuation;
    const auto first = static_cast<std::int64_t>(requests[request].context.size()) - 1;
    NodeId node = tree.leaf(request);
    for (std::size_t k = continuation.size(); k-- > 0;) {
      const std::int64_t position = first + static_cast<std::int64_t>(k);
      while (tree.node(node).begin > position) node = tree.node(node).parent;
      targets.push_back({node, position, continuation[k], request, k});
    }
  }
  std::sort(targets.begin(), targets.end(), [](const NodeTarget& a, const NodeTarget& b) {
    if (a.node != b.node) return a.node < b.node;
    if (a.position != b.position) return a.position < b.position;
    if (a.request != b.request) return a.request < b.request;
    return a.index < b.index;
  });
  return targets;
}

class Planner {
 public:
  Planner(std::span<const ScoreRequest> requests, const PlanOptions& options, ScorePlan& plan)
      : options_(options),
        plan_(plan),
        pool_(options.num_pages,
              [this](std::int32_t from, std::int32_t to) {
                step_.layout.page_copies.push_back({from, to});
              }),
        walk_(plan.tree, pool_, options.window),
        targets_(CollectTargets(plan.tree, requests)) {}

  void Run() {
    while (!walk_.is_at_end() || !walk_.node_is_fed()) {
      FillStep();
      if (step_.layout.num_rows() == 0) {
        if (!walk_.GiveUpBranches()) ThrowTooLong();
        continue;
      }
      EndStep();
    }
    plan_.tokens_refed = walk_.num_refed();
    plan_.peak_pages = pool_.peak_pages();
  }

 private:
  void FillStep() {
    while (step_.layout.num_rows() < options_.batch_tokens) {
      if (walk_.node_is_fed()) {
        if (walk_.is_at_end() || !walk_.Enter(0, step_.layout)) return;
      }
      const TreeWalk::Run run =
          walk_.Feed(options_.batch_tokens - step_.layout.num_rows(), 0, step_.layout);
      if (run.num_rows == 0) return;
      step_.runs.push_back(run);
      NoteTargets(run);
    }
  }

  // Targets are sorted in feeding order, so those of the rows just fed are the next ones. Rows fed
  // a second time have none left.
  void NoteTargets(const TreeWalk::Run& run) {
    const std::int64_t end = run.position_begin + run.num_rows;
    for (; next_target_ < targets_.size(); ++next_target_) {
      const NodeTarget& target = targets_[next_target_];
      if (target.node != run.node || target.position >= end) return;
      const std::int64_t row = run.row_begin + target.position - run.position_begin;
      if (step_.logit_rows.empty() || step_.logit_rows.back() != row) {
        step_.logit_rows.push_back(row);
      }
      step_.targets.push_back({static_cast<std::int64_t>(step_.logit_rows.size()) - 1, target.token,
                               target.request, target.index});
    }
  }

  void EndStep() {
    const auto logit_rows = static_cast<std::int64_t>(step_.logit_rows.size());
    plan_.tokens_fed += step_.layout.num_rows();
    plan_.rows_scored += logit_rows;
    step_.work = options_.cost.StepWork(step_.layout, logit_rows);
    plan_.work.Add(step_.work);
    plan_.steps.push_back(std::exchange(step_, {}));
    walk_.EndStep();
  }

  [[noreturn]] void ThrowTooLong() const {
    const std::int64_t length = plan_.tree.path(walk_.node()).size();
    std::int64_t pages = NumKvPages(length);
    if (options_.window > 0) pages = std::min(pages, NumWindowPages(options_.window));
    throw DeviceError("a request feeds " + std::to_string(length) + " tokens, which take " +
                      std::to_string(pages) + " KV pages of " + std::to_string(kKvPageTokens) +
                      " positions; there are " + std::to_string(options_.num_pages) +
                      ". Give more KV memory, or shorten the requests (fewer shots, a smaller "
                      "maximum length).");
  }

  const PlanOptions& options_;
  ScorePlan& plan_;
  ScoreStep step_;
  KvPagePool pool_;
  TreeWalk walk_;
  std::vector<NodeTarget> targets_;
  std::size_t next_target_ = 0;
};

}  // namespace

TokenPath FedTokens(const ScoreRequest& request) {
  return TokenPath(request.context,
                   std::span(request.continuation).first(request.continuation.size() - 1));
}

ScorePlan PlanScore(std::span<const ScoreRequest> requests, const PlanOptions& options) {
  MEVAL_REQUIRE(options.batch_tokens >= 1,
                "batch_tokens " + std::to_string(options.batch_tokens) + "; at least 1");
  std::vector<TokenPath> paths;
  paths.reserve(requests.size());
  ScorePlan plan;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    MEVAL_REQUIRE(!requests[i].context.empty() && !requests[i].continuation.empty(),
                  "request " + std::to_string(i) + " has an empty context or continuation");
    paths.push_back(FedTokens(requests[i]));
    plan.tokens_requested += paths.back().size();
  }
  plan.tree = PrefixTree(paths, {}, options.share_prefixes);
  Planner(requests, options, plan).Run();
  return plan;
}

}  // namespace meval
