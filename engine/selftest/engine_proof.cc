#include "engine/selftest/engine_proof.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace meval::selftest {
namespace {

constexpr const char* kAnswers = "engine.answers";
constexpr const char* kGreedy = "engine.greedy";
constexpr std::string_view kMixture = "mixture";
constexpr std::string_view kTokenwise = "tokenwise";

using Picks = std::vector<std::size_t>;

// A schedule to try, and the checks ("score." and "generate." of it) it belongs to.
struct Trial {
  std::string_view check;
  Schedule schedule;
  // KV pages beyond those the largest request of each kind needs; nothing: as the schedule says.
  std::optional<std::int64_t> spare_pages = {};
};

class EngineProof {
 public:
  EngineProof(Subject& subject, ScoreWorkload& scores, GenerateWorkload& generations,
              const ProofOptions& options, CheckList& checks)
      : subject_(subject),
        scores_(scores),
        generations_(generations),
        options_(options),
        checks_(checks) {}

  void Run();

 private:
  struct Side {
    Workload* workload;
    Picks all;
    Answers expected;
  };

  bool RunBase(Side& side);
  void TryGreedy();
  void TryOrders(Side& side);
  void TrySubsets(Side& side);
  void TryInterruptions(Side& side, const Schedule& schedule);
  void TrySchedule(const Trial& trial);
  std::vector<Trial> OneByOne();
  std::vector<Trial> AtOnce();
  Picks FewRows(const Workload& workload, Picks picks) const;

  Random RandomFor(const std::string& check) const { return Random(options_.seed, check); }
  // Makes a comparison and adds what comes of it; `what` says how the run was made.
  void Compare(const std::string& check, const std::string& what, Side& side, const Picks& picks,
               const std::function<Answers()>& run);

  Subject& subject_;
  ScoreWorkload& scores_;
  GenerateWorkload& generations_;
  const ProofOptions& options_;
  CheckList& checks_;
  Side score_side_{};
  Side generate_side_{};
};

void EngineProof::Compare(const std::string& check, const std::string& what, Side& side,
                          const Picks& picks, const std::function<Answers()>& run) {
  if (options_.stop.stop_requested()) return;
  std::string failure;
  try {
    failure = Difference(*side.workload, run(), side.expected, picks);
  } catch (const std::exception& error) {
    failure = std::string("threw: ") + error.what();
  }
  if (!failure.empty()) failure = options_.model + "; " + what + ": " + failure;
  checks_.Add(check, failure);
}

// Every request answered, or the proof ends here.
bool EngineProof::RunBase(Side& side) {
  if (options_.stop.stop_requested()) return false;
  side.all.resize(side.workload->size());
  std::iota(side.all.begin(), side.all.end(), std::size_t{0});
  std::string failure;
  try {
    side.expected = side.workload->Run(subject_, options_.base, side.all);
    for (const std::size_t request : side.all) {
      const auto& answers = side.expected[request];
      if (failure.empty() && std::find(answers.begin(), answers.end(), "") != answers.end()) {
        failure = side.workload->Describe(request) + " was not answered";
      }
    }
  } catch (const std::exception& error) {
    failure = std::string("threw: ") + error.what();
  }
  checks_.Add(kAnswers, failure.empty() ? ""
                                        : options_.model + "; " + side.workload->kind() + ", " +
                                              Describe(options_.base) + ": " + failure);
  return failure.empty();
}

void EngineProof::TryOrders(Side& side) {
  const std::string check = std::string(side.workload->kind()) + ".order";
  if (!checks_.Wants(check)) return;
  Random random = RandomFor(check);
  for (std::int64_t round = 0; round < options_.rounds; ++round) {
    Picks picks = side.all;
    random.Shuffle(picks);
    Compare(check, "shuffled, round " + std::to_string(round), side, side.all,
            [&] { return side.workload->Run(subject_, options_.base, picks); });
  }
}

// The first few, as --limit does, and any few.
void EngineProof::TrySubsets(Side& side) {
  const std::string check = std::string(side.workload->kind()) + ".subset";
  if (!checks_.Wants(check)) return;
  Random random = RandomFor(check);
  const auto most = static_cast<std::int64_t>(side.all.size());
  for (std::int64_t round = 0; round < options_.rounds; ++round) {
    for (const bool is_first_few : {true, false}) {
      Picks picks = side.all;
      if (!is_first_few) random.Shuffle(picks);
      picks.resize(
          static_cast<std::size_t>(random.Between(1, std::max<std::int64_t>(1, most - 1))));
      if (!is_first_few) std::sort(picks.begin(), picks.end());
      Compare(check, std::to_string(picks.size()) + " requests alone", side, picks,
              [&] { return side.workload->Run(subject_, options_.base, picks); });
    }
  }
}

// Stops after some answers, then asks again for the requests that are not answered whole, as a run
// that is continued does.
void EngineProof::TryInterruptions(Side& side, const Schedule& schedule) {
  const std::string check = std::string(side.workload->kind()) + ".resume";
  if (!checks_.Wants(check)) return;
  Random random = RandomFor(check);
  for (std::int64_t round = 0; round < options_.rounds; ++round) {
    const std::int64_t stop_after = random.Between(
        1, std::max<std::int64_t>(1, static_cast<std::int64_t>(side.all.size()) / 2));
    Compare(check,
            "stopped after " + std::to_string(stop_after) + " answers and continued, " +
                Describe(schedule),
            side, side.all, [&] {
              Answers answers = side.workload->Run(subject_, schedule, side.all, stop_after);
              Picks missing;
              for (const std::size_t request : side.all) {
                const auto& samples = answers[request];
                if (std::find(samples.begin(), samples.end(), "") != samples.end()) {
                  missing.push_back(request);
                }
              }
              Answers rest = side.workload->Run(subject_, schedule, missing);
              for (const std::size_t request : missing) {
                // A sample that came before the interruption is compared as well.
                for (std::size_t s = 0; s < answers[request].size(); ++s) {
                  std::string& first = answers[request][s];
                  if (first.empty() || first == side.expected[request][s]) first = rest[request][s];
                }
              }
              return answers;
            });
  }
}

// As many of the picks as may be fed token by token, one at least.
Picks EngineProof::FewRows(const Workload& workload, Picks picks) const {
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < picks.size(); ++i) {
    rows += workload.rows(picks[i]) * workload.num_samples(picks[i]);
    if (i > 0 && rows > options_.most_tokenwise_rows) picks.resize(i);
  }
  return picks;
}

void EngineProof::TrySchedule(const Trial& trial) {
  for (Side* side : {&score_side_, &generate_side_}) {
    const std::string check = std::string(side->workload->kind()) + "." + std::string(trial.check);
    if (!checks_.Wants(check)) continue;
    Schedule schedule = trial.schedule;
    if (trial.spare_pages)
      schedule.kv_pages = side->workload->PagesOfLargest() + *trial.spare_pages;
    Picks picks = side->all;
    if (trial.check == kMixture || trial.check == kTokenwise) RandomFor(check).Shuffle(picks);
    if (trial.check == kTokenwise) picks = FewRows(*side->workload, picks);
    Compare(check, Describe(schedule), *side, picks,
            [&] { return side->workload->Run(subject_, schedule, picks); });
  }
}

// What generation calls the likeliest token, a row at a time behind its own answers, scoring must
// call greedy, in one pass over all of it.
void EngineProof::TryGreedy() {
  if (!checks_.Wants(kGreedy) || options_.stop.stop_requested()) return;
  std::vector<GenerationRequest> greedy;
  for (const GenerationRequest& request : generations_.requests()) {
    if (request.sampling.temperature > 0) continue;
    greedy.push_back(request);
    greedy.back().num_samples = 1;
  }
  std::vector<ScoreRequest> requests;
  std::string failure;
  try {
    subject_.Generate(options_.base, greedy,
                      [&](std::size_t i, std::int64_t, const Generation& generation) {
                        if (!generation.tokens.empty())
                          requests.push_back({greedy.at(i).prompt, generation.tokens});
                      },
                      {});
    subject_.Score(options_.base, requests,
                   [&](std::size_t i, const ContinuationScore& score) {
                     if (!score.is_greedy && failure.empty()) {
                       failure = "the " + std::to_string(requests.at(i).continuation.size()) +
                                 " tokens generated greedily after " +
                                 std::to_string(requests.at(i).context.size()) +
                                 " are not greedy when scored";
                     }
                   },
                   {});
  } catch (const std::exception& error) {
    failure = std::string("threw: ") + error.what();
  }
  checks_.Add(kGreedy, failure.empty() ? "" : options_.model + ": " + failure);
}

std::vector<Trial> EngineProof::OneByOne() {
  const Schedule& base = options_.base;
  std::vector<Trial> trials;
  const auto vary = [&](std::string_view check, const std::function<void(Schedule&)>& change,
                        std::optional<std::int64_t> spare_pages = {}) {
    Trial& trial = trials.emplace_back(Trial{check, base, spare_pages});
    change(trial.schedule);
  };
  Random random = RandomFor("schedules");
  vary("sharing", [](Schedule& it) { it.share_prefixes = false; });
  for (const std::int64_t rows : {std::int64_t{64}, std::int64_t{1024}, std::int64_t{8192}}) {
    vary("batch", [&](Schedule& it) { it.batch_tokens = rows; });
  }
  vary(
      "memory", [](Schedule&) {}, 0);
  for (const int threads : options_.thread_counts) {
    if (threads != base.num_threads)
      vary("threads", [&](Schedule& it) { it.num_threads = threads; });
  }
  for (std::int64_t round = 0; round < options_.rounds; ++round) {
    const std::int64_t few_rows = random.Between(1, 63);
    const std::int64_t rows = random.Between(65, 8191);
    vary("batch", [&](Schedule& it) { it.batch_tokens = few_rows; });
    vary("batch", [&](Schedule& it) { it.batch_tokens = rows; });
    vary(
        "memory", [](Schedule&) {}, random.Between(1, 6));
    const Schedule mixed = {
        .share_prefixes = random.Chance(0.7),
        .batch_tokens = random.Pick<std::int64_t>({random.Between(16, 40), 64, 300}),
        .kv_pages = 0,
        .num_threads = random.Pick({1, 2, 4})};
    trials.push_back({kMixture, mixed, random.Pick<std::int64_t>({0, 1, random.Between(2, 20)})});
  }
  vary(kTokenwise, [](Schedule& it) {
    it.share_prefixes = false;
    it.batch_tokens = 1;
  });
  return trials;
}

std::vector<Trial> EngineProof::AtOnce() {
  for (const char* check : {"sharing", "batch", "memory", "threads"}) {
    for (const char* kind : {"score.", "generate."}) {
      checks_.Skip(std::string(kind) + check,
                   "loading takes long: all at once in \"mixture\"; --full tries each alone");
    }
  }
  const int threads = options_.base.num_threads == 1 ? 2 : 1;
  return {{kMixture, {.share_prefixes = false, .batch_tokens = 23, .num_threads = threads}, 0},
          {kTokenwise,
           {.share_prefixes = false, .batch_tokens = 1, .num_threads = options_.base.num_threads},
           0}};
}

void EngineProof::Run() {
  score_side_.workload = &scores_;
  generate_side_.workload = &generations_;
  for (Side* side : {&score_side_, &generate_side_}) {
    // What nobody asks about is not run.
    const bool is_asked =
        checks_.Wants(kAnswers) || checks_.Wants(std::string(side->workload->kind()) + ".");
    if (is_asked && !RunBase(*side)) return;
  }
  for (Side* side : {&score_side_, &generate_side_}) {
    TryOrders(*side);
    TrySubsets(*side);
  }
  TryGreedy();
  // Small steps, so that an interruption finds something left to do.
  Schedule interrupted = options_.base;
  if (options_.one_by_one) interrupted.batch_tokens = 16;
  for (Side* side : {&score_side_, &generate_side_}) TryInterruptions(*side, interrupted);
  for (const Trial& trial : options_.one_by_one ? OneByOne() : AtOnce()) TrySchedule(trial);
}

}  // namespace

CheckList EngineChecks(std::string_view only) {
  return CheckList(
      {
          {kAnswers, "every request is answered, every score is the sum of its tokens"},
          {kGreedy, "what is generated greedily is greedy when it is scored"},
          {"score.order", "shuffled requests get the same bits"},
          {"score.subset", "some of the requests alone get the same bits"},
          {"score.resume", "interrupted and continued: the same bits, none lost or doubled"},
          {"score.sharing", "without sharing of prefixes: the same bits"},
          {"score.batch", "steps of 1 to 8192 rows: the same bits"},
          {"score.memory", "KV pages from ample to the largest request's: the same bits"},
          {"score.threads", "1, 2, 4 and all threads: the same bits"},
          {"score.tokenwise", "token by token, each request alone: the same bits"},
          {"score.mixture", "all of these at once: the same bits"},
          {"generate.order", "shuffled requests get the same tokens"},
          {"generate.subset", "some of the requests alone get the same tokens"},
          {"generate.resume", "interrupted and continued: the same tokens, none lost or doubled"},
          {"generate.sharing", "without sharing of prefixes: the same tokens"},
          {"generate.batch", "steps of 1 to 8192 rows: the same tokens"},
          {"generate.memory", "KV pages from ample to the largest request's: the same tokens"},
          {"generate.threads", "1, 2, 4 and all threads: the same tokens"},
          {"generate.tokenwise", "token by token, each request alone: the same tokens"},
          {"generate.mixture", "all of these at once: the same tokens"},
      },
      only);
}

void ProveEngine(Subject& subject, ScoreWorkload& scores, GenerateWorkload& generations,
                 const ProofOptions& options, CheckList& checks) {
  EngineProof(subject, scores, generations, options, checks).Run();
}

}  // namespace meval::selftest
