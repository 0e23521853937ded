#include "tests/support/plan_checker.h"

#include <algorithm>
#include <cstddef>
#include <deque>

namespace meval::testing {
namespace {

std::string At(const std::string& what, std::int64_t row, std::int64_t position) {
  return what + " (row " + std::to_string(row) + ", position " + std::to_string(position) + ")";
}

// Numbers of the prefixes of what a request feeds.
std::vector<std::int64_t> FedPrefixes(PrefixNumbers& numbers, const ScoreRequest& request) {
  std::vector<TokenId> fed = request.context;
  fed.insert(fed.end(), request.continuation.begin(), request.continuation.end() - 1);
  return numbers.Of(fed);
}

std::vector<std::int64_t> PathPrefixes(PrefixNumbers& numbers, const TokenPath& path) {
  std::vector<std::int64_t> result;
  std::int64_t prefix = PrefixNumbers::kEmpty;
  for (std::int64_t p = 0; p < path.size(); ++p) {
    prefix = numbers.Append(prefix, path[p]);
    result.push_back(prefix);
  }
  return result;
}

class ScorePlanChecker {
 public:
  ScorePlanChecker(const ScorePlan& plan, std::span<const ScoreRequest> requests,
                   const PlanOptions& options)
      : plan_(plan),
        requests_(requests),
        options_(options),
        // A plan may be carried out wherever there are as many pages as it says it takes.
        cache_(plan.peak_pages, options.window) {}

  std::string Check() {
    for (const ScoreRequest& request : requests_) {
      fed_.push_back(FedPrefixes(numbers_, request));
      reached_.emplace_back(request.continuation.size(), 0);
      requested_ += static_cast<std::int64_t>(fed_.back().size());
    }
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      const std::string error = CheckStep(plan_.steps[i]);
      if (!error.empty()) return "step " + std::to_string(i) + ": " + error;
    }
    return CheckTotals();
  }

 private:
  std::string CheckStep(const ScoreStep& step) {
    const std::int64_t num_rows = step.layout.num_rows();
    if (num_rows < 1 || num_rows > options_.batch_tokens) return std::to_string(num_rows) + " rows";
    std::deque<std::vector<std::int64_t>> of_runs;
    std::vector<PaperCache::Prefixes> prefixes;
    for (const TreeWalk::Run& run : step.runs) {
      if (run.row_begin != static_cast<std::int64_t>(prefixes.size())) return "runs leave a gap";
      const TokenPath& path = plan_.tree.path(run.node);
      const std::vector<std::int64_t>& of_path = of_runs.emplace_back(PathPrefixes(numbers_, path));
      for (std::int64_t i = 0; i < run.num_rows; ++i) {
        const auto row = static_cast<std::size_t>(run.row_begin + i);
        const std::int64_t position = run.position_begin + i;
        if (position >= path.size() || run.row_begin + i >= num_rows) return "a run is too long";
        if (step.layout.tokens[row] != path[position]) {
          return At("another token", run.row_begin + i, position);
        }
        if (step.layout.positions[row] != position) {
          return At("another position", run.row_begin + i, position);
        }
        prefixes.push_back(of_path);
        rows_.insert(of_path[static_cast<std::size_t>(position)]);
      }
    }
    if (static_cast<std::int64_t>(prefixes.size()) != num_rows) return "runs do not cover the rows";
    fed_rows_ += num_rows;
    scored_rows_ += static_cast<std::int64_t>(step.logit_rows.size());
    for (const PageCopy& copy : step.layout.page_copies) {
      if (std::min(copy.from, copy.to) < 0 || std::max(copy.from, copy.to) >= plan_.peak_pages) {
        return "a page copy names a page there is not";
      }
      cache_.CopyPage(copy.from, copy.to);
    }
    const std::string error = cache_.Run(step.layout, prefixes);
    return error.empty() ? CheckTargets(step, prefixes) : error;
  }

  std::string CheckTargets(const ScoreStep& step, std::span<const PaperCache::Prefixes> prefixes) {
    std::vector<bool> is_read(step.logit_rows.size(), false);
    std::int64_t latest = 0;
    for (std::size_t i = 0; i < step.logit_rows.size(); ++i) {
      if (step.logit_rows[i] < 0 || step.logit_rows[i] >= step.layout.num_rows() ||
          (i > 0 && step.logit_rows[i] <= step.logit_rows[i - 1])) {
        return "logit rows do not ascend within the step";
      }
    }
    for (const PlannedTarget& target : step.targets) {
      const auto logit_row = static_cast<std::size_t>(target.logit_row);
      if (target.logit_row < latest || logit_row >= is_read.size()) {
        return "targets are not in the order of their rows";
      }
      latest = target.logit_row;
      is_read[logit_row] = true;
      const auto row = static_cast<std::size_t>(step.logit_rows[logit_row]);
      const ScoreRequest& request = requests_[target.request];
      const std::size_t position = request.context.size() - 1 + target.index;
      const std::string where = "target " + std::to_string(target.index) + " of request " +
                                std::to_string(target.request);
      if (request.continuation.at(target.index) != target.token) return where + ": another token";
      if (step.layout.positions[row] != static_cast<std::int32_t>(position) ||
          prefixes[row][position] != fed_[target.request].at(position)) {
        return where + " is read off a row of another prefix";
      }
      if (++reached_[target.request][target.index] > 1) return where + " is read twice";
    }
    if (std::find(is_read.begin(), is_read.end(), false) != is_read.end()) {
      return "logits are computed that nobody reads";
    }
    return "";
  }

  std::string CheckTotals() const {
    for (std::size_t i = 0; i < reached_.size(); ++i) {
      if (std::count(reached_[i].begin(), reached_[i].end(), 1) !=
          static_cast<std::ptrdiff_t>(reached_[i].size())) {
        return "request " + std::to_string(i) + " is not answered";
      }
    }
    if (plan_.tokens_requested != requested_) return "tokens_requested";
    if (plan_.tokens_fed != fed_rows_ || plan_.work.total().rows != fed_rows_) return "tokens_fed";
    if (plan_.rows_scored != scored_rows_) return "rows_scored";
    if (plan_.work.total().steps != static_cast<std::int64_t>(plan_.steps.size())) return "steps";
    const std::int64_t once =
        options_.share_prefixes ? static_cast<std::int64_t>(rows_.size()) : requested_;
    if (plan_.tokens_refed != fed_rows_ - once) return "tokens_refed";
    if (plan_.peak_pages > options_.num_pages) return "peak_pages is more than there are";
    const std::int64_t needed = cache_.most_pages_needed();
    if (plan_.peak_pages < needed) return "peak_pages is too small";
    // Without a window every page a plan holds is still to be seen.
    if (options_.window == 0 && plan_.peak_pages > needed) return "pages are held for nothing";
    return "";
  }

  const ScorePlan& plan_;
  std::span<const ScoreRequest> requests_;
  const PlanOptions& options_;
  PrefixNumbers numbers_;
  PaperCache cache_;
  std::vector<std::vector<std::int64_t>> fed_;  // per request: numbers of its prefixes
  std::vector<std::vector<int>> reached_;       // per request and target: how often
  std::set<std::int64_t> rows_;                 // prefixes that rows compute
  std::int64_t requested_ = 0;
  std::int64_t fed_rows_ = 0;
  std::int64_t scored_rows_ = 0;
};

}  // namespace

std::int64_t PrefixNumbers::Append(std::int64_t prefix, TokenId token) {
  const auto next = static_cast<std::int64_t>(numbers_.size()) + 1;
  return numbers_.try_emplace({prefix, token}, next).first->second;
}

std::vector<std::int64_t> PrefixNumbers::Of(std::span<const TokenId> tokens) {
  return PathPrefixes(*this, TokenPath(tokens));
}

PaperCache::PaperCache(std::int64_t num_pages, std::int64_t window)
    : num_pages_(num_pages),
      window_(window),
      slots_(static_cast<std::size_t>(num_pages * kKvPageTokens)),
      oldest_(static_cast<std::size_t>(num_pages)) {}

void PaperCache::CopyPage(std::int32_t from, std::int32_t to) {
  for (std::int64_t i = 0; i < kKvPageTokens; ++i) {
    const Slot& source = slots_[static_cast<std::size_t>(from * kKvPageTokens + i)];
    slots_[static_cast<std::size_t>(to * kKvPageTokens + i)] = {source.prefix, num_steps_, -1};
  }
}

std::string PaperCache::Run(const Step& step, std::span<const Prefixes> prefixes) {
  std::int64_t next_row = 0;
  for (const StepSegment& segment : step.segments) {
    if (segment.row_begin != next_row || segment.num_rows < 1) return "segments leave a gap";
    next_row += segment.num_rows;
  }
  if (next_row != step.num_rows()) return "segments do not cover the rows";
  // Everything is stored before anything is read, as in each layer of a forward pass.
  for (const std::vector<StepSegment>* segments : {&step.segments, &step.copies}) {
    for (const StepSegment& segment : *segments) {
      if (const std::string error = Write(step, segment, prefixes); !error.empty()) return error;
    }
  }
  std::fill(oldest_.begin(), oldest_.end(), num_steps_ + 1);
  for (const StepSegment& segment : step.segments) {
    if (const std::string error = Read(step, segment, prefixes); !error.empty()) return error;
  }
  for (std::size_t page = 0; page < oldest_.size(); ++page) {
    for (std::int64_t s = oldest_[page]; s <= num_steps_; ++s) {
      needed_.insert({s, static_cast<std::int64_t>(page)});
    }
  }
  ++num_steps_;
  return "";
}

std::int64_t PaperCache::Find(const Step& step, const StepSegment& table,
                              std::int64_t position) const {
  const std::int64_t index = position / kKvPageTokens;
  if (index >= table.num_pages) return -1;
  const std::int32_t page = step.pages.at(static_cast<std::size_t>(table.page_begin + index));
  if (page < 0 || page >= num_pages_) return -1;
  return page * kKvPageTokens + position % kKvPageTokens;
}

std::string PaperCache::Write(const Step& step, const StepSegment& segment,
                              std::span<const Prefixes> prefixes) {
  for (std::int64_t i = 0; i < segment.num_rows; ++i) {
    const std::int64_t row = segment.row_begin + i;
    const std::int64_t position = segment.position_begin + i;
    if (row < 0 || row >= step.num_rows() ||
        step.positions[static_cast<std::size_t>(row)] != position) {
      return At("a segment names another position", row, position);
    }
    const std::int64_t place = Find(step, segment, position);
    if (place < 0) return At("no page to store to", row, position);
    Slot& slot = slots_[static_cast<std::size_t>(place)];
    const std::int64_t prefix =
        prefixes[static_cast<std::size_t>(row)][static_cast<std::size_t>(position)];
    if (slot.stored_in == num_steps_ && slot.prefix != prefix) {
      return At("two prefixes are stored in one place", row, position);
    }
    slot = {prefix, num_steps_, num_steps_};
  }
  return "";
}

std::string PaperCache::Read(const Step& step, const StepSegment& segment,
                             std::span<const Prefixes> prefixes) {
  for (std::int64_t i = 0; i < segment.num_rows; ++i) {
    const std::int64_t row = segment.row_begin + i;
    const std::int64_t position = segment.position_begin + i;
    const Prefixes own = prefixes[static_cast<std::size_t>(row)];
    const std::int64_t first = window_ > 0 ? std::max<std::int64_t>(0, position - window_ + 1) : 0;
    for (std::int64_t key = first; key <= position; ++key) {
      const std::int64_t place = Find(step, segment, key);
      if (place < 0) return At("key " + std::to_string(key) + " has no page", row, position);
      const Slot& slot = slots_[static_cast<std::size_t>(place)];
      if (slot.prefix != own[static_cast<std::size_t>(key)]) {
        return At("key " + std::to_string(key) + " is of another sequence", row, position);
      }
      std::int64_t& oldest = oldest_[static_cast<std::size_t>(place / kKvPageTokens)];
      oldest = std::min(oldest, slot.step);
    }
  }
  return "";
}

std::int64_t PaperCache::most_pages_needed() const {
  std::map<std::int64_t, std::int64_t> per_step;
  std::int64_t most = 0;
  for (const auto& [step, page] : needed_) most = std::max(most, ++per_step[step]);
  return most;
}

std::string CheckScorePlan(const ScorePlan& plan, std::span<const ScoreRequest> requests,
                           const PlanOptions& options) {
  return ScorePlanChecker(plan, requests, options).Check();
}

std::int64_t CountDistinctPrefixes(std::span<const ScoreRequest> requests) {
  std::set<std::vector<TokenId>> prefixes;
  for (const ScoreRequest& request : requests) {
    std::vector<TokenId> fed = request.context;
    fed.insert(fed.end(), request.continuation.begin(), request.continuation.end() - 1);
    for (; !fed.empty(); fed.pop_back()) prefixes.insert(fed);
  }
  return static_cast<std::int64_t>(prefixes.size());
}

}  // namespace meval::testing
