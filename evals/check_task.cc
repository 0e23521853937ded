#include "evals/check_task.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "evals/aggregate_samples.h"
#include "evals/catalogue_metric.h"
#include "evals/score_choices.h"
#include "evals/score_completions.h"
#include "metrics/parallel.h"
#include "reports/result.h"

namespace meval {
namespace {

// Sums of many weights do not always end in exactly 1.
bool IsFull(double score) { return std::abs(score - 1) < 1e-9; }

SampleResult Asked(const Document& document) {
  SampleResult sample;
  sample.id = document.id;
  sample.group = document.group;
  sample.gold = document.gold;
  sample.references = document.references;
  return sample;
}

// The text up to the first stop string; nothing where there is none.
std::optional<std::string> CutAtStop(const std::string& text,
                                     const std::vector<std::string>& until) {
  std::size_t end = std::string::npos;
  for (const std::string& stop : until) end = std::min(end, text.find(stop));
  if (end == std::string::npos) return std::nullopt;
  return text.substr(0, end);
}

// Whether a stop string stands in a text before its very end, where exemplars may show one.
bool IsCut(const std::string& text, const std::vector<std::string>& until) {
  const std::optional<std::string> rest = CutAtStop(text, until);
  return rest && std::none_of(until.begin(), until.end(),
                              [&](const std::string& stop) { return *rest + stop == text; });
}

class AnswerCheck {
 public:
  explicit AnswerCheck(const TaskDefinition& task) : task_(task) {}

  TaskCheck Choices(std::span<const Document* const> documents) {
    // A perplexity has no full marks.
    if (task_.headline().metric == "perplexity") return std::move(check_);
    for (const Document* document : documents) {
      ++check_.num_checked;
      const auto is_gold = [&](std::size_t choice) {
        return std::find(document->gold.begin(), document->gold.end(),
                         static_cast<std::int64_t>(choice)) != document->gold.end();
      };
      std::vector<double> right;
      std::vector<double> wrong;
      for (std::size_t i = 0; i < document->choices.size(); ++i) {
        right.push_back(is_gold(i) ? 0 : -kImpossible);
        wrong.push_back(is_gold(i) ? -kImpossible : -1);
      }
      ExpectChoice(*document, right, 1, "the right choice");
      // Where every choice is right none is wrong.
      if (document->gold.size() < document->choices.size() || task_.scores_one_continuation) {
        ExpectChoice(*document, wrong, 0, "a wrong choice");
      }
    }
    return std::move(check_);
  }

  TaskCheck Completions(std::span<const Document* const> documents, int num_threads) {
    const CompletionScorer scorer(task_);
    const auto metric = CatalogueMetric(task_.headline());
    const bool has_gold = !metric || metric->has_gold_answers();
    std::vector<SampleResult> empty(documents.size());
    std::vector<std::optional<SampleResult>> right(documents.size());
    // Mathematics takes milliseconds a document.
    ParallelFor(num_threads, documents.size(), [&](std::size_t i) {
      const Document& document = *documents[i];
      empty[i] = Answered(scorer, document, "");
      const std::optional<std::string> text = has_gold ? GoldText(document) : std::nullopt;
      if (text) right[i] = Answered(scorer, document, *text);
    });
    std::vector<SampleResult> answered;
    for (std::size_t i = 0; i < documents.size(); ++i) {
      ++check_.num_checked;
      if (!scorer.IsInvalid(empty[i].completions[0])) {
        Add(*documents[i], "no answer is not counted as invalid");
      }
      if (!right[i]) {
        check_.num_cut += has_gold ? 1 : 0;
        continue;
      }
      ExpectFullMarks(scorer, *documents[i], *right[i]);
      answered.push_back(std::move(*right[i]));
    }
    ExpectHeadline(answered, 1, "the gold answers");
    ExpectHeadline(empty, 0, "no answers");
    return std::move(check_);
  }

 private:
  static constexpr double kImpossible = 1e4;  // minus a log-probability

  void Add(const Document& document, const std::string& what) {
    check_.problems.push_back(document.source + ": " + what);
  }

  void ExpectChoice(const Document& document, const std::vector<double>& logprobs, double expected,
                    const std::string& what) {
    SampleResult sample = Asked(document);
    for (std::size_t i = 0; i < document.choices.size(); ++i) {
      sample.choices.push_back(
          {.text = document.choices[i], .logprob = logprobs[i], .is_greedy = logprobs[i] == 0});
      if (document.unconditional_context) sample.choices.back().unconditional_logprob = 0;
    }
    ScoreChoices(task_, sample);
    const auto score = sample.metrics.find(task_.headline().name);
    if (score == sample.metrics.end() || std::abs(score->second - expected) < 1e-9) return;
    Add(document, fmt::format("{} scores {:.4f}, expected {}", what, score->second, expected));
  }

  // The gold answer as an exemplar shows it and as the stop strings leave it; nothing where one of
  // them stands in the answer itself.
  std::optional<std::string> GoldText(const Document& document) const {
    const GenerationDefinition& generation = task_.generation;
    const std::vector<std::string>& until =
        task_.default_shots == 0 ? generation.until_zero_shot : generation.until;
    const std::string answer = task_.target_delimiter + document.answer;
    if (IsCut(answer, until)) return std::nullopt;
    // A model that has learned the exemplars' form goes on with the next question.
    const std::string text = answer + task_.fewshot_delimiter + document.question;
    return CutAtStop(text, until).value_or(text);
  }

  void ExpectFullMarks(const CompletionScorer& scorer, const Document& document,
                       const SampleResult& sample) {
    const auto own = sample.metrics.find(task_.headline().name);
    if (own == sample.metrics.end()) return;  // only the set has a score
    const double score = scorer.HeadlineFraction(sample);
    if (IsFull(score)) return;
    Add(document, fmt::format("the gold answer, as a completion {:?}, scores {:.4f}, expected 1",
                              task_.target_delimiter + document.answer, score));
  }

  SampleResult Answered(const CompletionScorer& scorer, const Document& document,
                        const std::string& text) const {
    SampleResult sample = Asked(document);
    sample.completions.assign(static_cast<std::size_t>(task_.generation.num_samples), {});
    for (CompletionResult& completion : sample.completions) completion.text = text;
    scorer.Score(sample);
    return sample;
  }

  // The headline of all of them, as a report has it.
  void ExpectHeadline(const std::vector<SampleResult>& samples, double expected,
                      const std::string& what) {
    if (samples.empty()) return;
    const std::vector<MetricValue> metrics =
        AggregateSamples(task_, task_.generation.num_samples, samples).metrics;
    if (metrics.empty()) return;  // programs that were not run
    const MetricValue& headline = metrics.front();
    const double score = headline.unit == "percent" ? headline.value / 100 : headline.value;
    if (std::abs(score - expected) < 1e-9) return;
    check_.problems.push_back(fmt::format("{}: {} score {:.4f} in {}, expected {}", task_.name,
                                          what, score, headline.name, expected));
  }

  const TaskDefinition& task_;
  TaskCheck check_;
};

}  // namespace

TaskCheck CheckAnswers(const TaskDefinition& task, std::span<const Document* const> documents,
                       int num_threads) {
  if (task.request == RequestKind::kRolling) return {};
  AnswerCheck check(task);
  return task.request == RequestKind::kGeneration ? check.Completions(documents, num_threads)
                                                  : check.Choices(documents);
}

}  // namespace meval
