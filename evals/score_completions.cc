#include "evals/score_completions.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "evals/catalogue_metric.h"
#include "evals/code_runner.h"
#include "evals/eval_plan.h"
#include "metrics/exact_match.h"
#include "metrics/majority_vote.h"
#include "metrics/math_answer.h"
#include "metrics/minerva_math.h"
#include "metrics/numeric_match.h"
#include "metrics/pass_at_k.h"
#include "metrics/python_regex.h"
#include "metrics/rouge.h"
#include "metrics/unicode_text.h"
#include "tasks/answer_filter.h"
#include "tasks/error.h"

namespace meval {
namespace {

// One score of the task with its patterns compiled.
class CompiledScore {
 public:
  explicit CompiledScore(const ScoreDefinition& definition)
      : definition_(definition),
        filter_(definition.filters),
        exact_match_({.ignore_case = definition.ignore_case,
                      .ignore_punctuation = definition.ignore_punctuation,
                      .ignore_numbers = definition.ignore_numbers,
                      .regexes_to_ignore = definition.ignore_regexes}) {
    for (const std::string& pattern : definition.ignore_regexes) ignored_.emplace_back(pattern);
    if (auto metric = CatalogueMetric(definition); metric && metric->scores()[0].is_mean) {
      mean_metric_ = std::move(metric);
    }
  }

  const ScoreDefinition& definition() const { return definition_; }

  ExtractedAnswer Extract(const std::string& completion) const { return filter_.Apply(completion); }

  // How right an answer is, in the metric's unit; nothing where only a whole set has a score.
  std::optional<double> ValueOf(const std::string& answer, const SampleResult& sample) const {
    if (definition_.metric == "exact_match") return ExactMatchOf(answer, sample);
    if (definition_.metric == "numeric_match") return NumericMatchOf(answer, sample);
    if (!mean_metric_) return std::nullopt;
    if (IsNoAnswer(answer, sample) && mean_metric_->scores()[0].higher_is_better) return 0;
    std::vector<double> statistics(mean_metric_->num_statistics());
    mean_metric_->Count(PairOf(answer, sample), statistics);
    return mean_metric_->ScoreOfPair(0, statistics);
  }

  double ExactMatchOf(const std::string& answer, const SampleResult& sample) const {
    return !IsNoAnswer(answer, sample) && exact_match_.MatchesAny(answer, sample.references) ? 1
                                                                                             : 0;
  }

  double NumericMatchOf(const std::string& answer, const SampleResult& sample) const {
    for (const std::string& reference : sample.references) {
      if (NumericMatch(WithoutIgnored(answer), WithoutIgnored(reference))) return 1;
    }
    return 0;
  }

  // Whether a vote, alone, is right.
  bool IsRightVote(const std::string& answer, const SampleResult& sample) const {
    if (!definition_.votes_on_math) return NumericMatchOf(answer, sample) > 0;
    return std::any_of(
        sample.references.begin(), sample.references.end(),
        [&](const std::string& reference) { return IsSameMathAnswer(answer, reference); });
  }

  // The same of a vote that the reference takes as the text it is; mathematics has no such form.
  bool IsRightText(const std::string& answer, const SampleResult& sample) const {
    if (definition_.votes_on_math) return IsRightVote(answer, sample);
    return ExactMatchOf(answer, sample) > 0;
  }

  // What votes are compared by: a number's canonical form, else the text as it is.
  std::string Canonical(const std::string& answer) const {
    const std::string text = WithoutIgnored(answer);
    if (definition_.votes_on_math) return NormalizeMinervaAnswer(text);
    return CanonicalDecimal(text).value_or(text);
  }

 private:
  // Nothing is no answer, even to a reference of which a normalisation leaves nothing ("---");
  // unless it is what a reference asks for, or there is none.
  static bool IsNoAnswer(const std::string& answer, const SampleResult& sample) {
    return answer.empty() && !sample.references.empty() &&
           std::find(sample.references.begin(), sample.references.end(), "") ==
               sample.references.end();
  }

  std::string WithoutIgnored(std::string text) const {
    for (const PythonRegex& regex : ignored_) text = regex.Replace(text, "");
    return text;
  }

  ScoreDefinition definition_;
  AnswerFilter filter_;
  ExactMatch exact_match_;
  std::vector<PythonRegex> ignored_;
  std::shared_ptr<const PairMetric> mean_metric_;
};

const std::vector<std::string> kRougeTypes = {"rouge1", "rouge2", "rougeL", "rougeLsum"};

// Whether the first completion's text as a whole is compared, rather than an answer found in it.
bool ComparesTexts(const ScoreDefinition& definition) {
  return definition.metric.starts_with("rouge") || definition.metric == "bleu";
}

}  // namespace

struct CompletionScorer::Impl {
  TaskDefinition task;
  std::vector<CompiledScore> scores;
  const CompiledScore* headline = nullptr;
  bool compares_texts = false;  // prediction lengths are of interest
  Rouge rouge_stemmed{kRougeTypes, true};
  Rouge rouge_plain{kRougeTypes, false};

  void ScoreAnswers(const CompiledScore& score, SampleResult& sample) const {
    double sum = 0;
    bool has_value = true;
    for (CompletionResult& completion : sample.completions) {
      const std::string answer = score.Extract(completion.text).text;
      const std::optional<double> value = score.ValueOf(answer, sample);
      has_value = has_value && value;
      sum += value.value_or(0);
      completion.extracted[score.definition().name] = answer;
    }
    if (!has_value) return;  // the set has one (evals/aggregate_samples.h)
    sample.metrics[score.definition().name] = sum / static_cast<double>(sample.completions.size());
  }

  // maj@k for every k, pass@k and the mean accuracy from the same completions.
  void ScoreVotes(const CompiledScore& score, SampleResult& sample) const {
    std::vector<VoteSample> canonical;
    std::vector<VoteSample> as_text;
    for (CompletionResult& completion : sample.completions) {
      const ExtractedAnswer answer = score.Extract(completion.text);
      canonical.push_back({score.Canonical(answer.text), answer.is_valid,
                           answer.is_valid && score.IsRightVote(answer.text, sample)});
      as_text.push_back({answer.text, answer.is_valid, score.IsRightText(answer.text, sample)});
      completion.extracted[score.definition().name] = answer.text;
    }
    const MajorityScore votes =
        ScoreMajority(canonical, StreamKey({task.name, sample.id, "subsets"}));
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

  // The chance that one of k samples passes; nothing where not all were run, or they are too few.
  static void ScorePasses(const CompiledScore& score, SampleResult& sample) {
    std::int64_t num_passed = 0;
    bool were_run = true;
    for (CompletionResult& completion : sample.completions) {
      were_run = were_run && !completion.verdict.empty();
      num_passed += completion.verdict == kPassed ? 1 : 0;
      // The same code for every k: once is enough.
      if (score.definition().is_headline) {
        completion.extracted[score.definition().name] = score.Extract(completion.text).text;
      }
    }
    const auto num_samples = static_cast<std::int64_t>(sample.completions.size());
    if (!were_run || score.definition().k > num_samples) return;
    sample.metrics[score.definition().name] =
        PassAtK(num_samples, num_passed, score.definition().k);
  }

  // Whole-text scores look at the first completion. Corpus BLEU is made of all documents' texts
  // later.
  void ScoreTexts(SampleResult& sample) const {
    CompletionResult& completion = sample.completions.front();
    std::map<bool, std::vector<RougeScore>> rouge;  // by stemming, in the order of kRougeTypes
    for (const CompiledScore& score : scores) {
      const ScoreDefinition& definition = score.definition();
      if (!ComparesTexts(definition)) continue;
      const std::string prediction = score.Extract(completion.text).text;
      completion.extracted["prediction"] = prediction;
      if (definition.metric == "bleu") continue;
      const Rouge& scorer = definition.stem ? rouge_stemmed : rouge_plain;
      std::vector<RougeScore>& values = rouge[definition.stem];
      if (values.empty()) values = scorer.ScoreMulti(sample.references, prediction);
      const auto type = std::find(scorer.types().begin(), scorer.types().end(), definition.metric);
      sample.metrics[definition.name] =
          100 * values[static_cast<std::size_t>(type - scorer.types().begin())].fmeasure;
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
    impl_->compares_texts = impl_->compares_texts || ComparesTexts(score.definition());
  }
}

CompletionScorer::~CompletionScorer() = default;

void CompletionScorer::Score(SampleResult& sample) const {
  try {
    for (const CompiledScore& score : impl_->scores) {
      if (score.definition().metric == "maj_at_k") {
        impl_->ScoreVotes(score, sample);
      } else if (score.definition().metric == "pass_at_k") {
        Impl::ScorePasses(score, sample);
      } else if (!ComparesTexts(score.definition())) {
        impl_->ScoreAnswers(score, sample);
      }
    }
    if (impl_->compares_texts) impl_->ScoreTexts(sample);
  } catch (const RegexError& error) {  // a completion is too much for a pattern
    throw DataError(impl_->task.source + ": task \"" + impl_->task.name + "\", document " +
                    sample.id + ": " + error.what());
  }
}

double CompletionScorer::HeadlineFraction(const SampleResult& sample) const {
  const ScoreDefinition& headline = impl_->headline->definition();
  if (headline.metric == "maj_at_k")
    return sample.metrics.at(fmt::format("maj@{}", sample.completions.size()));
  const auto found = sample.metrics.find(headline.name);
  if (found == sample.metrics.end()) return 0;  // a corpus score: no value per document
  const auto metric = CatalogueMetric(headline);
  const bool is_percent =
      ComparesTexts(headline) || (metric && metric->scores()[0].unit == "percent");
  return is_percent ? found->second / 100 : found->second;
}

bool CompletionScorer::IsInvalid(const CompletionResult& completion) const {
  const ExtractedAnswer answer = impl_->headline->Extract(completion.text);
  return !answer.is_valid || answer.text.empty();
}

}  // namespace meval
