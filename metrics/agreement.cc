#include "metrics/agreement.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

namespace meval {
namespace {

// Coincidences of ratings, and how often each occurs among units of two ratings or more.
struct Coincidences {
  std::map<std::pair<std::int64_t, std::int64_t>, double> pairs;  // c < k
  std::map<std::int64_t, double> totals;                          // n(c)
  double total = 0;                                               // n
};

Coincidences Count(std::span<const std::vector<std::int64_t>> units) {
  Coincidences counted;
  for (const std::vector<std::int64_t>& ratings : units) {
    if (ratings.size() < 2) continue;
    const double weight = 1 / static_cast<double>(ratings.size() - 1);
    for (std::size_t i = 0; i < ratings.size(); ++i) {
      counted.totals[ratings[i]] += 1;
      counted.total += 1;
      for (std::size_t j = i + 1; j < ratings.size(); ++j) {
        if (ratings[i] != ratings[j]) counted.pairs[std::minmax(ratings[i], ratings[j])] += weight;
      }
    }
  }
  return counted;
}

double SquaredDistance(const Coincidences& counted, std::int64_t c, std::int64_t k,
                       AgreementScale scale) {
  if (scale == AgreementScale::kNominal) return 1;
  double distance = static_cast<double>(k - c);
  if (scale == AgreementScale::kOrdinal) {
    distance = -(counted.totals.at(c) + counted.totals.at(k)) / 2;
    for (auto at = counted.totals.find(c); at != counted.totals.end() && at->first <= k; ++at) {
      distance += at->second;
    }
  }
  return distance * distance;
}

}  // namespace

double KrippendorffAlpha(std::span<const std::vector<std::int64_t>> units, AgreementScale scale) {
  const Coincidences counted = Count(units);
  double observed = 0;
  double expected = 0;
  for (auto c = counted.totals.begin(); c != counted.totals.end(); ++c) {
    for (auto k = std::next(c); k != counted.totals.end(); ++k) {
      const double distance = SquaredDistance(counted, c->first, k->first, scale);
      expected += c->second * k->second * distance;
      const auto pair = counted.pairs.find({c->first, k->first});
      if (pair != counted.pairs.end()) observed += pair->second * distance;
    }
  }
  if (expected == 0) return std::numeric_limits<double>::quiet_NaN();
  return 1 - (counted.total - 1) * observed / expected;
}

}  // namespace meval
