#include "evals/score_requests.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "engine/score_plan.h"
#include "evals/result_worker.h"

namespace meval {
namespace {

// What is still to be asked.
struct Unfinished {
  std::vector<ScoreRequest> requests;
  std::vector<std::size_t> origin;  // per request: its place in the task
};

// Requests finished in an earlier attempt are not asked again.
Unfinished TakeFromJournal(EncodedTask& task, const JournalContents& finished, EvalOutcome& outcome,
                           const SetScore& set) {
  Unfinished unfinished;
  for (std::size_t i = 0; i < task.score_requests.size(); ++i) {
    const auto score = finished.scores.find(task.keys[i]);
    if (score == finished.scores.end()) {
      outcome.tokens_of_duplicates += FedTokens(task.score_requests[i]).size() *
                                      static_cast<std::int64_t>(task.places[i].size() - 1);
      unfinished.requests.push_back(std::move(task.score_requests[i]));
      unfinished.origin.push_back(i);
      continue;
    }
    outcome.requests_from_journal += static_cast<std::int64_t>(task.places[i].size());
    for (const EncodedTask::Place& place : task.places[i]) set(place, score->second, std::nullopt);
  }
  task.score_requests.clear();
  return unfinished;
}

}  // namespace

void ScoreRequests(EncodedTask& task, const EvalEnvironment& environment, EvalOutcome& outcome,
                   const SetScore& set) {
  const Unfinished unfinished = TakeFromJournal(task, environment.finished, outcome, set);
  JournalWriter* journal = environment.journal;
  const auto keep = [&](std::size_t origin, const JournalScore& line, std::int64_t tokens_fed) {
    if (journal != nullptr) journal->Add(task.keys[origin], line);
    for (const EncodedTask::Place& place : task.places[origin]) set(place, line, tokens_fed);
  };
  ResultWorker worker(environment.stop, [journal] {
    if (journal != nullptr) journal->Flush();
  });
  environment.model.Score(
      unfinished.requests,
      [&](std::size_t request, const ContinuationScore& score) {
        const JournalScore line = {
            .logprob = score.logprob,
            .is_greedy = score.is_greedy,
            .num_tokens = static_cast<std::int64_t>(score.token_logprobs.size())};
        const std::int64_t tokens_fed = environment.model.stats().tokens_fed;
        worker.Push([&keep, origin = unfinished.origin[request], line, tokens_fed] {
          keep(origin, line, tokens_fed);
        });
      },
      worker.stop_token());
  worker.Finish();
  if (journal != nullptr) journal->Sync();
}

}  // namespace meval
