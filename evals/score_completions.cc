#include "evals/score_completions.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "evals/eval.h"
#include "metrics/exact_match.h"
#include "metrics/extract.h"
#include "metrics/majority_vote.h"
#include "metrics/numeric_match.h"
#include "metrics/python_regex.h"
#include "metrics/rouge.h"
#include "metrics/unicode_text.h"
#include "tasks/error.h"

namespace meval {
namespace {

// One score of the task with its patterns compiled.
class CompiledScore {
 public:
  explicit CompiledScore(const ScoreDefinition& definition)
      : definition_(definition),
        exact_match_({.ignore_case = definition.ignore_case,
                      .ignore_punctuation = definition.ignore_punctuation,
                      .ignore_numbers = definition.ignore_numbers,
                      .regexes_to_ignore = definition.ignore_regexes}) {
    for (const FilterStep& step : definition.filters) {
      if (step.kind == FilterStep::Kind::kRegex) {
        regexes_.emplace_back(RegexFilterOptions{step.pattern, step.select, step.fallback});
      }
    }
    for (const std::string& pattern : definition.ignore_regexes) ignored_.emplace_back(pattern);
  }

  const ScoreDefinition& definition() const { return definition_; }
  bool extracts() const {
    return definition_.metric == "exact_match" || definition_.metric == "numeric_match" ||
           definition_.metric == "maj_at_k";
  }

  // The answer in a completion, and whether there is one. Where the patterns match less often than
  // `select` asks, there is none.
  std::string Extract(const std::string& completion) const {
    std::string text = completion;
    std::size_t regex = 0;
    for (const FilterStep& step : definition_.filters) {
      switch (step.kind) {
        case FilterStep::Kind::kStrip:
          text = std::string(Strip(text));
          break;
        case FilterStep::Kind::kTakeFirstLine:
          text.resize(std::min(text.size(), text.find('\n')));
          break;
        case FilterStep::Kind::kRegex:
          text = regexes_[regex++].Apply(text);
          break;
      }
    }
    return text;
  }

  bool IsInvalid(const std::string& answer) const {
    for (const RegexFilter& filter : regexes_) {
      if (answer == filter.fallback()) return true;
    }
    return answer.empty();
  }

  double ExactMatchOf(const std::string& answer, const Document& document) const {
    return exact_match_.MatchesAny(answer, document.references) ? 1 : 0;
  }

  double NumericMatchOf(const std::string& answer, const Document& document) const {
    for (const std::string& reference : document.references) {
      if (NumericMatch(WithoutIgnored(answer), WithoutIgnored(reference))) return 1;
    }
    return 0;
  }

  // What votes are compared by: a number's canonical form, else the text as it is.
  std::string Canonical(const std::string& answer) const {
    const std::string text = WithoutIgnored(answer);
    return CanonicalDecimal(text).value_or(text);
  }

 private:
  std::string WithoutIgnored(std::string text) const {
    for (const PythonRegex& regex : ignored_) text = regex.Replace(text, "");
    return text;
  }

  ScoreDefinition definition_;
  ExactMatch exact_match_;
  std::vector<RegexFilter> regexes_;
  std::vector<PythonRegex> ignored_;
};

// ROUGE of one document, all types at once: with and without the stemmer they share nothing else.
double RougeOf(const RougeScores& scores, const std::string& metric) {
  if (metric == "rouge1") return 100 * scores.rouge1.fmeasure;
  if (metric == "rouge2") return 100 * scores.rouge2.fmeasure;
  if (metric == "rougeL") return 100 * scores.rouge_l.fmeasure;
  return 100 * scores.rouge_lsum.fmeasure;
}

}  // namespace

struct CompletionScorer::Impl {
  TaskDefinition task;
  std::vector<CompiledScore> scores;
  const CompiledScore* headline = nullptr;
  bool is_text_quality =
      false;  // some score compares whole texts: prediction lengths are of interest

  void ScoreAnswers(const CompiledScore& score, const Document& document,
                    SampleResult& sample) const {
    double sum = 0;
    for (CompletionResult& completion : sample.completions) {
      const std::string answer = score.Extract(completion.text);
      sum += score.definition().metric == "exact_match" ? score.ExactMatchOf(answer, document)
                                                        : score.NumericMatchOf(answer, document);
      completion.extracted[score.definition().name] = answer;
    }
    sample.metrics[score.definition().name] = sum / static_cast<double>(sample.completions.size());
  }

  // maj@k for every k, pass@k and the mean accuracy from the same completions.
  void ScoreVotes(const CompiledScore& score, const Document& document,
                  SampleResult& sample) const {
    std::vector<VoteSample> canonical;
    std::vector<VoteSample> as_text;
    for (CompletionResult& completion : sample.completions) {
      const std::string answer = score.Extract(completion.text);
      const bool is_valid = !score.IsInvalid(answer);
      canonical.push_back({score.Canonical(answer), is_valid,
                           is_valid && score.NumericMatchOf(answer, document) > 0});
      as_text.push_back({answer, is_valid, score.ExactMatchOf(answer, document) > 0});
      completion.extracted[score.definition().name] = answer;
    }
    const MajorityScore votes =
        ScoreMajority(canonical, StreamKey({task.name, document.id, "subsets"}));
    for (std::size_t k = 1; k <= canonical.size(); ++k) {
      sample.metrics[fmt::format("maj@{}", k)] = votes.first_k[k - 1];
      sample.metrics[fmt::format("maj@{},subsets", k)] = votes.subset_mean[k - 1];
      sample.metrics[fmt::format("pass@{}", k)] = votes.pass_at_k[k - 1];
    }
    sample.metrics["sample_acc"] = votes.mean_accuracy;
    const std::optional<std::size_t> winner = MajorityVote(as_text, VoteRule::kReference);
    sample.metrics[fmt::format("maj@{},reference", as_text.size())] =
        winner && as_text[*winner].is_correct ? 1 : 0;
  }

  // Whole-text scores look at the first completion. Corpus BLEU is made of all documents' texts
  // later.
  void ScoreTexts(const Document& document, SampleResult& sample) const {
    std::optional<RougeScores> stemmed;
    std::optional<RougeScores> plain;
    CompletionResult& completion = sample.completions.front();
    for (const CompiledScore& score : scores) {
      const ScoreDefinition& definition = score.definition();
      if (score.extracts()) continue;
      const std::string prediction = score.Extract(completion.text);
      completion.extracted["prediction"] = prediction;
      if (definition.metric == "bleu") continue;
      std::optional<RougeScores>& rouge = definition.stem ? stemmed : plain;
      if (!rouge) rouge = ScoreRouge(document.references, prediction, {.stem = definition.stem});
      sample.metrics[definition.name] = RougeOf(*rouge, definition.metric);
    }
    sample.metrics["prediction_tokens"] = static_cast<double>(completion.num_tokens);
    sample.metrics["prediction_words"] =
        static_cast<double>(SplitWhitespace(completion.extracted["prediction"]).size());
  }
};

CompletionScorer::CompletionScorer(const TaskDefinition& task) : impl_(std::make_unique<Impl>()) {
  impl_->task = task;
  try {
    for (const ScoreDefinition& definition : task.scores) impl_->scores.emplace_back(definition);
  } catch (const RegexError& error) {
    throw DataError(task.source + ": task \"" + task.name + "\": " + error.what());
  }
  for (const CompiledScore& score : impl_->scores) {
    if (score.definition().is_headline) impl_->headline = &score;
    impl_->is_text_quality = impl_->is_text_quality || !score.extracts();
  }
}

CompletionScorer::~CompletionScorer() = default;

void CompletionScorer::Score(const Document& document, SampleResult& sample) const {
  for (const CompiledScore& score : impl_->scores) {
    if (score.definition().metric == "maj_at_k") {
      impl_->ScoreVotes(score, document, sample);
    } else if (score.extracts()) {
      impl_->ScoreAnswers(score, document, sample);
    }
  }
  if (impl_->is_text_quality) impl_->ScoreTexts(document, sample);
}

double CompletionScorer::HeadlineFraction(const SampleResult& sample) const {
  const ScoreDefinition& headline = impl_->headline->definition();
  if (headline.metric == "maj_at_k")
    return sample.metrics.at(fmt::format("maj@{}", sample.completions.size()));
  const auto found = sample.metrics.find(headline.name);
  if (found == sample.metrics.end()) return 0;  // a corpus score: no value per document
  return impl_->headline->extracts() ? found->second : found->second / 100;
}

bool CompletionScorer::IsInvalid(const CompletionResult& completion) const {
  const bool extracts = impl_->headline->extracts();
  const auto found =
      completion.extracted.find(extracts ? impl_->headline->definition().name : "prediction");
  return found == completion.extracted.end() || impl_->headline->IsInvalid(found->second);
}

}  // namespace meval
