#include "evals/gpu_check/model_answers.h"

#include <fstream>
#include <numeric>
#include <ostream>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "evals/encoded_task.h"
#include "tasks/digest.h"
#include "tasks/error.h"

namespace meval::gpu_check {
namespace {

using Json = nlohmann::json;

std::string DigestOf(const SampleQuestions& questions) {
  DigestBuilder digest;
  for (const ScoreRequest& request : questions.scores) digest.Add(JournalKey(request));
  for (const GenerationRequest& request : questions.generations) digest.Add(JournalKey(request));
  return digest.Finish();
}

std::string Joined(const std::vector<std::string>& lists) {
  return fmt::format("[\n{}]", fmt::join(lists, ",\n"));
}

// The answers in `json` to these questions, whose numbers and lengths they must have.
ModelAnswers ToAnswers(const Json& json, const SampleQuestions& questions) {
  if (json.at("questions") != DigestOf(questions)) {
    throw DataError(
        "goldens of other questions than those that are shipped; write them anew with "
        "mistral-eval gpu-check --write-goldens FILE, and say in the commit why they changed");
  }
  ModelAnswers answers;
  for (const Json& logprobs : json.at("token_logprobs")) {
    ContinuationScore score;
    score.token_logprobs = logprobs.get<std::vector<double>>();
    score.logprob = std::accumulate(score.token_logprobs.begin(), score.token_logprobs.end(), 0.0);
    answers.scores.push_back(std::move(score));
  }
  const Json& ended = json.at("ended");
  for (const Json& tokens : json.at("generations")) {
    Generation generation;
    generation.tokens = tokens.get<std::vector<TokenId>>();
    generation.reason = ended.at(answers.generations.size()).get<int>() != 0 ? StopReason::kEos
                                                                             : StopReason::kLength;
    answers.generations.push_back(std::move(generation));
  }
  bool fits = answers.scores.size() == questions.scores.size() &&
              answers.generations.size() == questions.generations.size();
  for (std::size_t i = 0; fits && i < answers.scores.size(); ++i) {
    fits = answers.scores[i].token_logprobs.size() == questions.scores[i].continuation.size();
  }
  if (!fits) throw DataError("expected an answer to every token of every question");
  return answers;
}

}  // namespace

ModelAnswers Ask(Engine& engine, const SampleQuestions& questions, const std::stop_token& stop) {
  ModelAnswers answers;
  answers.scores.resize(questions.scores.size());
  answers.generations.resize(questions.generations.size());
  engine.Score(
      questions.scores,
      [&](std::size_t i, ContinuationScore score) { answers.scores[i] = std::move(score); }, stop);
  engine.Generate(
      questions.generations,
      [&](std::size_t i, std::int64_t, Generation generation) {
        answers.generations[i] = std::move(generation);
      },
      stop);
  return answers;
}

void WriteGoldens(const SampleQuestions& questions, const ModelAnswers& answers,
                  std::ostream& out) {
  std::vector<std::string> logprobs;
  for (const ContinuationScore& score : answers.scores) {
    logprobs.push_back(fmt::format("[{:.6f}]", fmt::join(score.token_logprobs, ",")));
  }
  std::vector<std::string> generations;
  std::vector<int> ended;
  for (const Generation& generation : answers.generations) {
    generations.push_back(fmt::format("[{}]", fmt::join(generation.tokens, ",")));
    ended.push_back(generation.reason == StopReason::kEos ? 1 : 0);
  }
  fmt::print(
      out,
      "{{\"questions\":\"{}\",\n\"token_logprobs\":{},\n\"generations\":{},\n\"ended\":[{}]}}\n",
      DigestOf(questions), Joined(logprobs), Joined(generations), fmt::join(ended, ","));
}

ModelAnswers ReadGoldens(const std::filesystem::path& file, const SampleQuestions& questions) {
  try {
    std::ifstream in(file, std::ios::binary);
    return ToAnswers(Json::parse(in), questions);
  } catch (const Json::exception& error) {
    throw DataError(file.string() + ": " + error.what());
  } catch (const DataError& error) {
    throw DataError(file.string() + ": " + error.what());
  }
}

}  // namespace meval::gpu_check
