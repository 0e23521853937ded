#ifndef MEVAL_METRICS_LATEX_NETWORK_H_
#define MEVAL_METRICS_LATEX_NETWORK_H_

// The grammar as an augmented transition network (Woods 1970), in the shape that Parr, Harwell and
// Fisher ("Adaptive LL(*) Parsing: The Power of Dynamic Analysis", 2014) predict on: one machine
// for each rule; edges read a token, call a rule or are free; a state with several edges is a
// decision, whose alternatives are numbered from 1 in order of preference.
//
// A rule that begins with itself becomes a loop: its last alternative once, then operators with
// their right operands as long as a guard allows. Guard g holds in a call of precedence p if
// g >= p. Operators are left-associative: their right operand is called with the precedence above
// their own guard.

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "metrics/latex/grammar.h"
#include "metrics/latex/lexer.h"

namespace meval::latex {

using TokenSet = std::bitset<64>;  // by TokenKind

struct Edge {
  enum class Kind : std::uint8_t { kFree, kToken, kCall, kGuard };

  Kind kind = Kind::kFree;
  int target = 0;        // kCall: the first state of the rule
  TokenSet tokens = {};  // kToken
  int follow = 0;        // kCall: the state to return to
  int precedence = 0;    // kCall of an operator rule; kGuard
  // Free edges that leave a rule: whether the call they return from was one of an operator rule
  // with precedence 0, from outside or inside parentheses.
  bool leaves_whole_operand = false;
};

struct State {
  Rule rule = Rule::kStart;
  bool is_stop = false;           // the end of the rule; its edges lead wherever it is called
  bool is_operator_loop = false;  // alternative 1 continues with an operator, 2 ends
  bool ends_operator = false;     // returned to from a right operand, leading back to the loop only
  std::vector<Edge> edges = {};

  bool is_decision() const { return !is_stop && edges.size() > 1; }
  bool reads_token() const { return edges.empty() || edges.front().kind == Edge::Kind::kToken; }
};

class Network {
 public:
  // The network of Grammar(), made once.
  static const Network& Instance();

  const State& At(int state) const { return states_[static_cast<std::size_t>(state)]; }
  int FirstState(Rule rule) const { return first_[static_cast<std::size_t>(rule)]; }
  std::size_t size() const { return states_.size(); }

 private:
  friend class NetworkBuilder;

  std::vector<State> states_;
  std::vector<int> first_;  // by rule
};

}  // namespace meval::latex

#endif  // MEVAL_METRICS_LATEX_NETWORK_H_
