#include "kernels/cuda/attention_plan.h"

#include <algorithm>
#include <tuple>

namespace meval::cuda {
namespace {

using Member = AttentionPlan::Member;

std::int64_t CeilDiv(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::int32_t To32(std::int64_t value) { return static_cast<std::int32_t>(value); }

class Planner {
 public:
  Planner(std::span<const Segment> segments, const AttentionPlanOptions& options,
          AttentionPlan& plan)
      : segments_(segments),
        options_(options),
        group_(options.num_heads / options.num_kv_heads),
        tile_rows_(options.tiles == AttentionKernel::kWarpgroupTiles ? kWarpgroupTileRows
                                                                     : kAttentionTileRows),
        plan_(plan) {}

  void Run() {
    Clear();
    CollectFewRows();
    if (options_.cascade != CascadeUse::kNever) ShareTiles(0, plan_.few.size(), 0, 0);
    for (const Segment& segment : segments_) {
      if (!HasFewRows(segment)) AddManyRows(segment);
    }
    AddTileLaunches();
    AddDecodeItems();
  }

 private:
  void Clear() {
    plan_.rows.clear();
    plan_.page_tables.clear();
    plan_.items.clear();
    plan_.merges.clear();
    plan_.launches.clear();
    plan_.few.clear();
    plan_.tile_items.clear();
    plan_.num_states = 0;
    plan_.num_partials = 0;
  }

  bool HasFewRows(const Segment& segment) const { return segment.num_rows * group_ <= kDecodeRows; }

  std::int64_t FirstVisibleTile(std::int64_t position) const {
    if (options_.window == 0) return 0;
    return std::max<std::int64_t>(0, position - options_.window + 1) / kKvPageTokens;
  }

  // The segment's rows and page table at the end of the plan's lists.
  std::int32_t AddRows(const Segment& segment) {
    const std::int32_t begin = To32(static_cast<std::int64_t>(plan_.rows.size()));
    for (std::int64_t i = 0; i < segment.num_rows; ++i) {
      plan_.rows.push_back(
          {.row = To32(segment.row_begin + i), .position = To32(segment.position_begin + i)});
    }
    return begin;
  }
  std::int32_t AddPageTable(const Segment& segment) {
    const std::int32_t begin = To32(static_cast<std::int64_t>(plan_.page_tables.size()));
    plan_.page_tables.insert(plan_.page_tables.end(), segment.page_table.begin(),
                             segment.page_table.end());
    return begin;
  }

  std::span<const std::int32_t> WholePages(const Member& member) const {
    return segments_[member.segment].page_table.first(static_cast<std::size_t>(member.whole_tiles));
  }

  // The segments of few rows, in the order of their page tables, so that those that share pages are
  // neighbours, and their rows too.
  void CollectFewRows() {
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      const Segment& segment = segments_[s];
      if (segment.num_rows == 0 || !HasFewRows(segment)) continue;
      Member member;
      member.segment = s;
      member.whole_tiles = segment.position_begin / kKvPageTokens;
      plan_.few.push_back(member);
    }
    std::sort(plan_.few.begin(), plan_.few.end(), [&](const Member& a, const Member& b) {
      const auto x = WholePages(a);
      const auto y = WholePages(b);
      if (std::equal(x.begin(), x.end(), y.begin(), y.end())) return a.segment < b.segment;
      return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
    });
    for (Member& member : plan_.few) {
      const Segment& segment = segments_[member.segment];
      member.row_begin = AddRows(segment);
      member.page_begin = AddPageTable(segment);
      member.first_tile = FirstVisibleTile(segment.position_begin);
    }
  }

  // Members [begin, end), whose keys before tile `covered` other items have taken. What more they
  // share is one item (of as many blocks as their rows need); then those that share yet more among
  // themselves go on, one level later.
  void ShareTiles(std::size_t begin, std::size_t end, std::int64_t covered, std::int32_t level) {
    if (end - begin < 2) return;
    // In lexicographical order what the first and the last have in common, all have.
    const auto first = WholePages(plan_.few[begin]);
    const auto last = WholePages(plan_.few[end - 1]);
    const auto differ = std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first;
    const std::int64_t shared = differ - first.begin();
    if (shared > covered && AddSharedItems(begin, end, covered, shared, level)) {
      covered = shared;
      ++level;
    }
    // Those without a page at `shared` come first; the others in runs of one page.
    std::size_t run = begin;
    while (run < end && plan_.few[run].whole_tiles == shared) ++run;
    const auto page_at = [&](std::size_t i) {
      return WholePages(plan_.few[i])[static_cast<std::size_t>(shared)];
    };
    while (run < end) {
      std::size_t run_end = run + 1;
      while (run_end < end && page_at(run_end) == page_at(run)) ++run_end;
      ShareTiles(run, run_end, covered, level);
      run = run_end;
    }
  }

  // False if it does not pay, or no member sees the tiles.
  bool AddSharedItems(std::size_t begin, std::size_t end, std::int64_t covered, std::int64_t shared,
                      std::int32_t level) {
    const Member& first = plan_.few[begin];
    const std::int64_t num_rows = RowEnd(plan_.few[end - 1]) - first.row_begin;
    std::int64_t tile_begin = shared;
    for (std::size_t i = begin; i < end; ++i) {
      tile_begin = std::min(tile_begin, std::max(covered, plan_.few[i].first_tile));
    }
    if (tile_begin >= shared || !SharingPays(num_rows * group_)) return false;
    AttentionItem item;
    item.row_begin = first.row_begin;
    item.page_begin = first.page_begin;
    item.tile_begin = To32(tile_begin);
    item.tile_end = To32(shared);
    item.num_keys = To32(shared * kKvPageTokens);
    item.starts_from_state = first.has_state ? 1 : 0;
    item.ends_in_state = 1;
    AddTileItems(item, num_rows * group_, level);
    for (std::size_t i = begin; i < end; ++i) {
      Member& member = plan_.few[i];
      for (std::int64_t r = member.row_begin; !member.has_state && r < RowEnd(member); ++r) {
        plan_.rows[static_cast<std::size_t>(r)].state = To32(plan_.num_states++);
      }
      member.has_state = true;
      member.first_tile = std::max(member.first_tile, shared);
    }
    return true;
  }

  std::int64_t RowEnd(const Member& member) const {
    return member.row_begin + segments_[member.segment].num_rows;
  }

  // A tile is read once for all rows instead of once for each sequence, but by fewer blocks, and
  // without a split along the keys. (An estimate: no measurement stands behind it yet.)
  bool SharingPays(std::int64_t packed_rows) const {
    if (options_.cascade == CascadeUse::kAlways) return true;
    const std::int64_t blocks = CeilDiv(packed_rows, tile_rows_) * options_.num_kv_heads;
    return packed_rows >= kAttentionTileRows / 2 && 2 * blocks >= options_.num_multiprocessors;
  }

  void AddTileItems(AttentionItem item, std::int64_t packed_rows, std::int32_t level) {
    for (std::int64_t packed = 0; packed < packed_rows; packed += tile_rows_) {
      item.packed_begin = To32(packed);
      item.num_packed = To32(std::min(tile_rows_, packed_rows - packed));
      plan_.tile_items.push_back({level, item});
    }
  }

  void AddManyRows(const Segment& segment) {
    AttentionItem item;
    item.row_begin = AddRows(segment);
    item.page_begin = AddPageTable(segment);
    item.num_keys = To32(segment.position_begin + segment.num_rows);
    const std::int64_t packed_rows = segment.num_rows * group_;
    for (std::int64_t packed = 0; packed < packed_rows; packed += tile_rows_) {
      const std::int64_t count = std::min(tile_rows_, packed_rows - packed);
      const std::int64_t first_position = segment.position_begin + packed / group_;
      const std::int64_t last_position = segment.position_begin + (packed + count - 1) / group_;
      item.packed_begin = To32(packed);
      item.num_packed = To32(count);
      item.tile_begin = To32(FirstVisibleTile(first_position));
      item.tile_end = To32(last_position / kKvPageTokens + 1);
      plan_.tile_items.push_back({0, item});
    }
  }

  // One launch a level, the longest items first.
  void AddTileLaunches() {
    std::sort(plan_.tile_items.begin(), plan_.tile_items.end(), [](const auto& a, const auto& b) {
      const auto key = [](const AttentionPlan::LevelItem& x) {
        return std::tuple(x.level, x.item.tile_begin - x.item.tile_end, x.item.row_begin,
                          x.item.packed_begin);
      };
      return key(a) < key(b);
    });
    std::int32_t level = -1;
    for (const AttentionPlan::LevelItem& tile_item : plan_.tile_items) {
      if (tile_item.level != level) {
        plan_.launches.push_back(
            {options_.tiles, To32(static_cast<std::int64_t>(plan_.items.size())), 0});
        level = tile_item.level;
      }
      ++plan_.launches.back().count;
      plan_.items.push_back(tile_item.item);
    }
  }

  std::int64_t TileEnd(const Member& member) const {
    const Segment& segment = segments_[member.segment];
    return (segment.position_begin + segment.num_rows - 1) / kKvPageTokens + 1;
  }

  // So many tiles for a decode block that there are about two blocks a multiprocessor.
  std::int64_t ChooseTilesPerSplit() const {
    if (options_.tiles_per_split > 0) return options_.tiles_per_split;
    std::int64_t tiles = 0;
    for (const Member& member : plan_.few) tiles += TileEnd(member) - member.first_tile;
    return CeilDiv(tiles * options_.num_kv_heads, 2 * std::int64_t{options_.num_multiprocessors});
  }

  void AddDecodeItems() {
    const std::int64_t tiles_per_split = ChooseTilesPerSplit();
    const std::int32_t begin = To32(static_cast<std::int64_t>(plan_.items.size()));
    for (const Member& member : plan_.few) {
      const Segment& segment = segments_[member.segment];
      AttentionItem item;
      item.row_begin = member.row_begin;
      item.num_packed = To32(segment.num_rows * group_);
      item.page_begin = member.page_begin;
      item.tile_begin = To32(member.first_tile);
      item.tile_end = To32(TileEnd(member));
      item.num_keys = To32(segment.position_begin + segment.num_rows);
      item.starts_from_state = member.has_state ? 1 : 0;
      if (item.tile_end - item.tile_begin <= tiles_per_split) {
        plan_.items.push_back(item);
      } else {
        SplitItem(item, tiles_per_split);
      }
    }
    const std::int32_t end = To32(static_cast<std::int64_t>(plan_.items.size()));
    if (end > begin) plan_.launches.push_back({AttentionKernel::kDecode, begin, end - begin});
    const std::int32_t merges = To32(static_cast<std::int64_t>(plan_.merges.size()));
    if (merges > 0) plan_.launches.push_back({AttentionKernel::kMerge, 0, merges});
  }

  void SplitItem(AttentionItem item, std::int64_t tiles_per_split) {
    MergeItem merge;
    merge.row_begin = item.row_begin;
    merge.num_packed = item.num_packed;
    merge.partial_begin = To32(plan_.num_partials);
    merge.num_partials = item.tile_end - item.tile_begin;
    merge.starts_from_state = item.starts_from_state;
    plan_.merges.push_back(merge);
    item.starts_from_state = 0;
    const std::int32_t tile_end = item.tile_end;
    for (std::int32_t tile = item.tile_begin; tile < tile_end; tile += To32(tiles_per_split)) {
      item.tile_begin = tile;
      item.tile_end = std::min(tile_end, tile + To32(tiles_per_split));
      item.partial_begin = merge.partial_begin + tile - (tile_end - merge.num_partials);
      plan_.items.push_back(item);
    }
    plan_.num_partials += merge.num_partials;
  }

  std::span<const Segment> segments_;
  const AttentionPlanOptions& options_;
  std::int64_t group_;
  std::int64_t tile_rows_;
  AttentionPlan& plan_;
};

}  // namespace

void PlanAttention(std::span<const Segment> segments, const AttentionPlanOptions& options,
                   AttentionPlan& plan) {
  Planner(segments, options, plan).Run();
}

}  // namespace meval::cuda
