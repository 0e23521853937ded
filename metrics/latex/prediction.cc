#include "metrics/latex/prediction.h"

#include <algorithm>
#include <bit>

namespace meval::latex {
namespace {

bool IsSingle(AlternativeMask mask) { return std::has_single_bit(mask); }

// For each place with its callers (or for each place), the alternatives that have reached it.
std::vector<AlternativeMask> GroupsOf(const ConfigurationSet& set, bool by_callers) {
  std::vector<std::pair<std::uint64_t, AlternativeMask>> places;
  for (const Configuration& item : set.items()) {
    const auto callers = static_cast<std::uint64_t>(by_callers ? item.callers : 0);
    places.emplace_back((static_cast<std::uint64_t>(item.state) << 32) | callers,
                        AlternativeMask{1} << item.alternative);
  }
  std::ranges::sort(places);
  std::vector<AlternativeMask> groups;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i == 0 || places[i].first != places[i - 1].first) {
      groups.push_back(0);
    }
    groups.back() |= places[i].second;
  }
  return groups;
}

// Whether following the alternatives further without their callers is pointless: some are in the
// same place, and there is no place that only one of them has reached.
bool IsConflict(const ConfigurationSet& set) {
  return std::ranges::none_of(GroupsOf(set, false), IsSingle) &&
         !std::ranges::all_of(GroupsOf(set, true), IsSingle);
}

// The alternative that is first in every group, or 0.
int FirstEverywhere(const ConfigurationSet& set) {
  AlternativeMask firsts = 0;
  for (const AlternativeMask group : GroupsOf(set, true)) {
    firsts |= AlternativeMask{1} << std::countr_zero(group);
  }
  return IsSingle(firsts) ? std::countr_zero(firsts) : 0;
}

}  // namespace

void ConfigurationSet::Add(const Configuration& configuration, CallStacks& stacks) {
  const std::uint64_t key = (static_cast<std::uint64_t>(configuration.state) << 40) |
                            (static_cast<std::uint64_t>(configuration.alternative) << 32) |
                            static_cast<std::uint64_t>(configuration.guard);
  alternatives_ |= AlternativeMask{1} << configuration.alternative;
  const auto [found, is_new] = index_.try_emplace(key, items_.size());
  if (is_new) {
    items_.push_back(configuration);
    return;
  }
  Configuration& item = items_[found->second];
  item.callers = stacks.Merge(item.callers, configuration.callers, is_open_);
  item.left_rule = item.left_rule || configuration.left_rule;
  item.keeps_precedence = item.keeps_precedence || configuration.keeps_precedence;
}

// Collects what configurations reach without reading a token.
struct Predictor::Closure {
  // Whether the configuration, which has just returned to an unknown caller, is a new one.
  bool EntersAnew(const Configuration& item) {
    return returned
        .insert((static_cast<std::uint64_t>(item.callers) << 20) |
                (static_cast<std::uint64_t>(item.state) << 6) |
                (static_cast<std::uint64_t>(item.alternative) << 2) |
                (item.guard == Configuration::kNoGuard ? 2U : 0U) |
                (item.keeps_precedence ? 1U : 0U))
        .second;
  }

  ConfigurationSet& set;
  bool collects_guards;
  std::unordered_set<std::uint64_t> returned = {};
};

int Predictor::Predict(int decision, std::size_t position, std::span<const int> callers,
                       int precedence) {
  decision_ = decision;
  precedence_ = precedence;
  int outlook = StartingOutlook();
  for (std::size_t i = position;; ++i) {
    const int next = NextOutlook(outlook, lexer_.At(i));
    const Outlook& reached = outlooks_[static_cast<std::size_t>(next < 0 ? outlook : next)];
    if (next == Outlook::kNowhere) {
      return EndedBefore(reached.set);
    }
    if (reached.is_decided || reached.is_contested) {
      const int alternative = AllowedByGuards(reached.set);
      if (alternative == 0 && reached.is_decided) {
        throw Unreadable{};
      }
      return alternative != 0 ? alternative : PredictWithCallers(position, callers);
    }
    outlook = next;
  }
}

int Predictor::StartingOutlook() {
  const bool is_loop = network_.At(decision_).is_operator_loop;
  const auto [found, is_new] =
      starts_.try_emplace({decision_, is_loop ? precedence_ : 0}, Outlook::kUnknown);
  if (is_new) {
    ConfigurationSet start = Start(CallStacks::kEmpty, true);
    found->second = Remember(is_loop ? FilterByPrecedence(start) : std::move(start));
  }
  return found->second;
}

int Predictor::NextOutlook(int from, const Token& token) {
  const auto kind = static_cast<std::size_t>(token.kind);
  const auto index = static_cast<std::size_t>(from);
  if (outlooks_[index].next[kind] == Outlook::kUnknown) {
    std::optional<ConfigurationSet> next = Step(outlooks_[index].set, token);
    const int number = next ? Remember(*std::move(next)) : Outlook::kNowhere;
    outlooks_[index].next[kind] = number;
  }
  return outlooks_[index].next[kind];
}

int Predictor::Remember(ConfigurationSet set) {
  const auto [found, is_new] =
      known_.try_emplace({decision_, set.items()}, static_cast<int>(outlooks_.size()));
  if (is_new) {
    Outlook outlook{.set = std::move(set)};
    outlook.is_decided = IsSingle(outlook.set.alternatives());
    outlook.is_contested =
        !outlook.is_decided && (AllAtStop(outlook.set) || IsConflict(outlook.set));
    outlook.next.fill(Outlook::kUnknown);
    outlooks_.push_back(std::move(outlook));
  }
  return found->second;
}

bool Predictor::AllAtStop(const ConfigurationSet& set) const {
  return std::ranges::all_of(
      set.items(), [&](const Configuration& item) { return network_.At(item.state).is_stop; });
}

// The only alternative that guards allow, or 0. One that was reached without a guard has none.
int Predictor::AllowedByGuards(const ConfigurationSet& set) const {
  AlternativeMask allowed = 0;
  for (const Configuration& item : set.items()) {
    if (item.guard >= precedence_) {
      allowed |= AlternativeMask{1} << item.alternative;
    }
  }
  return IsSingle(allowed) ? std::countr_zero(allowed) : 0;
}

int Predictor::PredictWithCallers(std::size_t position, std::span<const int> callers) {
  StackId stack = CallStacks::kEmpty;
  for (const int state : callers) {
    stack = stacks_.Push(state, stack);
  }
  ConfigurationSet reached = Start(stack, false);
  for (std::size_t i = position;; ++i) {
    std::optional<ConfigurationSet> next = Step(reached, lexer_.At(i));
    if (!next) {
      return EndedBefore(reached);
    }
    reached = *std::move(next);
    if (IsSingle(reached.alternatives())) {
      return std::countr_zero(reached.alternatives());
    }
    if (const int first = FirstEverywhere(reached)) {
      return first;
    }
  }
}

// The first alternative that could have ended its rule here, preferably one whose guard holds.
int Predictor::EndedBefore(const ConfigurationSet& set) const {
  for (const bool guard_holds : {true, false}) {
    int first = 0;
    for (const Configuration& item : set.items()) {
      const bool has_ended =
          item.left_rule || (network_.At(item.state).is_stop && stacks_.HasEmpty(item.callers));
      if (has_ended && (item.guard >= precedence_) == guard_holds &&
          (first == 0 || item.alternative < first)) {
        first = item.alternative;
      }
    }
    if (first != 0) {
      return first;
    }
  }
  throw Unreadable{};
}

ConfigurationSet Predictor::Start(StackId callers, bool is_open) {
  ConfigurationSet set(is_open);
  int alternative = 0;
  for (const Edge& edge : network_.At(decision_).edges) {
    Closure closure{set, true};
    Close({.state = edge.target, .alternative = ++alternative, .callers = callers}, 0, closure);
  }
  return set;
}

// Of an operator loop: alternative 1 only where its guard holds, and alternative 2 not where 1
// reaches the same, so that an operator is read by the innermost loop that may.
ConfigurationSet Predictor::FilterByPrecedence(const ConfigurationSet& start) const {
  ConfigurationSet filtered(start.is_open());
  CallStacks unused(budget_);  // start has no two configurations to join
  std::map<int, StackId> reached_by_first;
  for (Configuration item : start.items()) {
    if (item.alternative == 1 && item.guard >= precedence_) {
      reached_by_first[item.state] = item.callers;
      item.guard = Configuration::kNoGuard;
      filtered.Add(item, unused);
    }
  }
  for (const Configuration& item : start.items()) {
    const auto found = reached_by_first.find(item.state);
    const bool is_repeated = found != reached_by_first.end() && found->second == item.callers;
    if (item.alternative != 1 && (item.keeps_precedence || !is_repeated)) {
      filtered.Add(item, unused);
    }
  }
  return filtered;
}

// What can be reached by the token, and from there without reading another; nothing where no
// configuration accepts it.
std::optional<ConfigurationSet> Predictor::Step(const ConfigurationSet& from, const Token& token) {
  const bool is_end = token.kind == TokenKind::kEnd;
  ConfigurationSet read(from.is_open());
  std::vector<Configuration> ended;
  budget_.Spend(static_cast<std::int64_t>(from.items().size()));
  for (Configuration item : from.items()) {
    const State& state = network_.At(item.state);
    if (state.is_stop) {
      if (!from.is_open() || is_end) {
        ended.push_back(item);
      }
      continue;
    }
    for (const Edge& edge : state.edges) {
      if (edge.kind == Edge::Kind::kToken &&
          edge.tokens.test(static_cast<std::size_t>(token.kind))) {
        item.state = edge.target;
        read.Add(item, stacks_);
      }
    }
  }
  if (ended.empty() && IsSingle(read.alternatives())) {
    return read;
  }
  ConfigurationSet reached(from.is_open());
  Closure closure{reached, false};
  for (const Configuration& item : read.items()) {
    Close(item, 0, closure);
  }
  // A text that has ended may end here; one that goes on may be read up to here.
  const bool reaches_stop = std::ranges::any_of(
      reached.items(), [&](const auto& item) { return network_.At(item.state).is_stop; });
  if (from.is_open() || !reaches_stop) {
    for (const Configuration& item : ended) {
      reached.Add(item, stacks_);
    }
  }
  return reached.items().empty() ? std::nullopt : std::optional(std::move(reached));
}

void Predictor::Close(const Configuration& from, int depth, Closure& closure) {
  if (network_.At(from.state).is_stop && from.callers != CallStacks::kEmpty) {
    CloseReturn(from, depth, closure);
  } else if (network_.At(from.state).is_stop && !closure.set.is_open()) {
    closure.set.Add(from, stacks_);
  } else {
    CloseEdges(from, depth, closure);
  }
}

// From the end of a rule to each of its callers.
void Predictor::CloseReturn(const Configuration& from, int depth, Closure& closure) {
  const std::vector<CallStacks::Entry> entries = stacks_.Entries(from.callers);
  for (const CallStacks::Entry& entry : entries) {
    Configuration next = from;
    next.callers = entry.below;
    if (entry.state == CallStacks::kBottom) {
      next.callers = CallStacks::kEmpty;
      closure.set.Add(next, stacks_);
      continue;
    }
    next.state = entry.state;
    next.keeps_precedence = false;
    Close(next, depth - 1, closure);
  }
}

void Predictor::CloseEdges(const Configuration& from, int depth, Closure& closure) {
  const State& state = network_.At(from.state);
  budget_.Spend(static_cast<std::int64_t>(state.edges.size()));
  if (state.reads_token()) {
    closure.set.Add(from, stacks_);
    return;
  }
  for (std::size_t i = 0; i < state.edges.size(); ++i) {
    const Edge& edge = state.edges[i];
    if (i == 0 && IsFinishedOperand(from)) {
      continue;
    }
    std::optional<Configuration> next = Follow(from, edge, depth, closure);
    if (!next) {
      continue;
    }
    int next_depth = depth;
    if (state.is_stop) {
      const State& decision = network_.At(decision_);
      if (decision.is_operator_loop && edge.leaves_whole_operand && decision.rule == state.rule) {
        next->keeps_precedence = true;
      }
      next->left_rule = true;
      --next_depth;
      if (!closure.EntersAnew(*next)) {
        continue;
      }
    } else if (edge.kind == Edge::Kind::kCall && next_depth >= 0) {
      ++next_depth;
    }
    Close(*next, next_depth, closure);
  }
}

// Guards count only in the decision's own rule, before the first token: there the precedence is
// known. With callers they are decided at once, without they are collected.
std::optional<Configuration> Predictor::Follow(const Configuration& from, const Edge& edge,
                                               int depth, const Closure& closure) {
  Configuration next = from;
  next.state = edge.target;
  if (edge.kind == Edge::Kind::kCall) {
    next.callers = stacks_.Push(edge.follow, from.callers);
  } else if (edge.kind == Edge::Kind::kGuard && closure.collects_guards && depth == 0) {
    if (closure.set.is_open()) {
      next.guard = std::min(from.guard, edge.precedence);
    } else if (edge.precedence < precedence_) {
      return std::nullopt;
    }
  }
  return next;
}

// A right operand that ends at another operator never reads it: the loop it returns to does.
bool Predictor::IsFinishedOperand(const Configuration& configuration) const {
  const State& state = network_.At(configuration.state);
  if (!state.is_operator_loop || stacks_.HasEmpty(configuration.callers)) {
    return false;
  }
  return std::ranges::all_of(stacks_.Entries(configuration.callers), [&](const auto& entry) {
    const State& to = network_.At(entry.state);
    return to.rule == state.rule && to.ends_operator;
  });
}

}  // namespace meval::latex
