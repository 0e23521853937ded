#ifndef MEVAL_METRICS_BATTLES_H_
#define MEVAL_METRICS_BATTLES_H_

// Comparisons of two models each ("battles"), as chatbot arenas log them: which two, and which one
// a judge preferred. Elo (metrics/elo.h) and Bradley-Terry (metrics/bradley_terry.h) rate models
// from a log of them.
//
//   BattleLog log;
//   log.Add("mistral-7b", "llama-2-7b", ParseBattleOutcome("model_a"));

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

enum class BattleOutcome {
  kModelA,  // "model_a"
  kModelB,  // "model_b"
  kTie,     // "tie", "tie (bothbad)"
};

// MetricError that lists the four words for any other. (The reference counts those as ties.)
BattleOutcome ParseBattleOutcome(std::string_view winner);

struct Battle {
  std::size_t model_a = 0;  // index into BattleLog::models()
  std::size_t model_b = 0;  //
  BattleOutcome outcome = BattleOutcome::kTie;
};

// Battles in the order they took place, and the models in the order they are first named.
class BattleLog {
 public:
  // MetricError for equal names, an empty one, or one that is not valid UTF-8.
  void Add(std::string_view model_a, std::string_view model_b, BattleOutcome outcome);

  const std::vector<std::string>& models() const { return models_; }
  const std::vector<Battle>& battles() const { return battles_; }
  // The index of a model; nothing if it is in no battle.
  std::optional<std::size_t> Find(std::string_view model) const;

 private:
  std::size_t IndexOf(std::string_view model);

  std::vector<std::string> models_;
  std::map<std::string, std::size_t, std::less<>> indices_;
  std::vector<Battle> battles_;
};

// One model's battles against another one.
struct PairRecord {
  std::int64_t wins = 0;    //
  std::int64_t losses = 0;  //
  std::int64_t ties = 0;    //

  std::int64_t battles() const { return wins + losses + ties; }
  // (wins + ties / 2) / battles, 0 .. 1; nothing for models that never met.
  std::optional<double> WinRate() const;

  bool operator==(const PairRecord&) const = default;
};

// matrix[i][j]: what model i did against model j; [j][i] mirrors it. The diagonal is empty.
std::vector<std::vector<PairRecord>> CountPairs(const BattleLog& log);

// MetricError for a log without battles.
void RequireBattles(std::string_view metric, const BattleLog& log);

// What ratings of both kinds are told in.
struct RatingScale {
  double scale = 400;         // points; > 0. A lead of `scale` is odds of base : 1
  double base = 10;           // > 1
  double init_rating = 1000;  // points; where ratings start (Elo), their mean (Bradley-Terry)
};

// MetricError for numbers out of range.
void RequireScale(std::string_view metric, const RatingScale& scale);

}  // namespace meval

#endif  // MEVAL_METRICS_BATTLES_H_
