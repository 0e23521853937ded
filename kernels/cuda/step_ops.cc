#include "kernels/cuda/step_ops.h"

#include <algorithm>
#include <bit>
#include <string>

#include "kernels/check.h"
#include "kernels/cuda/attention.h"
#include "kernels/cuda/attention_plan.h"
#include "kernels/cuda/cuda_device.h"
#include "kernels/cuda/embedding.h"
#include "kernels/cuda/graph_cache.h"
#include "kernels/cuda/planted_bug.cuh"
#include "kernels/cuda/rope_kv.h"
#include "kernels/cuda/step_arena.h"

namespace meval::cuda {
namespace {

std::int64_t Address(const void* pointer) {
  return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

// A plan whose launches have a power of two of items each, blank ones behind those there are: plans
// of the same rows at other positions then make the same launches.
template <typename Item>
std::int32_t PadItems(const std::vector<Item>& items, const AttentionLaunch& launch,
                      std::vector<Item>& padded) {
  const auto begin = static_cast<std::int32_t>(padded.size());
  const auto first = items.begin() + launch.begin;
  padded.insert(padded.end(), first, first + launch.count);
  padded.resize(static_cast<std::size_t>(begin) +
                std::bit_ceil(static_cast<std::size_t>(launch.count)));
  return begin;
}

void PadLaunches(AttentionPlan& plan) {
  std::vector<AttentionItem> items;
  std::vector<MergeItem> merges;
  for (AttentionLaunch& launch : plan.launches) {
    const bool merge = launch.kernel == AttentionKernel::kMerge;
    launch.begin =
        merge ? PadItems(plan.merges, launch, merges) : PadItems(plan.items, launch, items);
    launch.count = static_cast<std::int32_t>(merge ? merges.size() : items.size()) - launch.begin;
  }
  plan.items = std::move(items);
  plan.merges = std::move(merges);
}

// One attention over some of the step's rows: its plan, and where that lies in an arena.
struct PlannedAttention {
  AttentionPlan plan;
  std::int64_t rows = 0;
  std::int64_t page_tables = 0;
  std::int64_t items = 0;
  std::int64_t merges = 0;

  void AddTo(StepArena& arena) {
    rows = arena.Add(plan.rows);
    page_tables = arena.Add(plan.page_tables);
    items = arena.Add(plan.items);
    merges = arena.Add(plan.merges);
  }
  void AppendKey(std::vector<std::int64_t>& key) const {
    for (const std::int64_t offset : {rows, page_tables, items, merges}) key.push_back(offset);
    for (const AttentionLaunch& launch : plan.launches) {
      key.push_back(static_cast<std::int64_t>(launch.kernel));
      key.push_back(launch.begin);
      if constexpr (kPlantedBug != PlantedBug::kForgottenKey) key.push_back(launch.count);
    }
  }
};

class CudaStepOps : public StepOps {
 public:
  CudaStepOps(CudaDevice& device, Context& ctx, const StepShape& shape, const RopeTable& rope)
      : device_(device),
        shape_(shape),
        max_positions_(rope.max_positions()),
        graphs_(device.stream()) {
    MEVAL_REQUIRE(shape.head_dim % 8 == 0 && shape.head_dim <= kMaxHeadDim,
                  "head_dim: expected a multiple of 8 up to " + std::to_string(kMaxHeadDim) +
                      ", found " + std::to_string(shape.head_dim));
    const auto size = static_cast<std::size_t>(max_positions_ * (shape.head_dim / 2));
    for (auto [table, source] : {std::pair(&cos_, rope.Cos(0)), std::pair(&sin_, rope.Sin(0))}) {
      *table = DeviceMemory(size * sizeof(float));
      device_.Upload(ctx, source, table->data(), size * sizeof(float));
    }
  }

  std::int64_t Begin(const StepRows& rows) override {
    const auto num_rows = static_cast<std::int64_t>(rows.tokens.size());
    rows_ = rows;
    CheckRows();
    recorded_ = device_.uses_graphs() && num_rows <= kMaxRecordedRows;
    num_rows_ = recorded_ ? PaddedRows(num_rows, shape_.max_rows) : num_rows;
    LayOutEntries();
    PlanRows(rows.segments, attention_);
    arena_.Clear();
    tokens_at_ = arena_.Add(tokens_);
    positions_at_ = arena_.Add(positions_);
    entry_rows_at_ = arena_.Add(entry_rows_);
    entry_slots_at_ = arena_.Add(entry_slots_);
    attention_.AddTo(arena_);
    arena_.Upload(device_.staging());
    return num_rows_;
  }

  std::int64_t Select(std::span<const std::int64_t> rows) override {
    SelectSegments(rows, rows_.segments, selected_segments_);
    PlanRows(selected_segments_, selected_attention_);
    selected_rows_.assign(rows.begin(), rows.end());
    if (recorded_ && !rows.empty()) {
      const auto count = static_cast<std::int64_t>(rows.size());
      selected_rows_.resize(static_cast<std::size_t>(PaddedRows(count, shape_.max_selected)),
                            selected_rows_.back());
    }
    selected_arena_.Clear();
    selected_rows_at_ = selected_arena_.Add(selected_rows_);
    selected_attention_.AddTo(selected_arena_);
    selected_arena_.Upload(device_.staging());
    return static_cast<std::int64_t>(selected_rows_.size());
  }

  void Run(StepPart part, const KvPages& pages, const std::function<void()>& body) override {
    CheckPages(pages);
    if (!recorded_) return body();
    const bool layers = part == StepPart::kLayers;
    key_.clear();
    key_.push_back(static_cast<std::int64_t>(part));
    for (const void* pointer :
         {static_cast<const void*>(pages.keys), static_cast<const void*>(pages.values),
          arena_.base(), selected_arena_.base(), static_cast<const void*>(state_max_.data()),
          static_cast<const void*>(state_sum_.data()), static_cast<const void*>(state_out_.data()),
          static_cast<const void*>(partial_max_.data()),
          static_cast<const void*>(partial_sum_.data()),
          static_cast<const void*>(partial_out_.data())}) {
      key_.push_back(Address(pointer));
    }
    key_.push_back(pages.num_pages);  // between the pages of one layer and the next
    key_.push_back(num_rows_);
    if (layers) {
      key_.push_back(static_cast<std::int64_t>(entry_rows_.size()));
      for (const std::int64_t offset : {positions_at_, entry_rows_at_, entry_slots_at_}) {
        key_.push_back(offset);
      }
      attention_.AppendKey(key_);
    } else {
      key_.push_back(static_cast<std::int64_t>(selected_rows_.size()));
      selected_attention_.AppendKey(key_);
    }
    graphs_.Run(key_, body);
  }

  void Embed(TensorView table, TensorView out) override {
    LaunchEmbedding(device_.stream(), {.table = table.data,
                                       .table_dtype = table.dtype,
                                       .tokens = arena_.At<TokenId>(tokens_at_),
                                       .out = out.As<float>(),
                                       .out_stride = out.row_stride,
                                       .num_tokens = num_rows_,
                                       .width = table.shape[1]});
  }

  void RotateAndStore(TensorView qkv, const KvPages& pages) override {
    LaunchRopeKv(device_.stream(), {.qkv = qkv.data,
                                    .qkv_stride = qkv.row_stride,
                                    .dtype = qkv.dtype,
                                    .num_rows = num_rows_,
                                    .positions = arena_.At<std::int32_t>(positions_at_),
                                    .cos = static_cast<const float*>(cos_.data()),
                                    .sin = static_cast<const float*>(sin_.data()),
                                    .num_entries = static_cast<std::int64_t>(entry_rows_.size()),
                                    .entry_rows = arena_.At<std::int32_t>(entry_rows_at_),
                                    .entry_slots = arena_.At<std::int64_t>(entry_slots_at_),
                                    .keys = pages.keys,
                                    .values = pages.values,
                                    .num_heads = static_cast<int>(shape_.num_heads),
                                    .num_kv_heads = static_cast<int>(shape_.num_kv_heads),
                                    .head_dim = static_cast<int>(shape_.head_dim)});
  }

  void Attend(TensorView qkv, const KvPages& pages, TensorView out) override {
    Attend(qkv, pages, out, attention_, arena_);
  }
  void AttendSelected(TensorView qkv, const KvPages& pages, TensorView out) override {
    Attend(qkv, pages, out, selected_attention_, selected_arena_);
  }

  void GatherSelected(TensorView from, TensorView to) override {
    LaunchGatherRows(device_.stream(),
                     {.from = from.data,
                      .from_stride_bytes = from.row_stride * SizeOf(from.dtype),
                      .rows = selected_arena_.At<std::int32_t>(selected_rows_at_),
                      .to = to.data,
                      .to_stride_bytes = to.row_stride * SizeOf(to.dtype),
                      .num_rows = static_cast<std::int64_t>(selected_rows_.size()),
                      .row_bytes = from.row_elements() * SizeOf(from.dtype)});
  }

 private:
  void CheckRows() {
    const auto num_rows = static_cast<std::int64_t>(rows_.tokens.size());
    MEVAL_REQUIRE(
        num_rows > 0 && num_rows <= shape_.max_rows,
        std::to_string(num_rows) + " rows, expected 1 to " + std::to_string(shape_.max_rows));
    for (std::size_t t = 0; t < rows_.tokens.size(); ++t) {
      const std::string where = "row " + std::to_string(t) + ": ";
      MEVAL_REQUIRE(rows_.tokens[t] >= 0 && rows_.tokens[t] < shape_.vocab_size,
                    where + "token " + std::to_string(rows_.tokens[t]) + ", expected one in [0, " +
                        std::to_string(shape_.vocab_size) + ")");
      MEVAL_REQUIRE(rows_.positions[t] >= 0 && rows_.positions[t] < max_positions_,
                    where + "position " + std::to_string(rows_.positions[t]) +
                        ", expected one in [0, " + std::to_string(max_positions_) + ")");
    }
    largest_page_ = -1;
    for (const Segment& segment : rows_.segments) CheckPageTable(segment, FirstSeen(segment));
    for (const Segment& copy : rows_.copies) CheckPageTable(copy, copy.position_begin);
  }

  std::int64_t FirstSeen(const Segment& segment) const {
    if (shape_.attention.window == 0) return 0;
    return std::max<std::int64_t>(0, segment.position_begin - shape_.attention.window + 1);
  }

  // Every page from that of position `first` to that of the last row is there.
  void CheckPageTable(const Segment& segment, std::int64_t first) {
    const std::int64_t last = segment.position_begin + segment.num_rows - 1;
    for (std::int64_t i = first / kKvPageTokens; i <= last / kKvPageTokens; ++i) {
      const bool listed = i < static_cast<std::int64_t>(segment.page_table.size());
      const std::int32_t page = listed ? segment.page_table[static_cast<std::size_t>(i)] : -1;
      MEVAL_REQUIRE(page >= 0, "page_table[" + std::to_string(i) + "] of the segment at row " +
                                   std::to_string(segment.row_begin) + ": expected a page");
      largest_page_ = std::max(largest_page_, page);
    }
  }

  void CheckPages(const KvPages& pages) const {
    MEVAL_REQUIRE(largest_page_ < pages.num_pages, "page " + std::to_string(largest_page_) +
                                                       " of a cache of " +
                                                       std::to_string(pages.num_pages));
    MEVAL_REQUIRE(pages.n_kv_heads == shape_.num_kv_heads && pages.head_dim == shape_.head_dim,
                  "pages of " + std::to_string(pages.n_kv_heads) + " heads of " +
                      std::to_string(pages.head_dim) + ", expected " +
                      std::to_string(shape_.num_kv_heads) + " of " +
                      std::to_string(shape_.head_dim));
  }

  // The rows as kernels/cuda/rope_kv.h wants them, then those stored once more. Rows and entries
  // that only fill up store nothing.
  void LayOutEntries() {
    tokens_.assign(rows_.tokens.begin(), rows_.tokens.end());
    positions_.assign(rows_.positions.begin(), rows_.positions.end());
    tokens_.resize(static_cast<std::size_t>(num_rows_));
    positions_.resize(static_cast<std::size_t>(num_rows_));
    entry_rows_.clear();
    entry_slots_.clear();
    for (const Segment& segment : rows_.segments) AddEntries(segment);
    while (static_cast<std::int64_t>(entry_rows_.size()) < num_rows_) {
      entry_rows_.push_back(static_cast<std::int32_t>(entry_rows_.size()));
      entry_slots_.push_back(-1);
    }
    for (const Segment& copy : rows_.copies) AddEntries(copy);
    if (recorded_) {
      const std::size_t copies = entry_rows_.size() - static_cast<std::size_t>(num_rows_);
      const std::size_t size =
          static_cast<std::size_t>(num_rows_) + (copies == 0 ? 0 : std::bit_ceil(copies));
      entry_rows_.resize(size, 0);
      entry_slots_.resize(size, -1);
    }
  }

  void AddEntries(const Segment& segment) {
    for (std::int64_t i = 0; i < segment.num_rows; ++i) {
      const std::int64_t position = segment.position_begin + i;
      const std::int64_t page =
          segment.page_table[static_cast<std::size_t>(position / kKvPageTokens)];
      entry_rows_.push_back(static_cast<std::int32_t>(segment.row_begin + i));
      entry_slots_.push_back(page * kKvPageTokens + position % kKvPageTokens);
    }
  }

  void PlanRows(std::span<const Segment> segments, PlannedAttention& planned) {
    PlanAttention(segments,
                  {.num_heads = shape_.num_heads,
                   .num_kv_heads = shape_.num_kv_heads,
                   .window = shape_.attention.window,
                   .num_multiprocessors = device_.num_multiprocessors(),
                   .tiles = device_.attention_tiles()},
                  planned.plan);
    if (recorded_) PadLaunches(planned.plan);
    const auto states = static_cast<std::size_t>(planned.plan.num_states * shape_.num_heads);
    const auto partials =
        static_cast<std::size_t>(planned.plan.num_partials * shape_.num_kv_heads * kDecodeRows);
    const auto width = static_cast<std::size_t>(shape_.head_dim);
    state_max_.Reserve(states);
    state_sum_.Reserve(states);
    state_out_.Reserve(states * width);
    partial_max_.Reserve(partials);
    partial_sum_.Reserve(partials);
    partial_out_.Reserve(partials * width);
  }

  void Attend(const TensorView& qkv, const KvPages& pages, const TensorView& out,
              const PlannedAttention& planned, const StepArena& arena) {
    const AttentionArgs args = {
        .q = qkv.data,
        .q_stride = qkv.row_stride,
        .out = out.data,
        .out_stride = out.row_stride,
        .dtype = qkv.dtype,
        .keys = pages.keys,
        .values = pages.values,
        .num_pages = pages.num_pages,
        .num_kv_heads = static_cast<int>(shape_.num_kv_heads),
        .group = static_cast<int>(shape_.num_heads / shape_.num_kv_heads),
        .head_dim = static_cast<int>(shape_.head_dim),
        .scale = shape_.attention.scale,
        .window = static_cast<std::int32_t>(shape_.attention.window),
        .rows = arena.At<AttentionRow>(planned.rows),
        .page_tables = arena.At<std::int32_t>(planned.page_tables),
        .items = arena.At<AttentionItem>(planned.items),
        .merges = arena.At<MergeItem>(planned.merges),
        .state_max = state_max_.data(),
        .state_sum = state_sum_.data(),
        .state_out = state_out_.data(),
        .partial_max = partial_max_.data(),
        .partial_sum = partial_sum_.data(),
        .partial_out = partial_out_.data(),
    };
    LaunchAttention(device_.stream(), args, planned.plan.launches);
  }

  CudaDevice& device_;
  StepShape shape_;
  std::int64_t max_positions_;
  DeviceMemory cos_;  // [max_positions, D / 2]
  DeviceMemory sin_;

  // The step.
  StepRows rows_;
  bool recorded_ = false;
  std::int64_t num_rows_ = 0;  // to compute
  std::int32_t largest_page_ = -1;
  std::vector<TokenId> tokens_;
  std::vector<std::int32_t> positions_;
  std::vector<std::int32_t> entry_rows_;
  std::vector<std::int64_t> entry_slots_;
  PlannedAttention attention_;
  StepArena arena_;
  std::int64_t tokens_at_ = 0;
  std::int64_t positions_at_ = 0;
  std::int64_t entry_rows_at_ = 0;
  std::int64_t entry_slots_at_ = 0;

  // The rows to go on with.
  std::vector<Segment> selected_segments_;
  std::vector<std::int32_t> selected_rows_;
  PlannedAttention selected_attention_;
  StepArena selected_arena_;
  std::int64_t selected_rows_at_ = 0;

  // Working memory of the attention kernels.
  DeviceArray<float> state_max_;
  DeviceArray<float> state_sum_;
  DeviceArray<float> state_out_;
  DeviceArray<float> partial_max_;
  DeviceArray<float> partial_sum_;
  DeviceArray<float> partial_out_;

  GraphCache graphs_;
  std::vector<std::int64_t> key_;
};

}  // namespace

std::unique_ptr<StepOps> MakeCudaStepOps(CudaDevice& device, Context& ctx, const StepShape& shape,
                                         const RopeTable& rope) {
  return std::make_unique<CudaStepOps>(device, ctx, shape, rope);
}

}  // namespace meval::cuda
