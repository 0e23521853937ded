// Metrics per second, on texts of the sizes the built-in tasks have.
//
//   build/dev/bench/metric_bench --benchmark_filter=Rouge

#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/exact_match.h"
#include "metrics/extract.h"
#include "metrics/majority_vote.h"
#include "metrics/porter_stemmer.h"
#include "metrics/python_random.h"
#include "metrics/rouge.h"
#include "metrics/ter.h"

namespace meval {
namespace {

const char* const kWords[] = {
    "the",         "meeting",    "was",       "moved",           "to",
    "Friday",      "because",    "everybody", "agreed",          "that",
    "nothing",     "relational", "and",       "summaries",       "describe",
    "3.5",         "dollars",    "quickly",   "generalizations", "of",
    "Überflutung", "well-known"};

std::string MakeText(PythonRandom& random, std::int64_t num_words) {
  std::string text;
  for (std::int64_t i = 0; i < num_words; ++i) {
    text += kWords[random.Below(static_cast<std::int64_t>(std::size(kWords)))];
    text += i % 12 == 11 ? ".\n" : " ";
  }
  return text;
}

// Two texts of state.range(0) words each.
void RougePair(benchmark::State& state, const std::vector<std::string>& types, bool use_stemmer) {
  PythonRandom random(1);
  const std::string target = MakeText(random, state.range(0));
  const std::string prediction = MakeText(random, state.range(0));
  const Rouge rouge(types, use_stemmer);
  for (auto _ : state) {
    benchmark::DoNotOptimize(rouge.Score(target, prediction));
  }
  state.SetItemsProcessed(state.iterations());
}

void RougeAllStemmed(benchmark::State& state) {
  RougePair(state, {"rouge1", "rouge2", "rougeL", "rougeLsum"}, true);
}
BENCHMARK(RougeAllStemmed)->Arg(25)->Arg(100)->Arg(1000);

void RougeL(benchmark::State& state) { RougePair(state, {"rougeL"}, false); }
BENCHMARK(RougeL)->Arg(25)->Arg(1000)->Arg(10000);

void BleuSegment(benchmark::State& state, BleuTokenizer tokenizer) {
  PythonRandom random(2);
  const std::string hypothesis = MakeText(random, 30);
  const std::vector<std::string> references = {MakeText(random, 30)};
  BleuOptions options;
  options.tokenizer = tokenizer;
  for (auto _ : state) {
    benchmark::DoNotOptimize(CountBleu(hypothesis, references, options));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(BleuSegment, 13a, BleuTokenizer::k13a);
BENCHMARK_CAPTURE(BleuSegment, intl, BleuTokenizer::kIntl);

void ChrfSegment(benchmark::State& state, const char* name) {
  PythonRandom random(5);
  const std::string hypothesis = MakeText(random, 30);
  const std::vector<std::string> references = {MakeText(random, 30)};
  const ChrfOptions options = ParseChrf(name);
  for (auto _ : state) {
    benchmark::DoNotOptimize(CountChrf(hypothesis, references, options));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(ChrfSegment, chrf, "chrf");
BENCHMARK_CAPTURE(ChrfSegment, chrf++, "chrf++");

// Words at random: many candidates for shifts.
void TerSegment(benchmark::State& state) {
  PythonRandom random(6);
  const std::string hypothesis = MakeText(random, state.range(0));
  const std::vector<std::string> references = {MakeText(random, state.range(0))};
  for (auto _ : state) {
    benchmark::DoNotOptimize(CountTer(hypothesis, references));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(TerSegment)->Arg(25)->Arg(100)->Arg(1000);

std::string MakeSolution() {
  PythonRandom random(4);
  return MakeText(random, 120) + "So 3 * 600 = $1,800.\nThe answer is 1,800.\n#### 1,800";
}

void Extract(benchmark::State& state, const char* pattern, std::int64_t group_select) {
  const std::string response = MakeSolution();
  const RegexFilter filter({.pattern = pattern, .group_select = group_select});
  for (auto _ : state) {
    benchmark::DoNotOptimize(filter.Apply(response));
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(response.size()));
}
BENCHMARK_CAPTURE(Extract, gsm8k_strict, R"(#### (\-?[0-9\.\,]+))", 0);
BENCHMARK_CAPTURE(Extract, gsm8k_flexible, "(-?[$0-9.,]{2,})|(-?[0-9]+)", -1);
BENCHMARK_CAPTURE(Extract, the_answer_is, R"(The answer is (\-?[0-9\.\,]*[0-9]+))", 0);
BENCHMARK_CAPTURE(Extract, lookbehind, "(?<=answer is )(.*)(?=.)", 0);

void ExactMatchGsm8k(benchmark::State& state) {
  const std::string solution = MakeSolution();
  ExactMatchOptions options;
  options.ignore_case = true;
  options.regexes_to_ignore = {",", "\\$", "(?s).*#### ", "\\.$"};
  const ExactMatch metric(options);
  for (auto _ : state) {
    benchmark::DoNotOptimize(metric.Matches("1,800", solution));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ExactMatchGsm8k);

void MajAtK(benchmark::State& state) {
  PythonRandom random(5);
  std::vector<VoteSample> samples;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const auto answer = random.Below(5);
    samples.push_back({std::to_string(answer), true, answer == 0});
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(ScoreMajority(samples, 6));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(MajAtK)->Arg(8)->Arg(64);

void Porter(benchmark::State& state) {
  const std::vector<std::string> words = {"generalizations", "oscillators", "meetings",
                                          "agreed",          "relational",  "hopping",
                                          "happily",         "summaries"};
  for (auto _ : state) {
    for (const auto& word : words) {
      benchmark::DoNotOptimize(PorterStem(word));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(words.size()));
}
BENCHMARK(Porter);

}  // namespace
}  // namespace meval

BENCHMARK_MAIN();
