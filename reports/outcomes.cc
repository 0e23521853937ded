#include "reports/outcomes.h"

namespace meval {
namespace {

constexpr Aggregate kAggregates[] = {Aggregate::kMean, Aggregate::kBleu, Aggregate::kPerplexity,
                                     Aggregate::kBitsPerByte};

}  // namespace

std::string ShortDigest(std::string_view digest) {
  return std::string(digest.substr(0, kShortDigest));
}

const char* Name(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::kMean:
      return "mean";
    case Aggregate::kBleu:
      return "bleu";
    case Aggregate::kPerplexity:
      return "perplexity";
    case Aggregate::kBitsPerByte:
      return "bits_per_byte";
  }
  return "?";
}

std::optional<Aggregate> ParseAggregate(std::string_view name) {
  for (const Aggregate aggregate : kAggregates) {
    if (name == Name(aggregate)) return aggregate;
  }
  return std::nullopt;
}

const char* Name(OutcomeSource source) {
  switch (source) {
    case OutcomeSource::kRun:
      return "run";
    case OutcomeSource::kBaseline:
      return "baseline";
    case OutcomeSource::kLmEval:
      return "lm-eval";
  }
  return "?";
}

const TaskOutcomes* RunOutcomes::Find(std::string_view task) const {
  for (const TaskOutcomes& outcomes : tasks) {
    if (outcomes.task == task) return &outcomes;
  }
  return nullptr;
}

}  // namespace meval
