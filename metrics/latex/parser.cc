#include "metrics/latex/parser.h"

namespace meval::latex {

class ParseTree::Reader {
 public:
  Reader(std::string_view text, Budget& budget, std::vector<ParseNode>& nodes)
      : network_(Network::Instance()), lexer_(text), predictor_(lexer_, budget), nodes_(nodes) {}

  // Returns the index of the node.
  std::size_t Read(Rule rule, int precedence) {
    if (callers_.size() > kMaxCalls) {
      throw Unreadable{};
    }
    ParseNode node{.rule = rule, .first_token = position_};
    int state = network_.FirstState(rule);
    while (!network_.At(state).is_stop) {
      const State& at = network_.At(state);
      std::size_t alternative = 0;
      if (at.is_decision()) {
        alternative =
            static_cast<std::size_t>(predictor_.Predict(state, position_, callers_, precedence)) -
            1;
        if (at.is_operator_loop && alternative == 0) {
          node = Wrap(std::move(node));
        }
      }
      state = Take(at.edges[alternative], precedence, node);
    }
    node.end_token = position_;
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }

  // All tokens of the tree.
  std::vector<Token> Tokens() {
    std::vector<Token> tokens;
    for (std::size_t i = 0; i < position_; ++i) {
      tokens.push_back(lexer_.At(i));
    }
    return tokens;
  }

 private:
  // What has been read of an operator rule becomes its left operand.
  ParseNode Wrap(ParseNode left) {
    left.end_token = position_;
    ParseNode node{.rule = left.rule, .first_token = left.first_token};
    nodes_.push_back(std::move(left));
    node.children.push_back({.index = nodes_.size() - 1});
    return node;
  }

  // Returns the state that the edge leads to.
  int Take(const Edge& edge, int precedence, ParseNode& node) {
    switch (edge.kind) {
      case Edge::Kind::kFree:
        return edge.target;
      case Edge::Kind::kGuard:
        if (edge.precedence < precedence) {
          throw Unreadable{};
        }
        return edge.target;
      case Edge::Kind::kToken:
        if (!edge.tokens.test(static_cast<std::size_t>(lexer_.At(position_).kind))) {
          throw Unreadable{};
        }
        node.children.push_back({.is_token = true, .index = position_});
        lexer_.At(++position_);
        return edge.target;
      case Edge::Kind::kCall:
        callers_.push_back(edge.follow);
        node.children.push_back({.index = Read(network_.At(edge.target).rule, edge.precedence)});
        callers_.pop_back();
        return edge.follow;
    }
    throw Unreadable{};
  }

  const Network& network_;
  Lexer lexer_;
  Predictor predictor_;
  std::vector<ParseNode>& nodes_;
  std::size_t position_ = 0;
  std::vector<int> callers_;
};

ParseTree::ParseTree(std::string_view text, Budget& budget) : text_(text) {
  Reader reader(text, budget, nodes_);
  reader.Read(Rule::kStart, 0);
  tokens_ = reader.Tokens();
}

std::string_view ParseTree::TextOf(std::size_t token) const {
  return text_.substr(tokens_[token].begin, tokens_[token].end - tokens_[token].begin);
}

std::string_view ParseTree::TextOf(const ParseNode& node) const {
  if (node.end_token == node.first_token) {
    return {};
  }
  const std::size_t begin = tokens_[node.first_token].begin;
  return text_.substr(begin, tokens_[node.end_token - 1].end - begin);
}

const ParseNode* ParseTree::Child(const ParseNode& node, Rule rule, std::size_t nth) const {
  for (const ParseNode::Child& child : node.children) {
    if (!child.is_token && nodes_[child.index].rule == rule && nth-- == 0) {
      return &nodes_[child.index];
    }
  }
  return nullptr;
}

std::optional<std::size_t> ParseTree::ChildToken(const ParseNode& node, TokenKind kind,
                                                 std::size_t nth) const {
  for (const ParseNode::Child& child : node.children) {
    if (child.is_token && tokens_[child.index].kind == kind && nth-- == 0) {
      return child.index;
    }
  }
  return std::nullopt;
}

}  // namespace meval::latex
