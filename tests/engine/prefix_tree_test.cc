#include "engine/prefix_tree.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/token_path.h"

namespace meval {
namespace {

using Tokens = std::vector<TokenId>;
using Sequences = std::vector<Tokens>;
using Costs = std::vector<std::int64_t>;

std::vector<TokenPath> PathsOf(const std::vector<Tokens>& sequences) {
  std::vector<TokenPath> paths;
  for (const Tokens& tokens : sequences) paths.emplace_back(tokens);
  return paths;
}

// A tree with the tokens it borrows.
class Tree : public PrefixTree {
 public:
  explicit Tree(std::vector<Tokens> sequences, const Costs& extra_cost = {}, bool share = true)
      : PrefixTree(PathsOf(sequences), extra_cost, share), sequences_(std::move(sequences)) {}

 private:
  std::vector<Tokens> sequences_;  // moving the list leaves the tokens where they are
};

// Tokens of a node.
Tokens NodeTokens(const PrefixTree& tree, NodeId id) {
  Tokens tokens;
  for (std::int64_t p = tree.node(id).begin; p < tree.node(id).end; ++p) {
    tokens.push_back(tree.path(id)[p]);
  }
  return tokens;
}

// All tokens from the root to a node's end, node by node.
Tokens TokensToEnd(const PrefixTree& tree, NodeId id) {
  Tokens tokens;
  for (; id != kNoNode; id = tree.node(id).parent) {
    const Tokens own = NodeTokens(tree, id);
    tokens.insert(tokens.begin(), own.begin(), own.end());
  }
  return tokens;
}

TEST(TokenPath, ReadsTwoPiecesAsOne) {
  const Tokens head = {1, 2};
  const Tokens tail = {3};
  const TokenPath path(head, tail);
  ASSERT_EQ(path.size(), 3);
  EXPECT_EQ(path[0], 1);
  EXPECT_EQ(path[1], 2);
  EXPECT_EQ(path[2], 3);
  EXPECT_EQ(path.From(1).size(), 1U);
  EXPECT_EQ(path.From(2)[0], 3);
  EXPECT_TRUE(path.From(3).empty());
  EXPECT_EQ(TokenPath().size(), 0);
}

TEST(CommonPrefix, EndsAtTheFirstTokenThatDiffers) {
  for (std::size_t size : {1, 31, 32, 33, 64, 100}) {
    const std::vector<TokenId> a(size, 7);
    EXPECT_EQ(CommonPrefix(std::span(a), std::span(a)), static_cast<std::int64_t>(size));
    for (std::size_t i = 0; i < size; ++i) {
      std::vector<TokenId> b = a;
      b[i] = 8;
      EXPECT_EQ(CommonPrefix(std::span(a), std::span<const TokenId>(b)),
                static_cast<std::int64_t>(i));
    }
  }
}

TEST(CommonPrefix, DoesNotDependOnWhereThePiecesMeet) {
  const Tokens a = {1, 2, 3, 4, 5};
  const Tokens b = {1, 2, 3, 9};
  for (std::size_t cut_a = 0; cut_a <= a.size(); ++cut_a) {
    for (std::size_t cut_b = 0; cut_b <= b.size(); ++cut_b) {
      const TokenPath left{std::span(a).first(cut_a), std::span(a).subspan(cut_a)};
      const TokenPath right{std::span(b).first(cut_b), std::span(b).subspan(cut_b)};
      EXPECT_EQ(CommonPrefix(left, right), 3);
      EXPECT_EQ(CommonPrefix(left, TokenPath(a)), 5);
      EXPECT_EQ(CommonPrefix(left, TokenPath(std::span(a).first(2))), 2);
    }
  }
}

TEST(PrefixTree, MakesNodesOfWhatIsShared) {
  // The example of the header: <s> is 1, A to D are 10 to 13, Q is 20, X is 30.
  const Tree tree({{1, 10, 11, 12, 13}, {1, 20}, {1, 10, 11}, {1, 10, 11, 30}});
  ASSERT_EQ(tree.num_nodes(), 5);
  EXPECT_EQ(NodeTokens(tree, 0), Tokens{1});
  EXPECT_EQ(NodeTokens(tree, 1), (Tokens{10, 11}));
  EXPECT_EQ(NodeTokens(tree, 2), (Tokens{12, 13}));
  EXPECT_EQ(NodeTokens(tree, 3), Tokens{30});
  EXPECT_EQ(NodeTokens(tree, 4), Tokens{20});
  EXPECT_EQ(tree.node(0).parent, kNoNode);
  EXPECT_EQ(tree.node(1).parent, 0);
  EXPECT_EQ(tree.node(2).parent, 1);
  EXPECT_EQ(tree.node(3).parent, 1);
  EXPECT_EQ(tree.node(4).parent, 0);
  EXPECT_EQ(tree.node(1).next_sibling, 4);
  EXPECT_EQ(tree.node(2).next_sibling, 3);
  EXPECT_EQ(tree.node(4).next_sibling, kNoNode);
  EXPECT_EQ(tree.leaf(0), 2);
  EXPECT_EQ(tree.leaf(1), 4);
  EXPECT_EQ(tree.leaf(2), 1);
  EXPECT_EQ(tree.leaf(3), 3);
  EXPECT_EQ(tree.node(1).sequence, 0U);
  EXPECT_EQ(tree.num_tokens(), 7);
  EXPECT_EQ(tree.longest(), 5);
}

TEST(PrefixTree, EndsEqualSequencesAtOneNode) {
  const Tree tree({{1, 2, 3}, {1, 2}, {1, 2, 3}, {1}});
  EXPECT_EQ(tree.num_nodes(), 3);
  EXPECT_EQ(tree.leaf(0), tree.leaf(2));
  EXPECT_EQ(tree.num_tokens(), 3);
}

TEST(PrefixTree, HasTreesSideBySideWhereNothingIsShared) {
  const Tree tree({{5, 6}, {7}, {8, 9, 9}});
  ASSERT_EQ(tree.num_nodes(), 3);
  EXPECT_EQ(NodeTokens(tree, 0), (Tokens{8, 9, 9})) << "the costliest first";
  EXPECT_EQ(NodeTokens(tree, 1), (Tokens{5, 6}));
  EXPECT_EQ(tree.node(0).next_sibling, 1);
  EXPECT_EQ(tree.node(2).parent, kNoNode);
}

TEST(PrefixTree, TakesEqualCostsInLexicographicOrder) {
  const Tree tree({{1, 9}, {1, 5}, {1, 7}});
  ASSERT_EQ(tree.num_nodes(), 4);
  EXPECT_EQ(NodeTokens(tree, 1), Tokens{5});
  EXPECT_EQ(NodeTokens(tree, 2), Tokens{7});
  EXPECT_EQ(NodeTokens(tree, 3), Tokens{9});
}

TEST(PrefixTree, CountsWhatComesAfterAPathAsCost) {
  const std::vector<Tokens> sequences = {{1, 5, 5}, {1, 6}, {1, 6}};
  EXPECT_EQ(NodeTokens(Tree(sequences), 1), (Tokens{5, 5}));
  EXPECT_EQ(NodeTokens(Tree(sequences, {0, 1, 0}), 1), (Tokens{5, 5})) << "2 tokens against 2";
  EXPECT_EQ(NodeTokens(Tree(sequences, {0, 1, 1}), 1), Tokens{6}) << "2 tokens against 3";
}

TEST(PrefixTree, KeepsEverySequenceApartWhenNothingIsToBeShared) {
  const Tree tree({{1, 9}, {1, 5, 6}, {1, 9}}, {}, false);
  ASSERT_EQ(tree.num_nodes(), 3);
  for (NodeId id = 0; id < 3; ++id) {
    EXPECT_EQ(tree.leaf(static_cast<std::size_t>(id)), id);
    EXPECT_EQ(tree.node(id).sequence, static_cast<std::size_t>(id));
    EXPECT_EQ(tree.node(id).parent, kNoNode);
    EXPECT_EQ(tree.node(id).begin, 0);
    EXPECT_EQ(tree.node(id).next_sibling, id == 2 ? kNoNode : id + 1);
  }
  EXPECT_EQ(tree.num_tokens(), 7);
  EXPECT_EQ(tree.longest(), 3);
}

TEST(PrefixTree, IsEmptyForNoSequences) {
  EXPECT_EQ(Tree(Sequences()).num_nodes(), 0);
  EXPECT_EQ(Tree(Sequences(), {}, false).num_nodes(), 0);
  EXPECT_EQ(Tree(Sequences()).num_tokens(), 0);
  EXPECT_EQ(PrefixTree().longest(), 0);
}

TEST(PrefixTree, RefusesAnEmptySequenceAndCostsThatDoNotMatch) {
  EXPECT_THROW(Tree(Sequences{{1}, {}}), std::invalid_argument);
  EXPECT_THROW(Tree(Sequences{{1}, {}}, {}, false), std::invalid_argument);
  EXPECT_THROW(Tree(Sequences{{1}, {2}}, {1}), std::invalid_argument);
}

TEST(PrefixTree, StandsAStaircaseOfNestedSequences) {
  // As deep as there are sequences: nothing may be done by recursion.
  const Tokens all(3000, 7);
  std::vector<TokenPath> paths;
  for (std::size_t n = 1; n <= all.size(); ++n) paths.emplace_back(std::span(all).first(n));
  const PrefixTree tree(paths, {}, true);
  EXPECT_EQ(tree.num_nodes(), 3000);
  EXPECT_EQ(tree.num_tokens(), 3000);
  EXPECT_EQ(tree.leaf(2999), 2999);
}

std::vector<Tokens> RandomSequences(std::mt19937_64& random) {
  std::vector<Tokens> sequences(1 + random() % 12);
  for (Tokens& tokens : sequences) {
    tokens.resize(1 + random() % 6);
    for (TokenId& token : tokens) token = static_cast<TokenId>(random() % 3);
  }
  return sequences;
}

// Extra cost and tokens of every node's subtree, by brute force.
std::vector<std::int64_t> SubtreeCosts(const PrefixTree& tree, const Costs& extra_cost) {
  std::vector<std::int64_t> costs(static_cast<std::size_t>(tree.num_nodes()), 0);
  for (NodeId id = 0; id < tree.num_nodes(); ++id) {
    for (NodeId up = id; up != kNoNode; up = tree.node(up).parent) {
      costs[static_cast<std::size_t>(up)] += tree.node(id).size();
    }
  }
  for (std::size_t path = 0; path < extra_cost.size(); ++path) {
    for (NodeId up = tree.leaf(path); up != kNoNode; up = tree.node(up).parent) {
      costs[static_cast<std::size_t>(up)] += extra_cost[path];
    }
  }
  return costs;
}

// A walk is depth first if the nodes of each subtree stand together behind its root.
void ExpectDepthFirst(const PrefixTree& tree) {
  for (NodeId id = 1; id < tree.num_nodes(); ++id) {
    NodeId up = id - 1;
    while (up != kNoNode && up != tree.node(id).parent) up = tree.node(up).parent;
    EXPECT_EQ(up, tree.node(id).parent) << "node " << id << " is away from its parent's subtree";
  }
}

TEST(PrefixTree, HoldsEveryDistinctPrefixOnce) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const std::vector<Tokens> sequences = RandomSequences(random);
    Costs extra_cost(sequences.size());
    for (std::int64_t& cost : extra_cost) cost = static_cast<std::int64_t>(random() % 5);
    const Tree tree(sequences, extra_cost);
    std::set<Tokens> prefixes;
    std::map<Tokens, std::size_t> first;  // sequence of smallest index that begins so
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      for (Tokens prefix = sequences[i]; !prefix.empty(); prefix.pop_back()) {
        prefixes.insert(prefix);
        first.try_emplace(prefix, i);
      }
      EXPECT_EQ(TokensToEnd(tree, tree.leaf(i)), sequences[i]);
    }
    EXPECT_EQ(tree.num_tokens(), static_cast<std::int64_t>(prefixes.size()));
    std::set<Tokens> ends;
    const std::vector<std::int64_t> costs = SubtreeCosts(tree, extra_cost);
    for (NodeId id = 0; id < tree.num_nodes(); ++id) {
      const PrefixNode& node = tree.node(id);
      EXPECT_LT(node.parent, id);
      EXPECT_EQ(node.begin, node.parent == kNoNode ? 0 : tree.node(node.parent).end);
      EXPECT_GT(node.size(), 0);
      EXPECT_TRUE(ends.insert(TokensToEnd(tree, id)).second) << "two nodes hold one prefix";
      EXPECT_EQ(node.sequence, first.at(TokensToEnd(tree, id)));
      if (node.next_sibling == kNoNode) continue;
      const PrefixNode& sibling = tree.node(node.next_sibling);
      EXPECT_EQ(sibling.parent, node.parent);
      EXPECT_NE(NodeTokens(tree, node.next_sibling)[0], NodeTokens(tree, id)[0]);
      EXPECT_GE(costs[static_cast<std::size_t>(id)],
                costs[static_cast<std::size_t>(node.next_sibling)]);
    }
    ExpectDepthFirst(tree);
  }
}

TEST(PrefixTree, DoesNotDependOnTheOrderOfSequences) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 100; ++round) {
    std::vector<Tokens> sequences = RandomSequences(random);
    const Tree tree(sequences);
    std::vector<Tokens> shuffled = sequences;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    const Tree other(shuffled);
    ASSERT_EQ(other.num_nodes(), tree.num_nodes()) << "round " << round;
    for (NodeId id = 0; id < tree.num_nodes(); ++id) {
      EXPECT_EQ(TokensToEnd(other, id), TokensToEnd(tree, id)) << "round " << round;
      EXPECT_EQ(other.node(id).parent, tree.node(id).parent) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace meval
