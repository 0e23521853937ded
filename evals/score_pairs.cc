#include "evals/score_pairs.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "evals/jsonl_lines.h"
#include "metrics/bootstrap.h"
#include "metrics/metric_error.h"
#include "metrics/paired_tests.h"
#include "tasks/error.h"
#include "tasks/nearest_name.h"

namespace meval {
namespace {

// The texts of `plural`, a list, or of `singular`, a text or a list; exactly one of them is there.
std::vector<std::string> GetTexts(const JsonLine& line, const std::string& singular,
                                  const std::string& plural) {
  const bool has_plural = line.fields.contains(plural);
  if (has_plural && line.fields.contains(singular)) {
    ThrowField(line, plural, "only one of \"" + singular + "\" and \"" + plural + "\"", "both");
  }
  if (!has_plural) {
    return {GetText(line, singular)};
  }
  const auto& list = line.fields.at(plural);
  if (!list.is_array()) ThrowField(line, plural, "a list of texts", list.type_name());
  std::vector<std::string> texts;
  for (const auto& text : list) {
    if (!text.is_string()) ThrowField(line, plural, "a list of texts", list.dump());
    texts.push_back(text.get<std::string>());
  }
  if (texts.empty()) ThrowField(line, plural, "at least one text", "an empty list");
  return texts;
}

std::optional<std::string> GetId(const JsonLine& line) {
  const auto found = line.fields.find("id");
  if (found == line.fields.end()) return std::nullopt;
  return found->is_string() ? found->get<std::string>() : found->dump();
}

// Both systems answer the same documents: by id where there are ids, else line by line. `other` is
// put into the order of `first`.
void Align(const SystemPairs& first, SystemPairs& other) {
  if (other.pairs.size() != first.pairs.size()) {
    throw DataError(fmt::format("{}: expected as many pairs as in {}, {}, found {}", other.name,
                                first.name, first.pairs.size(), other.pairs.size()));
  }
  if (!first.ids.empty() && !other.ids.empty()) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < other.ids.size(); ++i) places[other.ids[i]] = i;
    std::vector<PredictionPair> sorted;
    for (std::size_t i = 0; i < first.ids.size(); ++i) {
      const auto found = places.find(first.ids[i]);
      if (found == places.end()) {
        throw DataError(fmt::format("{}: expected a pair with the id \"{}\" of {}, found none",
                                    other.name, first.ids[i], first.pairs[i].where));
      }
      sorted.push_back(other.pairs[found->second]);
    }
    other.pairs = std::move(sorted);
    other.ids = first.ids;
  }
  for (std::size_t i = 0; i < first.pairs.size(); ++i) {
    if (first.pairs[i].references != other.pairs[i].references) {
      throw DataError(
          fmt::format("{}: expected the references of {}, found others: systems are "
                      "compared on the same documents",
                      other.pairs[i].where, first.pairs[i].where));
    }
  }
}

// The middle `level` of resampled scores, between order statistics.
Interval Middle(std::vector<double> scores, double level) {
  std::sort(scores.begin(), scores.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(scores.size() - 1);
    const auto below = static_cast<std::size_t>(std::floor(place));
    const std::size_t above = std::min(below + 1, scores.size() - 1);
    const double weight = place - static_cast<double>(below);
    return scores[below] * (1 - weight) + scores[above] * weight;
  };
  return {.low = at((1 - level) / 2), .high = at((1 + level) / 2)};
}

std::vector<PairMetric> ScoreNamed(const ScoreOptions& options, const std::string& name,
                                   const SystemPairs& system, int num_threads) {
  const auto parameters = options.parameters.find(name);
  try {
    return ScorePairs(
        name, parameters == options.parameters.end() ? MetricParameters{} : parameters->second,
        system.pairs, num_threads);
  } catch (const MetricError& error) {
    throw DataError(error.what());
  }
}

void AddTests(const ScoreOptions& options, MetricOfSystems& metric) {
  const PairMetric& baseline = metric.systems.front().metric;
  for (std::size_t i = 1; i < metric.systems.size(); ++i) {
    SystemScore& system = metric.systems[i];
    const auto seed = static_cast<std::uint64_t>(options.seed);
    if (options.paired_bs) {
      system.bs_p = PairedBootstrap(baseline.rows, system.metric.rows, baseline.score_of_sums,
                                    {.num_trials = options.paired_bs_n, .seed = seed})
                        .p_value;
    }
    if (options.paired_ar) {
      system.ar_p = PairedRandomization(baseline.rows, system.metric.rows, baseline.score_of_sums,
                                        {.num_trials = options.paired_ar_n, .seed = seed})
                        .p_value;
    }
  }
}

}  // namespace

SystemPairs ReadPairs(std::istream& in, const std::string& name) {
  SystemPairs system;
  system.name = name;
  std::set<std::string> seen;
  for (const JsonLine& line : ReadJsonLines(in, name)) {
    if (const auto id = GetId(line)) {
      if (!seen.insert(*id).second) ThrowField(line, "id", "an id of its own", *id + " again");
      system.ids.push_back(*id);
    }
    system.pairs.push_back({.where = line.where,
                            .predictions = GetTexts(line, "prediction", "predictions"),
                            .references = GetTexts(line, "reference", "references")});
    if (!system.ids.empty() && system.ids.size() != system.pairs.size()) {
      throw DataError(line.where + ": expected ids in all lines or in none");
    }
  }
  if (system.pairs.empty()) {
    throw DataError(name +
                    ": no pairs: expected lines like {\"prediction\": \"…\", \"references\": "
                    "[\"…\"]}");
  }
  return system;
}

std::vector<MetricOfSystems> ScoreSystems(const ScoreOptions& options,
                                          const std::vector<SystemPairs>& inputs, int num_threads) {
  std::vector<SystemPairs> systems = inputs;
  for (std::size_t i = 1; i < systems.size(); ++i) Align(systems.front(), systems[i]);
  std::vector<MetricOfSystems> all;
  for (const std::string& name : options.metrics) {
    const std::size_t begin = all.size();
    for (const SystemPairs& system : systems) {
      std::size_t at = begin;
      for (PairMetric& metric : ScoreNamed(options, name, system, num_threads)) {
        if (at == all.size()) all.push_back({metric.name, metric.signature, {}});
        const Resampling resampling = {.num_resamples = options.resamples,
                                       .seed = static_cast<std::uint64_t>(options.seed),
                                       .num_threads = num_threads};
        const Interval interval =
            Middle(ResampleScores(metric.rows, metric.score_of_sums, resampling), options.level);
        all[at++].systems.push_back({std::move(metric), interval, {}, {}});
      }
    }
    for (std::size_t at = begin; at < all.size(); ++at) AddTests(options, all[at]);
  }
  return all;
}

}  // namespace meval
