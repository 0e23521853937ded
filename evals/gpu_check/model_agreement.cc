#include "evals/gpu_check/model_agreement.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "kernels/tolerance.h"

namespace meval::gpu_check {
namespace {

using Tokens = std::vector<TokenId>;

SelftestCheck NewCheck(const char* name, const char* claim) {
  SelftestCheck check;
  check.name = name;
  check.claim = claim;
  check.worst = 0;
  return check;
}

// One case: `error` is that of a number for which `allowed` is allowed.
void Add(SelftestCheck& check, double error, double allowed, const std::string& what) {
  ++check.num_cases;
  // A quotient of zeros would be no number.
  const double share = error == 0 ? 0 : error / allowed;
  if (share <= 1) {
    check.worst = std::max(check.worst, share);
    return;
  }
  check.worst = std::isnan(share) ? INFINITY : std::max(check.worst, share);
  if (++check.num_failures == 1) check.first_failure = what;
}

template <typename Part>
void Guard(SelftestCheck& check, const Part& part) {
  try {
    part();
  } catch (const std::exception& error) {
    ++check.num_cases;
    if (++check.num_failures == 1) check.first_failure = std::string("threw: ") + error.what();
  }
}

// What an engine answers, beside the goldens.
class Comparison {
 public:
  Comparison(Engine& subject, const ModelAnswers& goldens, Engine& reference,
             const SampleQuestions& questions, const std::stop_token& stop)
      : goldens_(goldens), reference_(reference), questions_(questions) {
    double lowest = 0;
    for (const ContinuationScore& score : goldens.scores) {
      for (const double logprob : score.token_logprobs) lowest = std::min(lowest, logprob);
    }
    logit_error_ = 20 * RoundoffOf(subject.dtype()) * -lowest / 2;
    found_ = Ask(subject, questions, stop);
    is_whole_ = !stop.stop_requested();
  }

  // Where time was up, some questions have no answers: there is nothing to compare.
  bool is_whole() const { return is_whole_; }

  void CompareTokens(SelftestCheck& check, ModelAgreement& agreement) const {
    for (std::size_t i = 0; i < goldens_.scores.size(); ++i) {
      const std::vector<double>& logprobs = found_.scores[i].token_logprobs;
      for (std::size_t t = 0; t < goldens_.scores[i].token_logprobs.size(); ++t) {
        const double expected = goldens_.scores[i].token_logprobs[t];
        const double found =
            t < logprobs.size() ? logprobs[t] : std::numeric_limits<double>::quiet_NaN();
        const double error = std::abs(found - expected);
        Add(check, error, Allowed(expected),
            fmt::format("request {}, token {}: expected {:.5f}, found {:.5f}", i, t, expected,
                        found));
        agreement.largest_difference = std::max(agreement.largest_difference, error);
      }
    }
  }

  void CompareChoices(SelftestCheck& check, ModelAgreement& agreement) const {
    for (std::size_t d = 0; d < questions_.documents.size(); ++d) {
      const std::size_t expected = Likeliest(goldens_.scores, questions_.documents[d]);
      const std::size_t found = Likeliest(found_.scores, questions_.documents[d]);
      ++agreement.documents;
      if (found != expected) ++agreement.choices_differing;
      const ContinuationScore& best = goldens_.scores[expected];
      const ContinuationScore& other = goldens_.scores[found];
      Add(check, best.logprob - other.logprob, Allowed(best) + Allowed(other),
          fmt::format("document {}: the goldens' choice is likelier by {:.5f} than the one found",
                      d, best.logprob - other.logprob));
    }
  }

  void CompareGenerations(SelftestCheck& check, ModelAgreement& agreement) const {
    for (std::size_t i = 0; i < goldens_.generations.size(); ++i) {
      const Generation& expected = goldens_.generations[i];
      const Generation& found = found_.generations[i];
      ++agreement.generations;
      const auto [end, ignored] = std::mismatch(expected.tokens.begin(), expected.tokens.end(),
                                                found.tokens.begin(), found.tokens.end());
      const Tokens alike(expected.tokens.begin(), end);
      const std::optional<TokenId> one = TokenAt(expected, alike.size());
      const std::optional<TokenId> other = TokenAt(found, alike.size());
      if (one == other) {
        Add(check, 0, 1, "");
        continue;
      }
      ++agreement.generations_differing;
      if (!one || !other) {
        Add(check, 1, 0,
            fmt::format("generation {}: one ends behind {} tokens, the other goes on", i,
                        alike.size()));
        continue;
      }
      CompareNextTokens(check, i, alike, *one, *other);
    }
  }

 private:
  double Allowed(double logprob) const {
    return AllowedLogprobError(logprob, logit_error_) + kGoldenRounding;
  }
  double Allowed(const ContinuationScore& score) const {
    double allowed = 0;
    for (const double logprob : score.token_logprobs) allowed += Allowed(logprob);
    return allowed;
  }

  static std::size_t Likeliest(const std::vector<ContinuationScore>& scores,
                               const std::vector<std::size_t>& choices) {
    return *std::max_element(choices.begin(), choices.end(), [&](std::size_t a, std::size_t b) {
      return scores[a].logprob < scores[b].logprob;
    });
  }

  // The token at a place of a generation; EOS where it ended by that, nothing where it ended
  // otherwise.
  std::optional<TokenId> TokenAt(const Generation& generation, std::size_t place) const {
    if (place < generation.tokens.size()) return generation.tokens[place];
    if (generation.reason != StopReason::kEos) return std::nullopt;
    return reference_.config().eos_token_ids.front();
  }

  // Both tokens behind the prompt and what was generated alike, as the reference sees them.
  void CompareNextTokens(SelftestCheck& check, std::size_t request, const Tokens& alike,
                         TokenId expected, TokenId found) const {
    Tokens context = questions_.generations[request].prompt;
    context.insert(context.end(), alike.begin(), alike.end());
    SampleQuestions both;
    both.scores = {{context, {expected}}, {context, {found}}};
    const std::vector<ContinuationScore> scores = Ask(reference_, both).scores;
    // Either way: a golden far less likely than what was found is no greedy token.
    const double gap = std::abs(scores[0].logprob - scores[1].logprob);
    Add(check, gap, Allowed(scores[0]) + Allowed(scores[1]),
        fmt::format("generation {}, token {}: the goldens' token {} and token {} are {:.5f} apart",
                    request, alike.size(), expected, found, gap));
  }

  const ModelAnswers& goldens_;
  Engine& reference_;
  const SampleQuestions& questions_;
  double logit_error_ = 0;
  ModelAnswers found_;
  bool is_whole_ = false;
};

}  // namespace

double AllowedLogprobError(double logprob, double logit_error) {
  // log1p and expm1: for a token that is nearly certain, 1 - p is what counts.
  return std::log1p(-std::expm1(logprob) * std::expm1(2 * logit_error));
}

ModelAgreement CompareWithGoldens(Engine& device, const ModelAnswers& goldens, Engine& reference,
                                  const SampleQuestions& questions, const std::stop_token& stop) {
  ModelAgreement agreement;
  SelftestCheck cpu = NewCheck("model.cpu", "the cpu answers in f32 as the goldens say");
  SelftestCheck tokens =
      NewCheck("model.tokens", "log-probabilities of tokens are those of the goldens");
  SelftestCheck choices =
      NewCheck("model.choices", "the likeliest choices are those of the goldens");
  SelftestCheck generations =
      NewCheck("model.generations", "greedy tokens are those of the goldens where they are sure");
  Guard(cpu, [&] {
    ModelAgreement not_of_the_device;
    const Comparison comparison(reference, goldens, reference, questions, stop);
    if (!comparison.is_whole()) return;
    comparison.CompareTokens(cpu, not_of_the_device);
    comparison.CompareGenerations(cpu, not_of_the_device);
  });
  Guard(tokens, [&] {
    const Comparison comparison(device, goldens, reference, questions, stop);
    if (!comparison.is_whole()) return;
    comparison.CompareTokens(tokens, agreement);
    comparison.CompareChoices(choices, agreement);
    Guard(generations, [&] { comparison.CompareGenerations(generations, agreement); });
  });
  agreement.checks = {cpu, tokens, choices, generations};
  for (SelftestCheck& check : agreement.checks) {
    if (check.num_cases > 0) continue;
    check.why_skipped = stop.stop_requested() ? "time was up" : "the device did not answer";
  }
  return agreement;
}

}  // namespace meval::gpu_check
