#ifndef MEVAL_BENCH_SYNTHETIC_TEXT_H_
#define MEVAL_BENCH_SYNTHETIC_TEXT_H_

// English-like text for measurements: word frequencies fall as 1/rank over 8,000 words with English
// endings, sentences have capitals, punctuation, numbers and now and then a letter outside ASCII.
// The same arguments give the same text on every machine.

#include <cstdint>
#include <string>
#include <vector>

#include "metrics/python_random.h"

namespace meval {

class SyntheticText {
 public:
  explicit SyntheticText(std::int64_t seed);

  // One sentence of that many words, without a newline.
  std::string Sentence(std::int64_t num_words);
  // The sentence as an imperfect system might give it: some words replaced, dropped, added, moved.
  std::string Edited(const std::string& sentence);

 private:
  const std::string& Word();
  std::string Number();

  PythonRandom random_;
  std::vector<std::string> words_;  // most frequent first
};

struct TextPairs {
  std::vector<std::string> references;
  std::vector<std::string> hypotheses;  // edited references
};

// Pairs of 18 to 30 words, 24 on average.
TextPairs MakeSentencePairs(std::size_t count);
// One pair of sentences of that many words each.
TextPairs MakeLongPair(std::int64_t num_words);

}  // namespace meval

#endif  // MEVAL_BENCH_SYNTHETIC_TEXT_H_
