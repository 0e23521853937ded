#ifndef MEVAL_METRICS_TEXT_NGRAMS_H_
#define MEVAL_METRICS_TEXT_NGRAMS_H_

// Token sequences as numbers, so that n-grams are counted and compared without texts.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace meval::text {

using NgramIds = std::vector<std::uint32_t>;  // one id for each n-gram, in order of position

// Gives equal tokens equal ids, over all sequences it has seen. The texts must outlive it.
class TokenNumbering {
 public:
  template <typename Tokens>
  NgramIds Number(const Tokens& tokens) {
    NgramIds ids;
    ids.reserve(tokens.size());
    for (const auto& token : tokens) {
      const auto next = static_cast<std::uint32_t>(ids_.size());
      ids.push_back(ids_.try_emplace(std::string_view(token), next).first->second);
    }
    return ids;
  }
  std::size_t size() const { return ids_.size(); }  // distinct tokens

 private:
  std::unordered_map<std::string_view, std::uint32_t> ids_;
};

// Turns ids of n-grams into ids of (n+1)-grams, over several sequences at once: two neighbouring
// n-grams overlap in n-1 tokens, so the pair names the (n+1)-gram.
class NgramExtension {
 public:
  void Extend(NgramIds& ids) {
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const std::uint64_t pair = (std::uint64_t{ids[i]} << 32) | ids[i + 1];
      const auto next = static_cast<std::uint32_t>(ids_.size());
      ids[i] = ids_.try_emplace(pair, next).first->second;
    }
    if (!ids.empty()) {
      ids.pop_back();
    }
  }
  std::size_t size() const { return ids_.size(); }  // distinct (n+1)-grams

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> ids_;
};

// How often each id below `num_ids` occurs.
inline std::vector<std::int64_t> CountIds(const NgramIds& ids, std::size_t num_ids) {
  std::vector<std::int64_t> counts(num_ids, 0);
  for (const std::uint32_t id : ids) {
    ++counts[id];
  }
  return counts;
}

}  // namespace meval::text

#endif  // MEVAL_METRICS_TEXT_NGRAMS_H_
