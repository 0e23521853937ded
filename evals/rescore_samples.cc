#include "evals/rescore_samples.h"

#include <bit>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "evals/score_choices.h"
#include "evals/score_completions.h"
#include "evals/score_rolling.h"
#include "metrics/metric_error.h"
#include "metrics/parallel.h"
#include "tasks/error.h"

namespace meval {
namespace {

constexpr std::size_t kMostExamples = 5;

[[noreturn]] void ThrowLine(const std::string& log, std::size_t index, const std::string& what) {
  throw DataError(fmt::format("{}:{}: {}", log, index + 1, what));
}

// What is wrong with a sample as one of its task's; "" if nothing is.
std::string ShapeFault(const TaskDefinition& task, const SampleResult& sample,
                       std::size_t num_completions) {
  switch (task.request) {
    case RequestKind::kLoglikelihood:
      if (sample.choices.empty()) return "field \"choices\": expected at least one, found none";
      if (task.scores_one_continuation) return "";
      if (sample.gold.empty()) return "field \"gold\": expected at least one index, found none";
      for (const std::int64_t gold : sample.gold) {
        if (gold < 0 || gold >= static_cast<std::int64_t>(sample.choices.size())) {
          return fmt::format("field \"gold\": expected an index of one of {} choices, found {}",
                             sample.choices.size(), gold);
        }
      }
      if (task.asks_unconditional()) {
        for (const ChoiceResult& choice : sample.choices) {
          if (!choice.unconditional_logprob) {
            return fmt::format(
                "the choice \"{}\", field \"unconditional_logprob\": acc_pmi needs a number, found "
                "nothing",
                choice.text);
          }
        }
      }
      return "";
    case RequestKind::kGeneration:
      if (sample.completions.empty() || sample.completions.size() != num_completions) {
        return fmt::format("field \"completions\": expected {}, found {}",
                           num_completions == 0 ? "at least one" : std::to_string(num_completions),
                           sample.completions.size());
      }
      if (task.execution && !sample.program) {
        return "field \"program\": expected an object, found nothing";
      }
      return sample.references.empty() ? "field \"references\": expected at least one, found none"
                                       : "";
    case RequestKind::kRolling:
      return sample.rolling ? "" : "field \"rolling\": expected an object, found nothing";
  }
  return "";
}

// The sample with all that is computed taken out and computed again.
SampleResult Rescored(const TaskDefinition& task, const CompletionScorer* completions,
                      SampleResult sample) {
  sample.metrics.clear();
  sample.margin.reset();
  sample.gold_probability.reset();
  for (CompletionResult& completion : sample.completions) completion.extracted.clear();
  if (!sample.scored) return sample;
  switch (task.request) {
    case RequestKind::kLoglikelihood:
      ScoreChoices(task, sample);
      break;
    case RequestKind::kGeneration:
      completions->Score(sample);
      break;
    case RequestKind::kRolling:
      ScoreRolling(task, sample);
      break;
  }
  return sample;
}

bool SameBits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

std::string Show(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "nothing";
}

template <typename Value>
std::optional<Value> Get(const std::map<std::string, Value>& values, const std::string& key) {
  const auto found = values.find(key);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

// "acc is 1 in the log and 0 computed again" for the first number or answer that differs; nothing
// for equal samples.
class Comparison {
 public:
  static std::optional<std::string> FirstDifference(const SampleResult& logged,
                                                    const SampleResult& computed) {
    Comparison comparison;
    for (const auto& [name, value] : computed.metrics) {
      comparison.Number(name, Get(logged.metrics, name), value);
    }
    for (const auto& [name, value] : logged.metrics) {
      comparison.Number(name, value, Get(computed.metrics, name));
    }
    comparison.Number("margin", logged.margin, computed.margin);
    comparison.Number("gold_probability", logged.gold_probability, computed.gold_probability);
    if (logged.rolling) {
      comparison.Number("rolling.logprob", logged.rolling->logprob, computed.rolling->logprob);
    }
    for (std::size_t i = 0; i < logged.completions.size(); ++i) {
      comparison.Answers(i, logged.completions[i].extracted, computed.completions[i].extracted);
    }
    return comparison.difference_;
  }

 private:
  void Number(const std::string& name, std::optional<double> logged,
              std::optional<double> computed) {
    if (difference_) return;
    if (logged.has_value() == computed.has_value() && (!logged || SameBits(*logged, *computed))) {
      return;
    }
    difference_ = fmt::format("{} is {} in the log and {} computed again", name, Show(logged),
                              Show(computed));
  }

  void Answers(std::size_t completion, const std::map<std::string, std::string>& logged,
               const std::map<std::string, std::string>& computed) {
    if (difference_ || logged == computed) return;
    difference_ = fmt::format("the answer read from completion {} is another one", completion);
  }

  std::optional<std::string> difference_;
};

}  // namespace

RescoredSamples RescoreSamples(const TaskDefinition& task, std::span<const SampleResult> logged,
                               const std::string& log, int num_threads) {
  const std::size_t num_completions = logged.empty() ? 0 : logged.front().completions.size();
  std::optional<CompletionScorer> completions;
  if (task.request == RequestKind::kGeneration) completions.emplace(task);
  RescoredSamples rescored;
  rescored.samples.resize(logged.size());
  ParallelFor(num_threads, logged.size(), [&](std::size_t i) {
    const std::string fault = ShapeFault(task, logged[i], num_completions);
    if (!fault.empty()) ThrowLine(log, i, fault);
    try {
      rescored.samples[i] = Rescored(task, completions ? &*completions : nullptr, logged[i]);
    } catch (const MetricError& error) {
      ThrowLine(log, i, error.what());
    }
  });
  for (std::size_t i = 0; i < logged.size(); ++i) {
    const auto difference = Comparison::FirstDifference(logged[i], rescored.samples[i]);
    if (!difference) continue;
    ++rescored.num_changed;
    if (rescored.examples.size() < kMostExamples) {
      rescored.examples.push_back(
          fmt::format("{}:{}: document {}: {}", log, i + 1, logged[i].id, *difference));
    }
  }
  return rescored;
}

}  // namespace meval
