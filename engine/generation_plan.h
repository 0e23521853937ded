#ifndef MEVAL_ENGINE_GENERATION_PLAN_H_
#define MEVAL_ENGINE_GENERATION_PLAN_H_

// What is known of generation before the first forward pass: the prompts as a prefix tree, in the
// order they will be fed, and what the samples of each may take. How long completions are shows
// only as they are made, so steps are laid out while running.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/cost_model.h"
#include "engine/prefix_tree.h"
#include "engine/requests.h"
#include "engine/score_plan.h"

namespace meval {

// Borrows the tokens of the requests it was made from.
struct GenerationPlan {
  PrefixTree tree;                        // of the prompts of requests that want new tokens
  std::vector<std::size_t> requests;      // those requests, by the node their prompt ends at
  std::vector<std::size_t> first_at;      // per node, and one more: its part of `requests`
  std::vector<std::size_t> without_work;  // requests that ask for no token

  std::int64_t num_draws = 0;         // samples that are computed; greedy ones of a request are one
  std::int64_t tokens_requested = 0;  // rows of prompts, fed anew for every sample
  std::int64_t prefill_tokens = 0;    // rows of prompts that are fed
  std::int64_t most_new_tokens = 0;   // of all draws together, if every one runs to its limit
  std::int64_t least_pages = 0;       // KV pages without which some request cannot run
  WorkLog prefill_work;               // if prompts had the steps to themselves
  Work most_decode_work;              // if every draw ran to its limit in steps of its own

  // Requests whose prompt ends at a node.
  std::span<const std::size_t> RequestsAt(NodeId node) const;
};

// Throws DeviceError, saying how many pages the request takes, if one sample of some request does
// not fit options.num_pages, and std::invalid_argument on an empty prompt.
GenerationPlan PlanGeneration(std::span<const GenerationRequest> requests,
                              const PlanOptions& options);

// Samples of a request that are computed: at temperature 0 all of them are the same one.
std::int64_t NumDraws(const GenerationRequest& request);
// KV pages one sample takes beyond the full pages of its prompt, at most. The last token is never
// fed. window: keys a query sees, 0 for all.
std::int64_t PagesPerSample(const GenerationRequest& request, std::int64_t window);

}  // namespace meval

#endif  // MEVAL_ENGINE_GENERATION_PLAN_H_
