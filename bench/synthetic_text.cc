#include "bench/synthetic_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace meval {
namespace {

constexpr std::size_t kNumWords = 8000;

constexpr std::array<std::string_view, 40> kFunctionWords = {
    "the",  "of",   "and",  "to",    "a",    "in",  "that",  "is",   "was",  "for",
    "it",   "with", "as",   "on",    "be",   "by",  "at",    "this", "had",  "not",
    "are",  "but",  "from", "have",  "they", "he",  "which", "were", "her",  "all",
    "said", "will", "been", "don't", "when", "who", "more",  "than", "them", "would"};

constexpr std::array<std::string_view, 24> kSyllables = {
    "ka",  "re",  "mon", "ti",  "ple",  "sor", "lan", "ve",  "dis", "con", "ba",  "gra",
    "nel", "tor", "mi",  "sha", "port", "lu",  "fen", "cra", "pos", "wel", "ger", "stri"};

constexpr std::array<std::string_view, 20> kEndings = {
    "",     "",   "",     "s",    "ed",     "ing",   "er",      "ly", "ation", "ment",
    "ness", "al", "able", "ized", "ations", "fully", "iveness", "y",  "ies",   "ous"};

constexpr std::array<std::string_view, 6> kForeignWords = {
    "caf\u00E9", "Z\u00FCrich", "na\u00EFve", "\u2013", "\u201Cso\u201D", "se\u00F1or"};

template <typename Array>
std::string_view PickFrom(PythonRandom& random, const Array& values) {
  return values[static_cast<std::size_t>(random.Below(static_cast<std::int64_t>(values.size())))];
}

std::vector<std::string_view> SplitAtSpaces(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

SyntheticText::SyntheticText(std::int64_t seed) : random_(seed) {
  words_.assign(kFunctionWords.begin(), kFunctionWords.end());
  while (words_.size() < kNumWords) {
    std::string word;
    for (std::int64_t n = 1 + random_.Below(3); n > 0; --n) {
      word += PickFrom(random_, kSyllables);
    }
    word += PickFrom(random_, kEndings);
    words_.push_back(std::move(word));
  }
}

// A rank whose logarithm is uniform has a probability of about 1/rank.
const std::string& SyntheticText::Word() {
  const double rank = std::exp(random_.Random() * std::log(static_cast<double>(kNumWords)));
  return words_[std::min(static_cast<std::size_t>(rank) - 1, kNumWords - 1)];
}

std::string SyntheticText::Number() {
  switch (random_.Below(3)) {
    case 0:
      return std::to_string(1900 + random_.Below(125));
    case 1:
      return std::to_string(1 + random_.Below(99)) + "," + std::to_string(100 + random_.Below(900));
    default:
      return "$" + std::to_string(random_.Below(100)) + "." + std::to_string(random_.Below(10));
  }
}

std::string SyntheticText::Sentence(std::int64_t num_words) {
  std::string text;
  for (std::int64_t i = 0; i < num_words; ++i) {
    std::string word = Word();
    const std::int64_t kind = random_.Below(100);
    if (kind < 3) {
      word = Number();
    } else if (kind < 4) {
      word = PickFrom(random_, kForeignWords);
    } else if (kind < 6) {
      word.append("-").append(Word());
    }
    // Names, and the first word.
    if ((i == 0 || kind >= 95) && word[0] >= 'a' && word[0] <= 'z') {
      word[0] = static_cast<char>(word[0] - 'a' + 'A');
    }
    text.append(i > 0 ? " " : "").append(word);
    if (i + 1 < num_words && random_.Below(12) == 0) {
      text += ',';
    }
  }
  static constexpr std::array<std::string_view, 6> kEnds = {".", ".", ".", ".", "?", "!"};
  text += PickFrom(random_, kEnds);
  return text;
}

std::string SyntheticText::Edited(const std::string& sentence) {
  std::vector<std::string> words;
  for (const std::string_view word : SplitAtSpaces(sentence)) {
    const std::int64_t kind = random_.Below(100);
    if (kind < 12) {
      words.push_back(Word());
    } else if (kind < 17) {
      words.emplace_back(word);
      words.push_back(Word());
    } else if (kind >= 22) {  // else dropped
      words.emplace_back(word);
    }
  }
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (random_.Below(25) == 0) {
      std::swap(words[i], words[i + 1]);
    }
  }
  std::string text;
  for (const std::string& word : words) {
    text.append(text.empty() ? "" : " ").append(word);
  }
  return text;
}

TextPairs MakeSentencePairs(std::size_t count) {
  SyntheticText source(2024);
  PythonRandom lengths(1);
  TextPairs pairs;
  for (std::size_t i = 0; i < count; ++i) {
    pairs.references.push_back(source.Sentence(18 + lengths.Below(13)));
    pairs.hypotheses.push_back(source.Edited(pairs.references.back()));
  }
  return pairs;
}

TextPairs MakeLongPair(std::int64_t num_words) {
  SyntheticText source(2025);
  TextPairs pair;
  pair.references.push_back(source.Sentence(num_words));
  pair.hypotheses.push_back(source.Edited(pair.references.back()));
  return pair;
}

}  // namespace meval
