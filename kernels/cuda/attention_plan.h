#ifndef MEVAL_KERNELS_CUDA_ATTENTION_PLAN_H_
#define MEVAL_KERNELS_CUDA_ATTENTION_PLAN_H_

// How a step's segments become work for the attention kernels: plain numbers, made on the host once
// a step and used by every layer. Nothing here can change a result (kernels/cuda/attention.h), so
// everything is chosen for speed.
//
// Segments of few packed rows go to the decode kernel. Where they are too few to fill the device,
// their tiles are dealt out to several blocks and merged afterwards. Where several of them begin
// with the same pages, the shared tiles are taken once for all of them by the tile kernel, level by
// level of the tree their page tables form. All other segments go to the tile kernel.

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/attention.h"
#include "kernels/cuda/attention.h"

namespace meval::cuda {

enum class CascadeUse { kWhereItPays, kNever, kAlways };

struct AttentionPlanOptions {
  std::int64_t num_heads = 0;
  std::int64_t num_kv_heads = 0;
  std::int64_t window = 0;  // as AttentionOptions
  int num_multiprocessors = 1;
  AttentionKernel tiles = AttentionKernel::kTiles;  // or kWarpgroupTiles: takes many rows
  CascadeUse cascade = CascadeUse::kWhereItPays;
  std::int64_t tiles_per_split = 0;  // of a decode block; 0: as many as fill the device
};

struct AttentionPlan {
  std::vector<AttentionRow> rows;
  std::vector<std::int32_t> page_tables;
  std::vector<AttentionItem> items;
  std::vector<MergeItem> merges;
  std::vector<AttentionLaunch> launches;
  std::int64_t num_states = 0;
  std::int64_t num_partials = 0;

  // Working memory of PlanAttention.
  struct Member {
    std::size_t segment = 0;
    std::int32_t row_begin = 0;
    std::int32_t page_begin = 0;
    std::int64_t whole_tiles = 0;  // before its first position
    std::int64_t first_tile = 0;   // where it goes on by itself
    bool has_state = false;
  };
  struct LevelItem {
    std::int32_t level = 0;
    AttentionItem item;
  };
  std::vector<Member> few;
  std::vector<LevelItem> tile_items;
};

// Fills `plan`, whose memory is reused. The segments are as Attention of kernels/attention.h asks
// for; their pages are on the device.
void PlanAttention(std::span<const Segment> segments, const AttentionPlanOptions& options,
                   AttentionPlan& plan);

}  // namespace meval::cuda

#endif  // MEVAL_KERNELS_CUDA_ATTENTION_PLAN_H_
