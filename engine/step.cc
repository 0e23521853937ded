#include "engine/step.h"

#include <string>

#include "kernels/check.h"

namespace meval {
namespace {

Segment ToSegment(const Step& step, const StepSegment& segment) {
  return {.row_begin = segment.row_begin,
          .num_rows = segment.num_rows,
          .position_begin = segment.position_begin,
          .page_table = std::span(step.pages)
                            .subspan(static_cast<std::size_t>(segment.page_begin),
                                     static_cast<std::size_t>(segment.num_pages))};
}

// The page table of the first `num_positions` positions.
void AppendPages(const KvSequence& sequence, std::int64_t num_positions, StepSegment& segment,
                 std::vector<std::int32_t>& pages) {
  const std::span<const std::int32_t> table =
      sequence.pages().first(static_cast<std::size_t>(NumKvPages(num_positions)));
  segment.page_begin = static_cast<std::int64_t>(pages.size());
  segment.num_pages = static_cast<std::int64_t>(table.size());
  pages.insert(pages.end(), table.begin(), table.end());
}

}  // namespace

void Step::Clear() {
  tokens.clear();
  positions.clear();
  segments.clear();
  copies.clear();
  pages.clear();
  page_copies.clear();
}

void Step::Append(std::span<const TokenId> ids, std::int64_t position_begin,
                  const KvSequence& sequence, bool continues_latest) {
  const auto num_ids = static_cast<std::int64_t>(ids.size());
  const std::int64_t end = position_begin + num_ids;
  MEVAL_REQUIRE(num_ids > 0 && position_begin >= 0 && end <= sequence.length(),
                "positions " + std::to_string(position_begin) + " to " + std::to_string(end) +
                    " of a sequence of " + std::to_string(sequence.length()));
  if (continues_latest) {
    StepSegment& latest = segments.back();
    MEVAL_CHECK(latest.position_begin + latest.num_rows == position_begin &&
                    latest.row_begin + latest.num_rows == num_rows(),
                "rows continue the latest segment");
    latest.num_rows += num_ids;
    AppendPages(sequence, end, latest, pages);
  } else {
    StepSegment& segment = segments.emplace_back();
    segment.row_begin = num_rows();
    segment.num_rows = num_ids;
    segment.position_begin = position_begin;
    AppendPages(sequence, end, segment, pages);
  }
  tokens.insert(tokens.end(), ids.begin(), ids.end());
  for (std::int64_t position = position_begin; position < end; ++position) {
    positions.push_back(static_cast<std::int32_t>(position));
  }
}

void Step::CopyRows(std::int64_t row_begin, std::int64_t num_rows_copied,
                    std::int64_t position_begin, const KvSequence& sequence) {
  StepSegment& copy = copies.emplace_back();
  copy.row_begin = row_begin;
  copy.num_rows = num_rows_copied;
  copy.position_begin = position_begin;
  AppendPages(sequence, position_begin + num_rows_copied, copy, pages);
}

void ToBatch(const Step& step, TokenBatch& batch) {
  batch.Clear();
  batch.tokens = step.tokens;
  batch.positions = step.positions;
  for (const StepSegment& segment : step.segments) {
    batch.segments.push_back(ToSegment(step, segment));
  }
  for (const StepSegment& copy : step.copies) batch.copies.push_back(ToSegment(step, copy));
}

}  // namespace meval
