#ifndef MEVAL_METRICS_LATEX_PREDICTION_H_
#define MEVAL_METRICS_LATEX_PREDICTION_H_

// Which alternative of a decision to take: adaptive LL(*) prediction (Parr, Harwell and Fisher,
// OOPSLA 2014), which looks ahead as far as it needs to.
//
// All alternatives are followed at once, token by token, first without regard to what called the
// decision's rule. As soon as one alternative is left, it is taken. When alternatives can no longer
// be told apart, they are followed once more with the actual callers; of those that even then agree
// the first is taken. When no alternative survives a token, the first one that could have ended its
// rule before is taken after all, and the text ends up read in part; without such a one the text is
// unreadable.

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "metrics/latex/call_stacks.h"
#include "metrics/latex/lexer.h"
#include "metrics/latex/network.h"
#include "metrics/latex/outcome.h"

namespace meval::latex {

// One place in the network that an alternative may have reached.
struct Configuration {
  static constexpr int kNoGuard = std::numeric_limits<int>::max();

  int state = 0;
  int alternative = 0;
  StackId callers = 0;
  int guard = kNoGuard;           // the strictest guard passed on the way
  bool left_rule = false;         // whether it has left the decision's rule
  bool keeps_precedence = false;  // not subject to the filter of operator loops

  auto operator<=>(const Configuration&) const = default;
};

using AlternativeMask = std::uint32_t;  // bit n for alternative n

class ConfigurationSet {
 public:
  explicit ConfigurationSet(bool is_open) : is_open_(is_open) {}

  // Joins the configuration with one that differs in its callers only.
  void Add(const Configuration& configuration, CallStacks& stacks);

  const std::vector<Configuration>& items() const { return items_; }
  bool is_open() const { return is_open_; }
  AlternativeMask alternatives() const { return alternatives_; }

 private:
  bool is_open_;
  AlternativeMask alternatives_ = 0;
  std::vector<Configuration> items_;
  std::unordered_map<std::uint64_t, std::size_t> index_;
};

class Predictor {
 public:
  Predictor(Lexer& lexer, Budget& budget)
      : network_(Network::Instance()), lexer_(lexer), budget_(budget), stacks_(budget) {}

  // The number of the alternative, from 1, for the text from token `position` on. `callers` are the
  // states to return to, outermost first; `precedence` is that of the current operator rule.
  int Predict(int decision, std::size_t position, std::span<const int> callers, int precedence);

 private:
  struct Closure;

  // What has been reached without regard to callers, and where each token leads from there. These
  // are remembered, since a long text asks the same questions again and again.
  struct Outlook {
    static constexpr int kUnknown = -1;
    static constexpr int kNowhere = -2;

    ConfigurationSet set;
    bool is_decided = false;     // one alternative is left
    bool is_contested = false;   // several, to be told apart by their callers only
    std::array<int, 64> next{};  // by TokenKind
  };

  int StartingOutlook();
  int NextOutlook(int from, const Token& token);
  int Remember(ConfigurationSet set);

  ConfigurationSet Start(StackId callers, bool is_open);
  ConfigurationSet FilterByPrecedence(const ConfigurationSet& start) const;
  std::optional<ConfigurationSet> Step(const ConfigurationSet& from, const Token& token);
  int PredictWithCallers(std::size_t position, std::span<const int> callers);
  int AllowedByGuards(const ConfigurationSet& set) const;
  int EndedBefore(const ConfigurationSet& set) const;
  bool AllAtStop(const ConfigurationSet& set) const;

  void Close(const Configuration& from, int depth, Closure& closure);
  void CloseReturn(const Configuration& from, int depth, Closure& closure);
  void CloseEdges(const Configuration& from, int depth, Closure& closure);
  std::optional<Configuration> Follow(const Configuration& from, const Edge& edge, int depth,
                                      const Closure& closure);
  bool IsFinishedOperand(const Configuration& configuration) const;

  const Network& network_;
  Lexer& lexer_;
  Budget& budget_;
  CallStacks stacks_;
  std::vector<Outlook> outlooks_;
  std::map<std::pair<int, int>, int> starts_;                        // by decision and precedence
  std::map<std::pair<int, std::vector<Configuration>>, int> known_;  // outlooks by decision
  int decision_ = 0;
  int precedence_ = 0;
};

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_PREDICTION_H_
