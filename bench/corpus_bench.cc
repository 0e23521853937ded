// Metrics over whole sets, on one and two threads, on English-like text made in code.
//
//   build/dev/bench/corpus_bench --benchmark_filter=bleu
//   build/dev/bench/corpus_bench --write_input=DIR
//
// The second writes the texts, one a line, for other programs to score (bench/compare_metrics.py).
// Counters hold the scores.

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/counters.h"
#include "bench/synthetic_text.h"
#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/parallel.h"
#include "metrics/porter_stemmer.h"
#include "metrics/question_answering.h"
#include "metrics/rouge.h"
#include "metrics/ter.h"

namespace meval {
namespace {

constexpr std::size_t kNumPairs = 10'000;
constexpr std::size_t kNumTerPairs = 1'000;
constexpr std::int64_t kLongWords = 3'000;

using Texts = std::vector<std::string>;

struct Input {
  Texts hypotheses;
  std::vector<Texts> references;  // one for each hypothesis
  TextPairs long_pair;
  Texts words;  // of the references, as ROUGE splits them
};

const Input& TheInput() {
  static const Input input = [] {
    TextPairs pairs = MakeSentencePairs(kNumPairs);
    Input made;
    made.hypotheses = std::move(pairs.hypotheses);
    for (std::string& reference : pairs.references) {
      for (std::string& word : RougeTokenize(reference, false)) {
        made.words.push_back(std::move(word));
      }
      made.references.push_back({std::move(reference)});
    }
    made.long_pair = MakeLongPair(kLongWords);
    return made;
  }();
  return input;
}

void Bleu13a(benchmark::State& state) {
  const Input& input = TheInput();
  for (auto _ : state) {
    state.counters["score"] =
        CorpusBleu(input.hypotheses, input.references, {}, NumThreads(state)).score;
  }
}
BENCHMARK(Bleu13a)->Name("bleu_13a")->Apply(OnOneAndTwoThreads);

void Chrf(benchmark::State& state, int word_order) {
  const Input& input = TheInput();
  ChrfOptions options;
  options.word_order = word_order;
  for (auto _ : state) {
    state.counters["score"] =
        CorpusChrf(input.hypotheses, input.references, options, NumThreads(state));
  }
}
BENCHMARK_CAPTURE(Chrf, plain, 0)->Name("chrf")->Apply(OnOneAndTwoThreads);
BENCHMARK_CAPTURE(Chrf, plus_plus, 2)->Name("chrf++")->Apply(OnOneAndTwoThreads);

void Ter(benchmark::State& state) {
  const Input& input = TheInput();
  const auto hypotheses = std::span(input.hypotheses).first(kNumTerPairs);
  const auto references = std::span(input.references).first(kNumTerPairs);
  for (auto _ : state) {
    state.counters["score"] = CorpusTer(hypotheses, references, {}, NumThreads(state));
  }
}
BENCHMARK(Ter)->Name("ter")->Apply(OnOneAndTwoThreads);

void RougeStemmed(benchmark::State& state) {
  const Input& input = TheInput();
  const Rouge rouge({"rouge1", "rouge2", "rougeL"}, true);
  for (auto _ : state) {
    const auto scores = rouge.ScoreDocuments(input.references, input.hypotheses, NumThreads(state));
    for (std::size_t t = 0; t < rouge.types().size(); ++t) {
      double sum = 0;
      for (const auto& document : scores) {
        sum += document[t].fmeasure;
      }
      state.counters[rouge.types()[t]] = sum / static_cast<double>(scores.size());
    }
  }
}
BENCHMARK(RougeStemmed)->Name("rouge_stemmed")->Apply(OnOneAndTwoThreads);

// Means of exact match and F1, both in percent.
void SquadV1(benchmark::State& state) {
  const Input& input = TheInput();
  for (auto _ : state) {
    std::vector<AnswerScore> scores(input.hypotheses.size());
    ParallelFor(NumThreads(state), scores.size(), [&](std::size_t i) {
      scores[i] = ScoreBestAnswer(input.hypotheses[i], input.references[i], AnswerRules::kSquadV1);
    });
    AnswerScore sums;
    for (const AnswerScore& score : scores) {
      sums.exact_match += score.exact_match;
      sums.f1 += score.f1;
    }
    state.counters["exact_match"] = 100 * sums.exact_match / static_cast<double>(scores.size());
    state.counters["f1"] = 100 * sums.f1 / static_cast<double>(scores.size());
  }
}
BENCHMARK(SquadV1)->Name("squad_v1")->Apply(OnOneAndTwoThreads);

void RougeLLong(benchmark::State& state) {
  const TextPairs& pair = TheInput().long_pair;
  const Rouge rouge({"rougeL"}, false);
  for (auto _ : state) {
    state.counters["rougeL"] = rouge.Score(pair.references[0], pair.hypotheses[0])[0].fmeasure;
  }
}
BENCHMARK(RougeLLong)->Name("rouge_l_long/threads:1")->UseRealTime()->Unit(benchmark::kMillisecond);

// FNV-1a over all stems, a zero byte behind each, in 32 bits, which a counter holds exactly.
void PorterWords(benchmark::State& state) {
  const Input& input = TheInput();
  Texts stems(input.words.size());
  for (auto _ : state) {
    std::transform(input.words.begin(), input.words.end(), stems.begin(),
                   [](const std::string& word) { return PorterStem(word); });
    benchmark::ClobberMemory();
  }
  std::uint32_t digest = 2166136261u;
  for (const std::string& stem : stems) {
    for (const char c : std::string_view(stem.c_str(), stem.size() + 1)) {
      digest = (digest ^ static_cast<unsigned char>(c)) * 16777619u;
    }
  }
  state.counters["digest"] = digest;
}
BENCHMARK(PorterWords)->Name("porter/threads:1")->UseRealTime()->Unit(benchmark::kMillisecond);

void WriteLines(const std::string& path, const Texts& lines) {
  std::ofstream out(path, std::ios::binary);
  for (const std::string& line : lines) {
    out << line << '\n';
  }
  if (!out.flush()) {
    throw std::runtime_error(path + ": cannot be written");
  }
}

void WriteInput(const std::string& directory) {
  const Input& input = TheInput();
  Texts references;
  for (const Texts& list : input.references) {
    references.push_back(list[0]);
  }
  WriteLines(directory + "/hypotheses.txt", input.hypotheses);
  WriteLines(directory + "/references.txt", references);
  WriteLines(directory + "/long.txt",
             {input.long_pair.references[0], input.long_pair.hypotheses[0]});
  WriteLines(directory + "/words.txt", input.words);
}

}  // namespace
}  // namespace meval

int main(int argc, char** argv) {
  constexpr std::string_view kWriteInput = "--write_input=";
  if (argc == 2 && std::string_view(argv[1]).starts_with(kWriteInput)) {
    try {
      meval::WriteInput(argv[1] + kWriteInput.size());
    } catch (const std::exception& error) {
      std::cerr << "corpus_bench: " << error.what() << '\n';
      return 1;
    }
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
