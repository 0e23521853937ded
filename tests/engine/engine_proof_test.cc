// A proof is worth what it can refute: each check of the engine fails when a result depends on what
// the check is about, and only then.

#include "engine/selftest/engine_proof.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/selftest/random_requests.h"

namespace meval::selftest {
namespace {

using ::testing::HasSubstr;

constexpr RequestLimits kLimits = {.vocab_size = 50, .max_tokens = 150, .num_requests = 12};

// What a call was like, for a fault that depends on it.
struct Call {
  Schedule schedule;
  std::size_t num_requests = 0;
  std::size_t index = 0;  // of a request in the call
  bool is_score = false;
};
// By how much a result is off.
using Fault = std::function<double(const Call&)>;

// Answers that depend on the request alone, as they should, and on the fault.
class FakeSubject : public Subject {
 public:
  Fault fault = [](const Call&) { return 0.0; };
  bool doubles_answers = false;
  bool forgets_when_continued = false;
  bool is_greedy = true;

  void Score(const Schedule& schedule, std::span<const ScoreRequest> requests,
             const Engine::ScoreDone& done, std::stop_token stop) override {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      if (stop.stop_requested()) return;
      const bool is_continued = schedule.batch_tokens == 16 && requests.size() < 12;
      if (forgets_when_continued && is_continued && i == 0) continue;
      ContinuationScore score;
      for (const TokenId token : requests[i].continuation) {
        const double logprob = -1.0 - Hash(requests[i].context, token);
        score.token_logprobs.push_back(logprob);
        score.logprob += logprob;
      }
      if (const double off = fault({schedule, requests.size(), i, true}); off != 0) {
        score.token_logprobs.assign({score.logprob - off});
        score.token_logprobs.resize(requests[i].continuation.size());
        score.logprob -= off;
      }
      score.is_greedy = is_greedy;
      done(i, score);
      if (doubles_answers) done(i, score);
    }
  }

  void Generate(const Schedule& schedule, std::span<const GenerationRequest> requests,
                const Engine::GenerateDone& done, std::stop_token stop) override {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      for (std::int64_t sample = 0; sample < requests[i].num_samples; ++sample) {
        if (stop.stop_requested()) return;
        Generation generation;
        const double value = Hash(requests[i].prompt, static_cast<TokenId>(sample)) +
                             static_cast<double>(requests[i].key % 7) +
                             fault({schedule, requests.size(), i, false});
        generation.text = std::to_string(value);
        generation.tokens = {static_cast<TokenId>(value * 1e6)};
        done(i, sample, generation);
      }
    }
  }

 private:
  static double Hash(const std::vector<TokenId>& tokens, TokenId last) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const TokenId token : tokens)
      hash = (hash ^ static_cast<std::uint32_t>(token)) * 0x100000001b3U;
    hash = (hash ^ static_cast<std::uint32_t>(last)) * 0x100000001b3U;
    return static_cast<double>(hash >> 40) * 0x1p-24;
  }
};

std::vector<SelftestCheck> Prove(Subject& subject, bool one_by_one = true) {
  Random random(5);
  ScoreWorkload scores(RandomScoreRequests(random, kLimits));
  GenerateWorkload generations(RandomGenerationRequests(random, kLimits));
  CheckList checks = EngineChecks("");
  const ProofOptions options = {
      .model = "fake model",
      .seed = 9,
      .base = {.share_prefixes = true, .batch_tokens = 256, .kv_pages = 100, .num_threads = 1},
      .one_by_one = one_by_one,
      .rounds = 2};
  ProveEngine(subject, scores, generations, options, checks);
  return checks.checks();
}

std::set<std::string> FailedOf(const std::vector<SelftestCheck>& checks) {
  std::set<std::string> names;
  for (const SelftestCheck& check : checks) {
    if (!check.passed()) names.insert(check.name);
  }
  return names;
}

// What fails when results are off by `fault`; mixture, where everything varies, may fail with each.
std::set<std::string> FailedWith(const Fault& fault) {
  FakeSubject subject;
  subject.fault = fault;
  std::set<std::string> failed = FailedOf(Prove(subject));
  failed.erase("score.mixture");
  failed.erase("generate.mixture");
  return failed;
}

using Names = std::set<std::string>;

TEST(EngineProof, AcceptsAnEngineWhoseAnswersDependOnTheRequestAlone) {
  FakeSubject subject;
  const std::vector<SelftestCheck> checks = Prove(subject);
  EXPECT_EQ(FailedOf(checks), Names{});
  for (const SelftestCheck& check : checks) EXPECT_GT(check.num_cases, 0) << check.name;
}

TEST(EngineProof, RefutesScoresThatDependOnTheBatchBudgetByOneUlp) {
  FakeSubject subject;
  subject.fault = [](const Call& call) {
    return call.is_score && call.schedule.batch_tokens == 64 ? 1e-15 : 0.0;
  };
  const std::vector<SelftestCheck> checks = Prove(subject);
  const auto check = std::find_if(checks.begin(), checks.end(), [](const SelftestCheck& candidate) {
    return candidate.name == "score.batch";
  });
  ASSERT_NE(check, checks.end());
  EXPECT_EQ(check->num_failures, 1);
  EXPECT_THAT(check->first_failure, HasSubstr("fake model"));
  EXPECT_THAT(check->first_failure, HasSubstr("64 rows a step"));
  EXPECT_THAT(check->first_failure, HasSubstr("expected -0x1."));
}

TEST(EngineProof, RefutesResultsThatDependOnTheBatchBudget) {
  EXPECT_EQ(FailedWith([](const Call& call) { return call.schedule.batch_tokens == 8192 ? 1 : 0; }),
            (Names{"score.batch", "generate.batch"}));
}

TEST(EngineProof, RefutesResultsThatDependOnSharing) {
  EXPECT_EQ(FailedWith([](const Call& call) {
              return !call.schedule.share_prefixes && call.schedule.batch_tokens > 1 ? 1 : 0;
            }),
            (Names{"score.sharing", "generate.sharing"}));
}

TEST(EngineProof, RefutesResultsThatDependOnTheKvPages) {
  EXPECT_EQ(FailedWith([](const Call& call) { return call.schedule.kv_pages < 100 ? 1 : 0; }),
            (Names{"score.memory", "generate.memory"}));
}

TEST(EngineProof, RefutesResultsThatDependOnThreads) {
  EXPECT_EQ(FailedWith([](const Call& call) { return call.schedule.num_threads == 4 ? 1 : 0; }),
            (Names{"score.threads", "generate.threads"}));
}

TEST(EngineProof, RefutesResultsThatDifferTokenByToken) {
  EXPECT_EQ(FailedWith([](const Call& call) { return call.schedule.batch_tokens == 1 ? 1 : 0; }),
            (Names{"score.tokenwise", "generate.tokenwise"}));
}

// The place in a call changes with order, subset, and with what is left after an interruption.
TEST(EngineProof, RefutesResultsThatDependOnTheOrder) {
  const Names failed = FailedWith([](const Call& call) { return call.index == 0 ? 1 : 0; });
  EXPECT_TRUE(failed.contains("score.order") && failed.contains("generate.order"));
}

TEST(EngineProof, RefutesResultsThatDependOnTheNumberOfRequests) {
  const Names failed = FailedWith([](const Call& call) {
    return call.num_requests < 12 && call.schedule.batch_tokens == 256 ? 1 : 0;
  });
  EXPECT_EQ(failed, (Names{"score.subset", "generate.subset"}));
}

TEST(EngineProof, RefutesResultsThatDependOnAnInterruption) {
  const Names failed = FailedWith([](const Call& call) {
    return call.num_requests < 12 && call.schedule.batch_tokens == 16 ? 1 : 0;
  });
  EXPECT_EQ(failed, (Names{"score.resume", "generate.resume"}));
}

TEST(EngineProof, RefutesAnAnswerLostInAnInterruption) {
  FakeSubject subject;
  subject.forgets_when_continued = true;
  const std::vector<SelftestCheck> checks = Prove(subject);
  EXPECT_EQ(FailedOf(checks), Names{"score.resume"});
  for (const SelftestCheck& check : checks) {
    if (!check.passed()) {
      EXPECT_THAT(check.first_failure, HasSubstr("found no answer"));
    }
  }
}

TEST(EngineProof, RefutesGreedyTokensThatAreNotGreedyWhenScored) {
  FakeSubject subject;
  subject.is_greedy = false;
  EXPECT_EQ(FailedOf(Prove(subject)), Names{"engine.greedy"});
}

TEST(EngineProof, RefutesAnswersThatComeTwice) {
  FakeSubject subject;
  subject.doubles_answers = true;
  EXPECT_TRUE(FailedOf(Prove(subject)).contains("engine.answers"));
}

TEST(EngineProof, RefutesAnswersThatMakeNoSense) {
  FakeSubject subject;
  subject.fault = [](const Call& call) { return call.is_score && call.index == 3 ? NAN : 0; };
  EXPECT_TRUE(FailedOf(Prove(subject)).contains("engine.answers"));
}

TEST(EngineProof, CountsAScheduleThatThrowsAsFailed) {
  EXPECT_EQ(FailedWith([](const Call& call) -> double {
              if (call.schedule.batch_tokens == 1024) throw std::runtime_error("out of pages");
              return 0;
            }),
            (Names{"score.batch", "generate.batch"}));
}

// A large model is loaded a few times only; what is not tried alone is said to be skipped.
TEST(EngineProof, TriesAllAtOnceWhereLoadingTakesLong) {
  FakeSubject subject;
  std::set<int> loads;
  subject.fault = [&](const Call& call) {
    loads.insert(static_cast<int>(call.schedule.batch_tokens));
    return call.schedule.share_prefixes ? 0 : 1;
  };
  const std::vector<SelftestCheck> checks = Prove(subject, false);
  EXPECT_EQ(loads.size(), 3U);
  EXPECT_EQ(FailedOf(checks),
            (Names{"score.mixture", "generate.mixture", "score.tokenwise", "generate.tokenwise"}));
  for (const SelftestCheck& check : checks) {
    EXPECT_TRUE(check.num_cases > 0 || check.why_skipped.find("mixture") != std::string::npos)
        << check.name;
  }
}

}  // namespace
}  // namespace meval::selftest
