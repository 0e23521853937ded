#include "engine/generation_plan.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "kernels/check.h"

namespace meval {
namespace {

std::int64_t PromptSize(const GenerationRequest& request) {
  return static_cast<std::int64_t>(request.prompt.size());
}

// Pages that feeding a prompt of `size` tokens holds at once, at most.
std::int64_t PromptPages(std::int64_t size, std::int64_t window) {
  const std::int64_t all = NumKvPages(size);
  return window > 0 ? std::min(all, NumWindowPages(window)) : all;
}

// One sample beside its prompt.
std::int64_t LeastPages(const GenerationRequest& request, const PlanOptions& options) {
  const std::int64_t pages =
      PromptPages(PromptSize(request), options.window) + PagesPerSample(request, options.window);
  if (pages > options.num_pages) {
    throw DeviceError("a request of " + std::to_string(request.prompt.size()) +
                      " prompt tokens and up to " + std::to_string(request.max_new_tokens) +
                      " new ones takes " + std::to_string(pages) + " KV pages of " +
                      std::to_string(kKvPageTokens) + " positions; there are " +
                      std::to_string(options.num_pages) +
                      ". Give more KV memory, fewer shots or a smaller number of new tokens.");
  }
  return pages;
}

// The steps of the prompts alone, for their cost.
WorkLog PrefillWork(const PrefixTree& tree, const GenerationPlan& plan,
                    const PlanOptions& options) {
  WorkLog work;
  Step step;
  KvPagePool pool(options.num_pages, [](std::int32_t, std::int32_t) {});
  TreeWalk walk(tree, pool, options.window);
  while (!walk.is_at_end() || !walk.node_is_fed()) {
    std::int64_t logit_rows = 0;
    step.Clear();
    while (step.num_rows() < options.batch_tokens) {
      if (walk.node_is_fed() && (walk.is_at_end() || !walk.Enter(0, step))) break;
      if (walk.Feed(options.batch_tokens - step.num_rows(), 0, step).num_rows == 0) break;
      if (walk.node_is_fed() && !plan.RequestsAt(walk.node()).empty()) ++logit_rows;
    }
    if (step.num_rows() == 0) {
      MEVAL_CHECK(walk.GiveUpBranches(), "pages of branches to come make room for a prompt");
      continue;
    }
    work.Add(options.cost.StepWork(step, logit_rows));
    walk.EndStep();
  }
  return work;
}

// Sorts the requests by the node their prompt ends at.
void ListRequests(const std::vector<std::size_t>& active, GenerationPlan& plan) {
  std::vector<std::size_t> order(active.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return plan.tree.leaf(a) < plan.tree.leaf(b);
  });
  plan.first_at.assign(static_cast<std::size_t>(plan.tree.num_nodes()) + 1, 0);
  for (const std::size_t path : order) {
    plan.requests.push_back(active[path]);
    ++plan.first_at[static_cast<std::size_t>(plan.tree.leaf(path)) + 1];
  }
  std::partial_sum(plan.first_at.begin(), plan.first_at.end(), plan.first_at.begin());
}

}  // namespace

std::span<const std::size_t> GenerationPlan::RequestsAt(NodeId node) const {
  const auto i = static_cast<std::size_t>(node);
  return std::span(requests).subspan(first_at[i], first_at[i + 1] - first_at[i]);
}

GenerationPlan PlanGeneration(std::span<const GenerationRequest> requests,
                              const PlanOptions& options) {
  MEVAL_REQUIRE(options.batch_tokens >= 1,
                "batch_tokens " + std::to_string(options.batch_tokens) + "; at least 1");
  GenerationPlan plan;
  std::vector<std::size_t> active;
  std::vector<TokenPath> prompts;
  std::vector<std::int64_t> new_tokens;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const GenerationRequest& request = requests[i];
    if (request.max_new_tokens == 0) {
      plan.without_work.push_back(i);
      continue;
    }
    const std::int64_t draws = NumDraws(request);
    active.push_back(i);
    prompts.emplace_back(request.prompt);
    new_tokens.push_back(draws * request.max_new_tokens);
    plan.num_draws += draws;
    plan.tokens_requested += request.num_samples * PromptSize(request);
    plan.most_new_tokens += new_tokens.back();
    plan.least_pages = std::max(plan.least_pages, LeastPages(request, options));
    Work decode = options.cost.DecodeWork(PromptSize(request), request.max_new_tokens - 1);
    const auto times = static_cast<double>(draws);
    plan.most_decode_work +=
        {decode.steps * draws, decode.rows * draws, decode.flops * times, decode.bytes * times};
  }
  plan.tree = PrefixTree(prompts, new_tokens, options.share_prefixes);
  plan.prefill_tokens = plan.tree.num_tokens();
  ListRequests(active, plan);
  plan.prefill_work = PrefillWork(plan.tree, plan, options);
  return plan;
}

std::int64_t NumDraws(const GenerationRequest& request) {
  return request.sampling.temperature == 0 ? std::min<std::int64_t>(1, request.num_samples)
                                           : request.num_samples;
}

std::int64_t PagesPerSample(const GenerationRequest& request, std::int64_t window) {
  if (request.max_new_tokens <= 1) return 0;
  const std::int64_t size = PromptSize(request);
  const std::int64_t pages = NumKvPages(size + request.max_new_tokens - 1) - size / kKvPageTokens;
  return window > 0 ? std::min(pages, NumWindowPages(window)) : pages;
}

}  // namespace meval
