// How often the gate errs, and how often it finds what it says it can find: 10,000 simulated pairs
// of runs in each row. Prints the tables of docs/statistics.md.
//
//   build/dev/bench/gate_simulation [PAIRS [binary | graded | sequential]]

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "evals/compare_pair.h"
#include "metrics/aggregate.h"
#include "metrics/equivalence.h"
#include "metrics/group_sequential.h"
#include "metrics/mcnemar.h"
#include "metrics/numpy_random.h"
#include "metrics/paired_power.h"
#include "metrics/paired_tests.h"
#include "metrics/sign_flip.h"

namespace meval {
namespace {

constexpr double kAlpha = 0.05;
constexpr double kMargin = 0.01;

// A set and what two runs on it are like: a share of records is answered rightly by one run only.
struct Cell {
  std::int64_t n = 0;
  double discordance = 0;
  double difference = 0;  // of the true shares right
};

// Records of one part of a set, drawn one by one.
void AddRecords(NumpyRandom& random, const Cell& cell, std::int64_t count, PairedCounts& counts) {
  const double only_system = (cell.discordance + cell.difference) / 2;
  for (std::int64_t i = 0; i < count; ++i) {
    const double u = random.Random();
    if (u < only_system) {
      ++counts.only_system;
    } else if (u < cell.discordance) {
      ++counts.only_baseline;
    } else {
      ++counts.both_right;
    }
  }
}

// The gate's verdict on right and wrong answers, as evals/compare_pair.cc reaches it.
Verdict VerdictOf(const PairedCounts& counts) {
  PairComparison pair;
  pair.difference = counts.Difference();
  pair.adjusted_p = ExactMcNemar(counts);
  pair.margin = kMargin;
  pair.num_scores_changed = counts.discordant();
  const Interval inner = PairedDifferenceInterval(counts, EquivalenceLevel(kAlpha));
  pair.inner_low = inner.low;
  pair.inner_high = inner.high;
  return Judge(pair, true, kAlpha);
}

std::string Percent(std::int64_t count, std::int64_t of) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f",
                100.0 * static_cast<double>(count) / static_cast<double>(of));
  return text;
}

void SimulateBinary(const Cell& cell, std::int64_t pairs, std::uint64_t seed) {
  NumpyRandom random({seed, static_cast<std::uint64_t>(cell.n)});
  std::int64_t rejected = 0;
  std::int64_t covered = 0;
  std::int64_t verdicts[5] = {};
  for (std::int64_t i = 0; i < pairs; ++i) {
    PairedCounts counts;
    AddRecords(random, cell, cell.n, counts);
    rejected += ExactMcNemar(counts) <= kAlpha ? 1 : 0;
    const Interval interval = PairedDifferenceInterval(counts);
    covered += interval.low <= cell.difference && cell.difference <= interval.high ? 1 : 0;
    ++verdicts[static_cast<std::size_t>(VerdictOf(counts))];
  }
  const auto verdict = [&](Verdict v) {
    return Percent(verdicts[static_cast<std::size_t>(v)], pairs);
  };
  std::printf("| %lld | %.0f | %+.2f | %s | %s | %s | %s | %s | %s |\n",
              static_cast<long long>(cell.n), 100 * cell.discordance, 100 * cell.difference,
              Percent(rejected, pairs).c_str(), Percent(covered, pairs).c_str(),
              verdict(Verdict::kRegressed).c_str(), verdict(Verdict::kImproved).c_str(),
              verdict(Verdict::kEquivalent).c_str(), verdict(Verdict::kInconclusive).c_str());
}

void BinaryTable(std::int64_t pairs) {
  std::printf(
      "| n | discordant %% | true difference | p <= 0.05 %% | 95 %% interval holds it %% | "
      "regressed %% | improved %% | equivalent %% | inconclusive %% |\n"
      "|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
  std::uint64_t seed = 1;
  for (const std::int64_t n : {100, 1319, 14'042}) {
    for (const double discordance : {0.02, 0.1, 0.3}) {
      SimulateBinary({n, discordance, 0}, pairs, seed++);
      const auto detectable = MinimumDetectableDifference(n, discordance, kAlpha, 0.8);
      if (!detectable) continue;
      const double discordant = std::max(discordance, *detectable);
      SimulateBinary({n, discordant, -*detectable}, pairs, seed++);
    }
  }
}

// A normal number (Box & Muller 1958).
double Normal(NumpyRandom& random) {
  return std::sqrt(-2 * std::log(1 - random.Random())) *
         std::cos(2 * std::acos(-1.0) * random.Random());
}

// Graded scores between 0 and 1, of which three in ten stay and the others are drawn anew.
std::vector<double> GradedDifferences(NumpyRandom& random, std::int64_t n, double shift) {
  std::vector<double> differences;
  for (std::int64_t i = 0; i < n; ++i) {
    const bool stays = random.Random() < 0.3;
    differences.push_back((stays ? 0 : random.Random() - random.Random()) + shift);
  }
  return differences;
}

// Of one such difference: a difference of two uniform numbers has variance 1/6.
const double kGradedDeviation = std::sqrt(0.7 / 6);

void GradedTable(std::int64_t pairs) {
  std::printf("| test | n | true difference | p <= 0.05 %% |\n|:--|--:|--:|--:|\n");
  for (const std::int64_t n : {30, 200}) {
    const double standard_error = kGradedDeviation / std::sqrt(static_cast<double>(n));
    for (const double shift : {0.0, MinimumDetectableMeanDifference(standard_error)}) {
      NumpyRandom random({77, static_cast<std::uint64_t>(n)});
      std::int64_t rejected = 0;
      for (std::int64_t i = 0; i < pairs; ++i) {
        const double p = SignFlipTest(GradedDifferences(random, n, shift),
                                      {.num_trials = 999, .seed = static_cast<std::uint64_t>(i)});
        rejected += p <= kAlpha ? 1 : 0;
      }
      std::printf("| sign-flip randomisation | %lld | %.3f | %s |\n", static_cast<long long>(n),
                  shift, Percent(rejected, pairs).c_str());
    }
  }
  for (const double shift : {0.0, 0.02}) {
    NumpyRandom random(5);
    std::int64_t rejected = 0;
    for (std::int64_t i = 0; i < pairs; ++i) {
      SegmentStatistics a(2);
      SegmentStatistics b(2);
      for (int segment = 0; segment < 60; ++segment) {
        const double tokens = 100 + std::floor(400 * random.Random());
        const double loss = 2 + 0.3 * Normal(random);
        const double change = 0.05 * Normal(random) + shift;
        a.Add(std::vector<double>{-tokens * loss, tokens});
        b.Add(std::vector<double>{-tokens * (loss + change), tokens});
      }
      const auto perplexity = [](std::span<const double> sums) {
        return std::exp(-sums[0] / sums[1]);
      };
      const double p =
          PairedRandomization(
              a, b, perplexity,
              {.num_trials = 499, .seed = static_cast<std::uint64_t>(i), .count_ties = true})
              .p_value;
      rejected += p <= kAlpha ? 1 : 0;
    }
    std::printf("| approximate randomisation of a perplexity | 60 | %.3f nats | %s |\n", shift,
                Percent(rejected, pairs).c_str());
  }
}

void SimulateSequential(const Cell& cell, std::int64_t pairs, std::uint64_t seed) {
  const std::vector<double> shares = {0.1, 0.25, 0.5, 1};
  const std::vector<double> levels = OBrienFlemingLevels(shares, kAlpha);
  NumpyRandom random({seed, 4});
  std::int64_t rejected = 0;
  double seen = 0;
  for (std::int64_t i = 0; i < pairs; ++i) {
    PairedCounts counts;
    for (std::size_t look = 0; look < shares.size(); ++look) {
      const auto until =
          static_cast<std::int64_t>(std::ceil(shares[look] * static_cast<double>(cell.n)));
      AddRecords(random, cell, until - counts.n(), counts);
      const bool is_sure = ExactMcNemar(counts) <= levels[look];
      if (is_sure) ++rejected;
      if (is_sure || look + 1 == shares.size()) {
        seen += static_cast<double>(until) / static_cast<double>(cell.n);
        break;
      }
    }
  }
  std::printf("| %lld | %.0f | %+.2f | %s | %.1f |\n", static_cast<long long>(cell.n),
              100 * cell.discordance, 100 * cell.difference, Percent(rejected, pairs).c_str(),
              100 * seen / static_cast<double>(pairs));
}

void SequentialTable(std::int64_t pairs) {
  std::printf(
      "| n | discordant %% | true difference | stopped or rejected %% | records evaluated %% "
      "|\n|--:|--:|--:|--:|--:|\n");
  std::uint64_t seed = 1;
  for (const std::int64_t n : {1319, 14'042}) {
    const double discordance = 0.1;
    const double detectable = *MinimumDetectableDifference(n, discordance, kAlpha, 0.8);
    for (const double difference : {0.0, -detectable, -2 * detectable}) {
      SimulateSequential({n, discordance, difference}, pairs, seed++);
    }
  }
}

}  // namespace
}  // namespace meval

int main(int argc, char** argv) {
  const std::int64_t pairs = argc > 1 ? std::max(1L, std::atol(argv[1])) : 10'000;
  const std::string only = argc > 2 ? argv[2] : "";
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a row can be read as soon as it is there
  std::printf("%lld pairs of runs in each row, alpha 0.05, margin 1 point\n",
              static_cast<long long>(pairs));
  const auto show = [&](const char* name, void (*table)(std::int64_t)) {
    if (!only.empty() && only != name) return;
    std::printf("\n");
    table(pairs);
  };
  show("binary", meval::BinaryTable);
  show("graded", meval::GradedTable);
  show("sequential", meval::SequentialTable);
  return 0;
}
