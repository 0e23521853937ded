#ifndef MEVAL_EVALS_ARENA_REPORT_H_
#define MEVAL_EVALS_ARENA_REPORT_H_

// What `mistral-eval arena` says, in four forms.

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evals/flags.h"
#include "metrics/aggregate.h"
#include "metrics/battles.h"

namespace meval {

struct ArenaModel {
  std::string name;
  std::optional<double> bradley_terry;             // points; nothing where there is no finite one
  std::optional<Interval> bradley_terry_interval;  //
  std::string standing;  // why it has none: unbeaten, winless, between, unconnected; else ""
  double elo = 0;        // points
  std::optional<Interval> elo_interval;
  PairRecord record;  // against all others
};

struct ArenaReport {
  ArenaOptions options;
  std::int64_t num_battles = 0;
  std::int64_t num_unidentifiable = 0;  // resamples without a Bradley-Terry maximum
  // By Bradley-Terry rating, highest first; then those without one, by Elo.
  std::vector<ArenaModel> models;
  // pairs[i][j]: models[i] against models[j].
  std::vector<std::vector<PairRecord>> pairs;
};

// Computes everything. The log has at least one battle, the anchor is in it.
ArenaReport BuildArenaReport(const BattleLog& log, const ArenaOptions& options);

void WriteArenaConsole(const ArenaReport& report, std::ostream& out);
void WriteArenaMarkdown(const ArenaReport& report, std::ostream& out);
// One row a model, its `opponent` empty; then one for each two models that met, either way round.
void WriteArenaCsv(const ArenaReport& report, std::ostream& out);
void WriteArenaJson(const ArenaReport& report, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_EVALS_ARENA_REPORT_H_
