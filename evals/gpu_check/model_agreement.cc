#include "evals/gpu_check/model_agreement.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include <fmt/format.h>

#include "kernels/tolerance.h"

namespace meval::gpu_check {
namespace {

using Tokens = std::vector<TokenId>;

std::vector<ContinuationScore> ScoresOf(Engine& engine, std::span<const ScoreRequest> requests) {
  std::vector<ContinuationScore> scores(requests.size());
  engine.Score(requests,
               [&](std::size_t i, ContinuationScore score) { scores[i] = std::move(score); });
  return scores;
}

std::vector<Generation> GenerationsOf(Engine& engine, std::span<const GenerationRequest> requests) {
  std::vector<Generation> generations(requests.size());
  engine.Generate(requests, [&](std::size_t i, std::int64_t, Generation generation) {
    generations[i] = std::move(generation);
  });
  return generations;
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

class Comparison {
 public:
  Comparison(Engine& device, Engine& reference, const SampleQuestions& questions)
      : device_(device), reference_(reference), questions_(questions) {}

  ModelAgreement Run() {
    SelftestCheck tokens =
        Check("model.tokens", "log-probabilities of tokens are those of the cpu");
    SelftestCheck choices = Check("model.choices", "the likeliest choices are those of the cpu");
    SelftestCheck generations =
        Check("model.generations", "greedy tokens are those of the cpu while it is sure");
    Guard(tokens, [&] {
      expected_ = ScoresOf(reference_, questions_.scores);
      found_ = ScoresOf(device_, questions_.scores);
      FindLogitError();
      CompareTokens(tokens);
      CompareChoices(choices);
    });
    Guard(generations, [&] { CompareGenerations(generations); });
    agreement_.checks = {tokens, choices, generations};
    return agreement_;
  }

 private:
  static SelftestCheck Check(const char* name, const char* claim) {
    SelftestCheck check;
    check.name = name;
    check.claim = claim;
    check.worst = 0;
    return check;
  }

  template <typename Part>
  static void Guard(SelftestCheck& check, const Part& part) {
    try {
      part();
    } catch (const std::exception& error) {
      ++check.num_cases;
      if (++check.num_failures == 1) check.first_failure = error.what();
    }
  }

  void FindLogitError() {
    double lowest = 0;
    for (const ContinuationScore& score : expected_) {
      for (const double logprob : score.token_logprobs) lowest = std::min(lowest, logprob);
    }
    logit_error_ = 20 * RoundoffOf(device_.dtype()) * -lowest / 2;
  }

  double Allowed(const ContinuationScore& score) const {
    double allowed = 0;
    for (const double logprob : score.token_logprobs) {
      allowed += AllowedLogprobError(logprob, logit_error_);
    }
    return allowed;
  }

  void CompareTokens(SelftestCheck& check) {
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      for (std::size_t t = 0; t < expected_[i].token_logprobs.size(); ++t) {
        const double expected = expected_[i].token_logprobs[t];
        const double found = t < found_[i].token_logprobs.size()
                                 ? found_[i].token_logprobs[t]
                                 : std::numeric_limits<double>::quiet_NaN();
        const double error = std::abs(found - expected);
        Add(check, error, AllowedLogprobError(expected, logit_error_),
            fmt::format("request {}, token {}: expected {:.5f}, found {:.5f}", i, t, expected,
                        found));
        agreement_.largest_difference = std::max(agreement_.largest_difference, error);
      }
    }
  }

  static std::size_t Likeliest(const std::vector<ContinuationScore>& scores,
                               const std::vector<std::size_t>& choices) {
    return *std::max_element(choices.begin(), choices.end(), [&](std::size_t a, std::size_t b) {
      return scores[a].logprob < scores[b].logprob;
    });
  }

  void CompareChoices(SelftestCheck& check) {
    for (std::size_t d = 0; d < questions_.documents.size(); ++d) {
      const std::size_t expected = Likeliest(expected_, questions_.documents[d]);
      const std::size_t found = Likeliest(found_, questions_.documents[d]);
      ++agreement_.documents;
      if (found != expected) ++agreement_.choices_differing;
      const ContinuationScore& best = expected_[expected];
      const ContinuationScore& other = expected_[found];
      Add(check, best.logprob - other.logprob, Allowed(best) + Allowed(other),
          fmt::format("document {}: the cpu's choice is likelier by {:.5f} than the device's", d,
                      best.logprob - other.logprob));
    }
  }

  // The token at a place of a generation; EOS where it ended by that, nothing where it ended
  // otherwise.
  std::optional<TokenId> TokenAt(const Generation& generation, std::size_t place) const {
    if (place < generation.tokens.size()) return generation.tokens[place];
    if (generation.reason != StopReason::kEos) return std::nullopt;
    return reference_.config().eos_token_ids.front();
  }

  void CompareGenerations(SelftestCheck& check) {
    const std::vector<Generation> expected = GenerationsOf(reference_, questions_.generations);
    const std::vector<Generation> found = GenerationsOf(device_, questions_.generations);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ++agreement_.generations;
      const Tokens& tokens = expected[i].tokens;
      const auto [end, ignored] = std::mismatch(tokens.begin(), tokens.end(),
                                                found[i].tokens.begin(), found[i].tokens.end());
      const Tokens alike(tokens.begin(), end);
      const std::optional<TokenId> one = TokenAt(expected[i], alike.size());
      const std::optional<TokenId> other = TokenAt(found[i], alike.size());
      if (one == other) {
        Add(check, 0, 1, "");
        continue;
      }
      ++agreement_.generations_differing;
      if (!one || !other) {
        Add(check, 1, 0,
            fmt::format("generation {}: one ends behind {} tokens, the other goes on", i,
                        alike.size()));
        continue;
      }
      CompareNextTokens(check, i, alike, *one, *other);
    }
  }

  // Both tokens behind the prompt and what was generated alike, as the reference sees them.
  void CompareNextTokens(SelftestCheck& check, std::size_t request, const Tokens& alike,
                         TokenId expected, TokenId found) {
    Tokens context = questions_.generations[request].prompt;
    context.insert(context.end(), alike.begin(), alike.end());
    const std::vector<ScoreRequest> requests = {{context, {expected}}, {context, {found}}};
    const std::vector<ContinuationScore> scores = ScoresOf(reference_, requests);
    const double gap = scores[0].logprob - scores[1].logprob;
    Add(check, gap, Allowed(scores[0]) + Allowed(scores[1]),
        fmt::format("generation {}, token {}: the cpu's token {} is likelier by {:.5f} than the "
                    "device's {}",
                    request, alike.size(), expected, gap, found));
  }

  Engine& device_;
  Engine& reference_;
  const SampleQuestions& questions_;
  std::vector<ContinuationScore> expected_;
  std::vector<ContinuationScore> found_;
  double logit_error_ = 0;
  ModelAgreement agreement_;
};

}  // namespace

double AllowedLogprobError(double logprob, double logit_error) {
  // log1p and expm1: for a token that is nearly certain, 1 - p is what counts.
  return std::log1p(-std::expm1(logprob) * std::expm1(2 * logit_error));
}

ModelAgreement CompareModels(Engine& device, Engine& reference, const SampleQuestions& questions) {
  return Comparison(device, reference, questions).Run();
}

}  // namespace meval::gpu_check
