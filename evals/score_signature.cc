#include "evals/score_signature.h"

#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "evals/catalogue_metric.h"
#include "metrics/bleu.h"

namespace meval {
namespace {

using Samples = std::span<const SampleResult* const>;

// "regex[#### ([0-9]+)]", "regex[...][-1]" for the last match, "before[\n]".
std::string StepText(const FilterStep& step) {
  switch (step.kind) {
    case FilterStep::Kind::kRegex:
      return fmt::format("regex[{}]{}", step.pattern,
                         step.select == 0 ? "" : fmt::format("[{}]", step.select));
    case FilterStep::Kind::kStrip:
      return "strip";
    case FilterStep::Kind::kDropSpace:
      return "drop_space";
    case FilterStep::Kind::kTakeFirstLine:
      return "first_line";
    case FilterStep::Kind::kMinervaAnswer:
      return "minerva_answer";
    case FilterStep::Kind::kTakeBefore:
      return fmt::format("before[{}]", step.pattern);
  }
  return "?";
}

std::string FilterText(const std::vector<FilterStep>& steps) {
  std::string text;
  for (const FilterStep& step : steps) text += (text.empty() ? "" : "+") + StepText(step);
  return text.empty() ? "none" : text;
}

std::string IgnoredText(const std::vector<std::string>& patterns) {
  std::string text;
  for (const std::string& pattern : patterns) text += "[" + pattern + "]";
  return text.empty() ? "none" : text;
}

std::string References(Samples samples) {
  std::vector<std::size_t> counts;
  for (const SampleResult* sample : samples) counts.push_back(sample->references.size());
  return ReferenceCount(counts);
}

// How an answer is read and compared as text.
Signature& AddAnswer(const ScoreDefinition& score, Signature& signature) {
  return signature.Add("filter", FilterText(score.filters))
      .Add("case", score.ignore_case ? "lc" : "mixed")
      .Add("punct", score.ignore_punctuation ? "no" : "yes")
      .Add("digits", score.ignore_numbers ? "no" : "yes")
      .Add("ignore", IgnoredText(score.ignore_regexes));
}

std::string ChoiceSignature(const std::string& metric) {
  if (metric == "acc") return Signature().Add("norm", "none").Add("ties", "first").Text();
  if (metric == "macro_f1") return Signature().Add("labels", "seen").Add("norm", "none").Text();
  if (metric == "mc2") return Signature().Add("share", "gold").Add("norm", "none").Text();
  if (metric == "acc_pmi") {
    return Signature().Add("norm", "unconditional").Add("ties", "first").Text();
  }
  if (metric == "acc_norm" || metric == "acc_bytes") {
    return Signature()
        .Add("norm", metric == "acc_norm" ? "chars" : "bytes")
        .Add("ties", "first")
        .Add("empty", "never")
        .Text();
  }
  return Signature().Add("match", "greedy").Text();
}

// "maj@8", "maj@8,subsets", "maj@8,reference", "pass@8", "sample_acc".
std::string VoteSignature(const ScoreDefinition& score, const std::string& name,
                          std::int64_t num_samples, Samples samples) {
  Signature signature;
  signature.Add("nrefs", References(samples)).Add("samples", std::to_string(num_samples));
  if (name.ends_with(",reference")) {
    signature.Add("vote", "text").Add("invalid", "votes").Add("ties", "first");
  } else if (name.starts_with("maj@")) {
    signature.Add("vote", score.votes_on_math ? "math" : "number")
        .Add("invalid", "abstains")
        .Add("ties", "first");
  }
  if (name.ends_with(",subsets")) signature.Add("subsets", "1000");
  return AddAnswer(score, signature).Text();
}

std::string PassSignature(const ScoreDefinition& score, std::int64_t num_samples) {
  return Signature()
      .Add("samples", std::to_string(num_samples))
      .Add("k", std::to_string(score.k))
      .Add("filter", FilterText(score.filters))
      .Text();
}

std::string DialogueSignature(const ScoreDefinition& score, Samples samples) {
  return Signature()
      .Add("nrefs", References(samples))
      .Add("filter", FilterText(score.filters))
      .Add("rules", "quac")
      .Add("per", "dialogue")
      .Text();
}

std::string TextSignature(const ScoreDefinition& score, Samples samples) {
  if (score.metric == "bleu") {
    std::vector<BleuReferences> references;
    for (const SampleResult* sample : samples) references.push_back(sample->references);
    // What is read of a completion stands first, so that the rest is sacrebleu's to the letter.
    const std::string filter = FilterText(score.filters);
    const std::string own = BleuSignature(references);
    return filter == "none" ? own : "filter:" + filter + "|" + own;
  }
  return Signature()
      .Add("nrefs", References(samples))
      .Add("filter", FilterText(score.filters))
      .Add("stem", score.stem ? "porter" : "no")
      .Text();
}

std::string AnswerSignature(const ScoreDefinition& score, std::int64_t num_samples,
                            Samples samples) {
  Signature signature;
  signature.Add("nrefs", References(samples)).Add("samples", std::to_string(num_samples));
  if (score.metric == "numeric_match") signature.Add("compare", "decimal");
  return AddAnswer(score, signature).Text();
}

std::string CatalogueSignature(const ScoreDefinition& score, const PairMetric& metric,
                               std::int64_t num_samples, Samples samples) {
  std::vector<AnswerPair> pairs;
  for (const SampleResult* sample : samples) pairs.push_back(PairOf("", *sample));
  Signature own;
  own.Add("filter", FilterText(score.filters));
  if (num_samples > 1) own.Add("samples", std::to_string(num_samples));
  return own.Text() + "|" + metric.SignatureOf(0, pairs);
}

bool IsPerplexity(const TaskDefinition& task, const ScoreDefinition& score) {
  return task.request == RequestKind::kRolling || score.metric == "perplexity";
}

}  // namespace

std::string ScoreSignature(const TaskDefinition& task, const std::string& name,
                           std::int64_t num_samples, Samples samples) {
  const ScoreDefinition* vote = nullptr;
  for (const ScoreDefinition& score : task.scores) {
    if (score.metric == "maj_at_k") {
      vote = &score;
    } else if (score.name == name) {
      if (IsPerplexity(task, score)) return PerplexitySignature(task, score).Text();
      if (task.request == RequestKind::kLoglikelihood) return ChoiceSignature(score.metric);
      if (const auto metric = CatalogueMetric(score)) {
        return CatalogueSignature(score, *metric, num_samples, samples);
      }
      if (score.metric == "pass_at_k") return PassSignature(score, num_samples);
      if (score.metric == "quac_heq_d") return DialogueSignature(score, samples);
      const bool is_text = score.metric == "bleu" || score.metric.starts_with("rouge");
      return is_text ? TextSignature(score, samples) : AnswerSignature(score, num_samples, samples);
    }
  }
  const bool is_vote =
      name.starts_with("maj@") || name.starts_with("pass@") || name == "sample_acc";
  if (is_vote && vote != nullptr) return VoteSignature(*vote, name, num_samples, samples);
  // What is left are counts: "prediction_tokens", "prediction_words", "bytes".
  return Signature().Add("unit", name.substr(name.rfind('_') + 1)).Text();
}

Signature PerplexitySignature(const TaskDefinition& task, const ScoreDefinition& score) {
  Signature signature;
  if (task.request == RequestKind::kRolling) {
    const std::int64_t length = task.rolling.length;
    signature.Add("protocol", Name(task.rolling.protocol))
        .Add("length", length == 0 ? "model" : std::to_string(length));
  }
  const std::string& metric = score.metric;
  const std::string per = metric == "bits_per_byte" ? "byte" : metric.substr(0, metric.find('_'));
  signature.Add("per", metric == "perplexity" ? "continuation" : per);
  return signature;
}

std::string PooledSignature(const std::string& by, std::size_t num_groups,
                            const std::string& signature) {
  return fmt::format("pool:{}|groups:{}|{}", by, num_groups, signature);
}

}  // namespace meval
