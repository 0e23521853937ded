#include "engine/selftest/workload.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "kernels/attention.h"

namespace meval::selftest {
namespace {

// Hexadecimal, so that every bit shows; the value behind it for people.
std::string Exact(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%a (%.9g)", value, value);
  return text.data();
}

std::string ToText(const ContinuationScore& score) {
  std::string text = Exact(score.logprob) + (score.is_greedy ? ", greedy:" : ", not greedy:");
  for (const double logprob : score.token_logprobs) text += " " + Exact(logprob);
  return text;
}

std::string ToText(const Generation& generation) {
  std::string text = std::string(Name(generation.reason)) + ", \"" + generation.text + "\":";
  for (const TokenId token : generation.tokens) text += " " + std::to_string(token);
  return text;
}

template <typename Request>
std::vector<Request> Picked(const std::vector<Request>& requests,
                            std::span<const std::size_t> picks) {
  std::vector<Request> picked;
  picked.reserve(picks.size());
  for (const std::size_t pick : picks) picked.push_back(requests[pick]);
  return picked;
}

// What every score keeps, whatever the schedule.
void CheckSense(const ScoreRequest& request, const ContinuationScore& score) {
  double sum = 0;
  for (const double logprob : score.token_logprobs) sum += logprob;
  // A softmax in f32 may exceed 1 by its rounding.
  const bool makes_sense = score.token_logprobs.size() == request.continuation.size() &&
                           std::isfinite(score.logprob) && score.logprob <= 1e-5 &&
                           sum == score.logprob;
  if (!makes_sense) {
    throw std::runtime_error("a score that is not the sum of one log-probability per token of " +
                             std::to_string(request.continuation.size()) + ": " + ToText(score));
  }
}

std::int64_t PagesOf(std::int64_t rows) { return (rows + kKvPageTokens - 1) / kKvPageTokens; }

}  // namespace

Answers Workload::Run(Subject& subject, const Schedule& schedule,
                      std::span<const std::size_t> picks, std::int64_t stop_after) {
  Answers answers(size());
  for (std::size_t request = 0; request < size(); ++request) {
    answers[request].resize(static_cast<std::size_t>(num_samples(request)));
  }
  std::stop_source stop;
  std::int64_t num_answers = 0;
  const Report report = [&](std::size_t pick, std::int64_t sample, std::string answer) {
    if (pick >= picks.size() || sample < 0 || sample >= num_samples(picks[pick])) {
      throw std::runtime_error("an answer for a request or sample that was not asked for");
    }
    std::string& place = answers[picks[pick]][static_cast<std::size_t>(sample)];
    if (!place.empty()) throw std::runtime_error(Describe(picks[pick]) + " was answered twice");
    place = std::move(answer);
    if (++num_answers == stop_after) stop.request_stop();
  };
  Call(subject, schedule, picks, report, stop.get_token());
  return answers;
}

std::int64_t Workload::PagesOfLargest() const {
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < size(); ++i) largest = std::max(largest, pages(i));
  return largest;
}

std::string ScoreWorkload::Describe(std::size_t request) const {
  return "request " + std::to_string(request) + " (" +
         std::to_string(requests_[request].context.size()) + " tokens of context, " +
         std::to_string(requests_[request].continuation.size()) + " of continuation)";
}

std::int64_t ScoreWorkload::rows(std::size_t request) const {
  const ScoreRequest& it = requests_[request];
  return static_cast<std::int64_t>(it.context.size() + it.continuation.size()) - 1;
}

std::int64_t ScoreWorkload::num_samples(std::size_t) const { return 1; }

std::int64_t ScoreWorkload::pages(std::size_t request) const { return PagesOf(rows(request)); }

void ScoreWorkload::Call(Subject& subject, const Schedule& schedule,
                         std::span<const std::size_t> picks, const Report& report,
                         std::stop_token stop) {
  subject.Score(
      schedule, Picked(requests_, picks),
      [&](std::size_t pick, const ContinuationScore& score) {
        if (pick < picks.size()) CheckSense(requests_[picks[pick]], score);
        report(pick, 0, ToText(score));
      },
      std::move(stop));
}

std::string GenerateWorkload::Describe(std::size_t request) const {
  return "request " + std::to_string(request) + " (prompt of " +
         std::to_string(requests_[request].prompt.size()) + " tokens, up to " +
         std::to_string(requests_[request].max_new_tokens) + " new ones, temperature " +
         std::to_string(requests_[request].sampling.temperature) + ")";
}

std::int64_t GenerateWorkload::rows(std::size_t request) const {
  const GenerationRequest& it = requests_[request];
  return static_cast<std::int64_t>(it.prompt.size()) + it.max_new_tokens;
}

std::int64_t GenerateWorkload::num_samples(std::size_t request) const {
  return requests_[request].num_samples;
}

std::int64_t GenerateWorkload::pages(std::size_t request) const {
  const GenerationRequest& it = requests_[request];
  const auto prompt = static_cast<std::int64_t>(it.prompt.size());
  if (it.max_new_tokens == 1) return PagesOf(prompt);
  return PagesOf(prompt) + PagesOf(rows(request) - 1) - prompt / kKvPageTokens;
}

void GenerateWorkload::Call(Subject& subject, const Schedule& schedule,
                            std::span<const std::size_t> picks, const Report& report,
                            std::stop_token stop) {
  subject.Generate(
      schedule, Picked(requests_, picks),
      [&](std::size_t pick, std::int64_t sample, const Generation& generation) {
        report(pick, sample, ToText(generation));
      },
      std::move(stop));
}

std::string Difference(const Workload& workload, const Answers& found, const Answers& expected,
                       std::span<const std::size_t> picks) {
  for (const std::size_t request : picks) {
    for (std::size_t sample = 0; sample < expected[request].size(); ++sample) {
      const std::string& answer = found[request][sample];
      if (answer == expected[request][sample]) continue;
      return workload.Describe(request) + ", sample " + std::to_string(sample) + ": expected " +
             expected[request][sample] + "; found " + (answer.empty() ? "no answer" : answer);
    }
  }
  return "";
}

}  // namespace meval::selftest
