#include "metrics/latex/network.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace meval::latex {
namespace {

// A rule's body, read from its text.
struct Pattern {
  enum class Kind : std::uint8_t { kToken, kRule, kSequence, kChoice, kOptional, kStar, kPlus };

  Kind kind = Kind::kSequence;
  TokenSet tokens = {};      // kToken; a choice between tokens is one kToken
  Rule rule = Rule::kStart;  // kRule
  std::vector<Pattern> parts = {};
};

std::size_t Index(TokenKind kind) { return static_cast<std::size_t>(kind); }

class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}

  Pattern Read() {
    Pattern pattern = ReadChoice();
    if (!Peek().empty()) {
      throw std::logic_error("grammar: unexpected \"" + std::string(Peek()) + "\"");
    }
    return pattern;
  }

 private:
  std::string_view Peek() const {
    const std::size_t begin = text_.find_first_not_of(' ', position_);
    if (begin == std::string_view::npos) {
      return {};
    }
    const std::size_t end = text_.find_first_of(" ()|?*+", begin);
    return text_.substr(begin, end == begin ? 1 : end - begin);
  }

  std::string_view Take() {
    const std::string_view word = Peek();
    position_ = static_cast<std::size_t>(word.data() - text_.data()) + word.size();
    return word;
  }

  Pattern ReadChoice() {
    Pattern choice{.kind = Pattern::Kind::kChoice};
    bool only_tokens = true;
    do {
      choice.parts.push_back(ReadSequence());
      only_tokens = only_tokens && choice.parts.back().kind == Pattern::Kind::kToken;
    } while (Peek() == "|" && !Take().empty());
    if (choice.parts.size() == 1) {
      return std::move(choice.parts.front());
    }
    if (!only_tokens) {
      return choice;
    }
    Pattern any{.kind = Pattern::Kind::kToken};
    for (const Pattern& part : choice.parts) {
      any.tokens |= part.tokens;
    }
    return any;
  }

  Pattern ReadSequence() {
    Pattern sequence;
    while (!Peek().empty() && Peek() != "|" && Peek() != ")") {
      sequence.parts.push_back(ReadItem());
    }
    return sequence.parts.size() == 1 ? std::move(sequence.parts.front()) : sequence;
  }

  Pattern ReadItem() {
    Pattern item = Peek() == "(" ? ReadGroup() : ReadName();
    const std::string_view repeat = Peek();
    if (repeat != "?" && repeat != "*" && repeat != "+") {
      return item;
    }
    Take();
    Pattern repeated{.kind = repeat == "?"   ? Pattern::Kind::kOptional
                             : repeat == "*" ? Pattern::Kind::kStar
                                             : Pattern::Kind::kPlus};
    repeated.parts.push_back(std::move(item));
    return repeated;
  }

  Pattern ReadGroup() {
    Take();
    Pattern group = ReadChoice();
    if (Take() != ")") {
      throw std::logic_error("grammar: expected \")\"");
    }
    return group;
  }

  Pattern ReadName() {
    const std::string_view name = Take();
    Pattern pattern;
    if (const auto kind = TokenKindNamed(name)) {
      pattern.kind = Pattern::Kind::kToken;
      pattern.tokens.set(Index(*kind));
      return pattern;
    }
    for (const GrammarRule& rule : Grammar()) {
      if (rule.name == name) {
        pattern.kind = Pattern::Kind::kRule;
        pattern.rule = rule.rule;
        return pattern;
      }
    }
    throw std::logic_error("grammar: unknown name \"" + std::string(name) + "\"");
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

bool BeginsWith(const Pattern& pattern, Rule rule) {
  return pattern.kind == Pattern::Kind::kSequence && !pattern.parts.empty() &&
         pattern.parts.front().kind == Pattern::Kind::kRule && pattern.parts.front().rule == rule;
}

}  // namespace

class NetworkBuilder {
 public:
  Network Build() {
    std::vector<Pattern> patterns;
    for (const GrammarRule& rule : Grammar()) {
      rule_ = rule.rule;
      patterns.push_back(PatternReader(rule.body).Read());
      network_.first_.push_back(NewState());
      stop_.push_back(NewState());
      network_.states_.back().is_stop = true;
      is_operator_rule_.push_back(patterns.back().kind == Pattern::Kind::kChoice &&
                                  BeginsWith(patterns.back().parts.front(), rule.rule));
    }
    for (const GrammarRule& rule : Grammar()) {
      rule_ = rule.rule;
      const auto i = static_cast<std::size_t>(rule_);
      const int end = is_operator_rule_[i] ? AddOperatorRule(patterns[i], network_.first_[i])
                                           : Add(patterns[i], network_.first_[i]);
      AddFree(end, stop_[i]);
    }
    AddReturns();
    return std::move(network_);
  }

 private:
  State& At(int state) { return network_.states_[static_cast<std::size_t>(state)]; }

  int NewState() {
    network_.states_.push_back({.rule = rule_});
    return static_cast<int>(network_.states_.size()) - 1;
  }

  void AddFree(int from, int to) { At(from).edges.push_back({.target = to}); }

  int AddCall(Rule rule, int from, int precedence) {
    const int follow = NewState();
    At(from).edges.push_back({.kind = Edge::Kind::kCall,
                              .target = network_.first_[static_cast<std::size_t>(rule)],
                              .follow = follow,
                              .precedence = precedence});
    return follow;
  }

  // Adds states and edges for the pattern behind `from`, which has no edge yet; returns the state
  // behind the pattern.
  int Add(const Pattern& pattern, int from) {
    switch (pattern.kind) {
      case Pattern::Kind::kToken: {
        const int to = NewState();
        At(from).edges.push_back(
            {.kind = Edge::Kind::kToken, .target = to, .tokens = pattern.tokens});
        return to;
      }
      case Pattern::Kind::kRule:
        return AddCall(pattern.rule, from, 0);
      case Pattern::Kind::kSequence:
        for (const Pattern& part : pattern.parts) {
          from = Add(part, from);
        }
        return from;
      case Pattern::Kind::kChoice: {
        const int end = NewState();
        for (const Pattern& part : pattern.parts) {
          AddFree(Add(part, AddAlternative(from)), end);
        }
        return end;
      }
      case Pattern::Kind::kOptional: {
        const int end = NewState();
        AddFree(Add(pattern.parts.front(), AddAlternative(from)), end);
        AddFree(AddAlternative(from), end);
        return end;
      }
      case Pattern::Kind::kStar:
        return AddLoop(pattern.parts.front(), from);
      case Pattern::Kind::kPlus:
        return AddRepeat(pattern.parts.front(), from);
    }
    throw std::logic_error("grammar: unknown pattern");
  }

  int AddAlternative(int decision) {
    const int state = NewState();
    AddFree(decision, state);
    return state;
  }

  // The decision stands before the body.
  int AddLoop(const Pattern& body, int from) {
    const int entry = AddAlternative(from);
    AddFree(Add(body, AddAlternative(entry)), entry);
    return AddAlternative(entry);
  }

  // The decision stands behind the body.
  int AddRepeat(const Pattern& body, int from) {
    const int begin = AddAlternative(from);
    const int decision = Add(body, begin);
    AddFree(decision, begin);
    return AddAlternative(decision);
  }

  // All operator rules have one kind of operator, then their operand: alternatives 1 and 2, so
  // guards are 2 and right operands are called with 3.
  int AddOperatorRule(const Pattern& pattern, int from) {
    const Pattern& operation = pattern.parts.front();
    const int entry = AddAlternative(Add(pattern.parts.back(), from));
    At(entry).is_operator_loop = true;
    const int guard = AddAlternative(entry);
    int state = NewState();
    At(guard).edges.push_back({.kind = Edge::Kind::kGuard, .target = state, .precedence = 2});
    for (std::size_t i = 1; i < operation.parts.size(); ++i) {
      const Pattern& part = operation.parts[i];
      if (part.kind == Pattern::Kind::kRule && part.rule == rule_) {
        state = AddCall(rule_, state, 3);
        At(state).ends_operator = i + 1 == operation.parts.size();
      } else {
        state = Add(part, state);
      }
    }
    AddFree(state, entry);
    return AddAlternative(entry);
  }

  // Where the caller is not known, a rule's end leads to wherever the rule is called.
  void AddReturns() {
    for (std::size_t i = 0; i < network_.states_.size(); ++i) {
      for (std::size_t j = 0; j < network_.states_[i].edges.size(); ++j) {
        const Edge edge = network_.states_[i].edges[j];
        if (edge.kind == Edge::Kind::kCall) {
          const auto rule = static_cast<std::size_t>(At(edge.target).rule);
          At(stop_[rule])
              .edges.push_back(
                  {.target = edge.follow,
                   .leaves_whole_operand = is_operator_rule_[rule] && edge.precedence == 0});
        }
      }
    }
  }

  Network network_;
  Rule rule_ = Rule::kStart;
  std::vector<int> stop_;  // by rule
  std::vector<bool> is_operator_rule_;
};

const Network& Network::Instance() {
  static const Network network = NetworkBuilder().Build();
  return network;
}

}  // namespace meval::latex
