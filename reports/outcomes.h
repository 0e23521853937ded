#ifndef MEVAL_REPORTS_OUTCOMES_H_
#define MEVAL_REPORTS_OUTCOMES_H_

// What a comparison needs to know of a run: for each task the scores of its records and what the
// model answered, with the digests that say whether two runs were asked the same. It comes from a
// run directory, from a baseline file (reports/baseline.h) or from another harness' sample log.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/result.h"

namespace meval {

// Digests of records are kept by so many of their digits: 64 bits tell the records of a set apart.
inline constexpr std::size_t kShortDigest = 16;
std::string ShortDigest(std::string_view digest);

// How the score of a set follows from its records.
enum class Aggregate {
  kMean,         // the mean of the records' scores
  kBleu,         // BLEU of summed counts (metrics/bleu.h): lengths, matches and n-grams
  kPerplexity,   // exp(-sum / sum): log-likelihoods and what they are shared out over
  kBitsPerByte,  // -sum / (sum * ln 2): log-likelihoods and bytes
};
const char* Name(Aggregate aggregate);  // "mean", "bleu", "perplexity", "bits_per_byte"
std::optional<Aggregate> ParseAggregate(std::string_view name);

struct ComparedMetric {
  MetricValue value;  // as the run reports it
  Aggregate aggregate = Aggregate::kMean;
};

struct RecordOutcome {
  std::string id;
  std::string digest;          // of the record, kShortDigest digits; "" where it is not known
  std::string prompt_digest;   // likewise
  std::string answers_digest;  // of all that the model answered, bit by bit; "" where not known
  std::string group;           // MMLU's subject
  std::string question;        // "" in a baseline file
  std::string expected;        // the gold answer as text; "" likewise
  std::string answer;          // what was chosen or extracted, for people
  std::string completion;      // whole texts; "" in a baseline file and for choices
  std::map<std::string, double> scores;  // by metric: of this record alone
  // By metric that is no mean: what the record adds to the sums, one or several rows on end. Empty
  // for a record that adds nothing.
  std::map<std::string, std::vector<double>> rows;
};

struct TaskOutcomes {
  std::string task;
  std::int64_t version = 0;
  std::string title;
  std::int64_t shots = 0;
  bool is_demonstration = false;                // of shipped sample records
  std::map<std::string, std::string> settings;  // as TaskResult::settings
  std::string data_digest;                      // of the files; "" where it is not known
  std::string prompt_digest;                    // of all prompts; likewise
  std::vector<ComparedMetric> metrics;          // the headline first; no details
  std::vector<RecordOutcome> records;           // in evaluation order
  std::vector<double> model_seconds;            // of each repetition measured from start to end
};

enum class OutcomeSource { kRun, kBaseline, kLmEval };
const char* Name(OutcomeSource source);  // "run", "baseline", "lm-eval"

struct RunOutcomes {
  std::string name;  // as the user named it: a path
  OutcomeSource source = OutcomeSource::kRun;
  std::string version;  // of mistral-eval; "" for another harness
  std::string started_at;
  std::string model;          // as identity.model
  std::string model_digest;   //
  std::string model_summary;  // the resolved configuration
  std::string dtype;          //
  std::string numerics;       //
  std::string machine;        // "AMD EPYC 9554, 64 threads"
  bool is_demonstration_model = false;
  std::map<std::string, double> numbers;  // as RunReport::numbers; none for another harness
  std::vector<TaskOutcomes> tasks;

  const TaskOutcomes* Find(std::string_view task) const;  // null where there is none
};

}  // namespace meval

#endif  // MEVAL_REPORTS_OUTCOMES_H_
