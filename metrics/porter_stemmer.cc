#include "metrics/porter_stemmer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace meval {
namespace {

// The characters of a word of up to eight as one number; 0 for others and for a word that begins
// with a zero byte, which would not be told from the rest of it.
constexpr std::uint64_t Packed(std::string_view word) {
  std::uint64_t packed = 0;
  if (word.size() <= sizeof(packed) && !word.empty() && word[0] != 0) {
    for (const char c : word) {
      packed = (packed << 8) | static_cast<unsigned char>(c);
    }
  }
  return packed;
}

// Nothing for the words that follow the rules.
std::optional<std::string_view> IrregularStem(std::string_view word) {
  switch (Packed(word)) {
    case Packed("sky"):
    case Packed("skies"):
      return "sky";
    case Packed("dying"):
      return "die";
    case Packed("lying"):
      return "lie";
    case Packed("tying"):
      return "tie";
    case Packed("innings"):
    case Packed("inning"):
      return "inning";
    case Packed("outings"):
    case Packed("outing"):
      return "outing";
    case Packed("cannings"):
    case Packed("canning"):
      return "canning";
    case Packed("news"):
    case Packed("howe"):
    case Packed("proceed"):
    case Packed("exceed"):
    case Packed("succeed"):
      return word;
    default:
      return std::nullopt;
  }
}

struct Rule {
  std::string_view suffix;
  std::string_view replacement;
};

// Step 2; the stem before the suffix must have m > 0.
constexpr std::array<Rule, 22> kStep2 = {{
    {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
    {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"}, {"eli", "e"},     {"ousli", "ous"},
    {"ization", "ize"}, {"ation", "ate"},   {"ator", "ate"},  {"alism", "al"},  {"iveness", "ive"},
    {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},  {"iviti", "ive"}, {"biliti", "ble"},
    {"fulli", "ful"},   {"logi", "log"},
}};

// Step 3; m > 0.
constexpr std::array<Rule, 7> kStep3 = {{
    {"icate", "ic"},
    {"ative", ""},
    {"alize", "al"},
    {"iciti", "ic"},
    {"ical", "ic"},
    {"ful", ""},
    {"ness", ""},
}};

// Step 4 removes these; m > 1.
constexpr std::array<Rule, 19> kStep4 = {{
    {"al", ""},  {"ance", ""},  {"ence", ""}, {"er", ""},  {"ic", ""},  {"able", ""}, {"ible", ""},
    {"ant", ""}, {"ement", ""}, {"ment", ""}, {"ent", ""}, {"ion", ""}, {"ou", ""},   {"ism", ""},
    {"ate", ""}, {"iti", ""},   {"ous", ""},  {"ive", ""}, {"ize", ""},
}};

// For each letter, bit i is set if the suffix of rule i has it as its last but one: the few rules a
// word needs to be compared with, in their order.
using RulesByLetter = std::array<std::uint32_t, 256>;

constexpr RulesByLetter IndexRules(std::span<const Rule> rules) {
  RulesByLetter index{};
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string_view suffix = rules[i].suffix;
    index[static_cast<unsigned char>(suffix[suffix.size() - 2])] |= std::uint32_t{1} << i;
  }
  return index;
}

constexpr RulesByLetter kStep2ByLetter = IndexRules(kStep2);
constexpr RulesByLetter kStep3ByLetter = IndexRules(kStep3);
constexpr RulesByLetter kStep4ByLetter = IndexRules(kStep4);

// What Porter's conditions ask about the beginning of a word, up to some character.
struct Prefix {
  std::uint8_t ends_in_consonant;  // 0 or 1; 0 for the empty one
  std::uint8_t has_vowel;          // 0 or 1: *v*
  std::uint8_t measure;  // m: how often a vowel is followed by a consonant; counted up to 2
};

enum LetterKind : std::uint8_t { kConsonant = 0, kVowel = 1, kY = 2 };

constexpr auto kLetterKinds = [] {
  std::array<std::uint8_t, 256> kinds{};
  for (const char c : {'a', 'e', 'i', 'o', 'u'}) {
    kinds[static_cast<std::size_t>(c)] = kVowel;
  }
  kinds['y'] = kY;
  return kinds;
}();

// Without branches, since letters come in no order that a processor could foresee.
Prefix Next(const Prefix& prefix, char c) {
  const unsigned kind = kLetterKinds[static_cast<unsigned char>(c)];
  // A y is a vowel behind a consonant.
  const unsigned is_vowel = (kind & kVowel) | ((kind >> 1) & prefix.ends_in_consonant);
  const unsigned is_transition = ~is_vowel & prefix.has_vowel & ~prefix.ends_in_consonant & 1u;
  const unsigned can_grow = prefix.measure < 2 ? 1 : 0;
  const auto byte = [](unsigned value) { return static_cast<std::uint8_t>(value); };
  return {byte(is_vowel ^ 1u), byte(prefix.has_vowel | is_vowel),
          byte(prefix.measure + (is_transition & can_grow))};
}

// A word that is being stemmed where it stands, with what is known of each of its prefixes. Steps
// only ask about prefixes, so that it need not be read again for every rule.
class Word {
 public:
  explicit Word(std::span<char> letters) : letters_(letters.data()) {
    if (letters.size() >= few_.size()) {
      many_.resize(letters.size() + 1);
      prefixes_ = many_.data();
    }
    prefixes_[0] = {0, 0, 0};
    for (const char c : letters) {
      Append(c);
    }
  }
  Word(const Word&) = delete;
  Word& operator=(const Word&) = delete;

  std::size_t size() const { return size_; }
  char operator[](std::size_t i) const { return letters_[i]; }
  char back() const { return letters_[size_ - 1]; }
  bool EndsWith(std::string_view suffix) const {
    return std::string_view(letters_, size_).ends_with(suffix);
  }
  // The word without its last `num_letters`.
  const Prefix& Without(std::size_t num_letters) const { return prefixes_[size_ - num_letters]; }

  // *o of the word without its last `num_letters`, with NLTK's two-letter case.
  bool EndsInCvc(std::size_t num_letters) const {
    const std::size_t size = size_ - num_letters;
    if (size < 2 || !prefixes_[size].ends_in_consonant || prefixes_[size - 1].ends_in_consonant) {
      return false;
    }
    const char last = letters_[size - 1];
    return size == 2 ||
           (prefixes_[size - 2].ends_in_consonant && last != 'w' && last != 'x' && last != 'y');
  }

  void Drop(std::size_t num_letters) { size_ -= num_letters; }
  // Never longer than what has been dropped.
  void Append(char c) {
    letters_[size_] = c;
    prefixes_[size_ + 1] = Next(prefixes_[size_], c);
    ++size_;
  }
  void Replace(std::string_view suffix, std::string_view replacement) {
    Drop(suffix.size());
    for (const char c : replacement) {
      Append(c);
    }
  }

 private:
  char* letters_;
  std::size_t size_ = 0;
  std::array<Prefix, 64> few_;  // by length
  std::vector<Prefix> many_;    // in its place for longer words
  Prefix* prefixes_ = few_.data();
};

// Plurals.
void Step1a(Word& word) {
  if (word.back() != 's') {
    return;
  }
  if (word.EndsWith("sses")) {
    word.Drop(2);
  } else if (word.EndsWith("ies")) {
    word.Drop(word.size() == 4 ? 1 : 2);
  } else if (!word.EndsWith("ss")) {
    word.Drop(1);
  }
}

// Past tenses and -ing.
void Step1b(Word& word) {
  if (word.EndsWith("ied")) {
    word.Drop(word.size() == 4 ? 1 : 2);
    return;
  }
  if (word.EndsWith("eed")) {
    word.Drop(word.Without(3).measure > 0 ? 1 : 0);
    return;
  }
  const std::size_t suffix_size = word.EndsWith("ed") ? 2 : word.EndsWith("ing") ? 3 : 0;
  if (suffix_size == 0 || !word.Without(suffix_size).has_vowel) {
    return;
  }
  word.Drop(suffix_size);
  if (word.EndsWith("at") || word.EndsWith("bl") || word.EndsWith("iz")) {
    word.Append('e');
    return;
  }
  const char last = word.back();
  if (word.size() >= 2 && last == word[word.size() - 2] && word.Without(0).ends_in_consonant) {
    if (last != 'l' && last != 's' && last != 'z') {
      word.Drop(1);
    }
  } else if (word.Without(0).measure == 1 && word.EndsInCvc(0)) {
    word.Append('e');
  }
}

void Step1c(Word& word) {
  if (word.back() == 'y' && word.size() > 2 && word.Without(1).ends_in_consonant) {
    word.Replace("y", "i");
  }
}

// The first of the rules whose suffix fits, or nothing.
const Rule* FindRule(const Word& word, std::span<const Rule> rules,
                     const RulesByLetter& by_letter) {
  if (word.size() < 2) {
    return nullptr;
  }
  const auto letter = static_cast<unsigned char>(word[word.size() - 2]);
  for (std::uint32_t left = by_letter[letter]; left != 0; left &= left - 1) {
    const Rule& rule = rules[static_cast<std::size_t>(std::countr_zero(left))];
    if (word.EndsWith(rule.suffix)) {
      return &rule;
    }
  }
  return nullptr;
}

void Step2(Word& word) {
  while (word.EndsWith("alli") && word.Without(4).measure > 0) {
    word.Drop(2);
  }
  if (const Rule* rule = FindRule(word, kStep2, kStep2ByLetter)) {
    // For logi the measure counts the l as part of the stem.
    const std::size_t counted = rule->suffix == "logi" ? 3 : rule->suffix.size();
    if (word.Without(counted).measure > 0) {
      word.Replace(rule->suffix, rule->replacement);
    }
  }
}

void Step3(Word& word) {
  const Rule* rule = FindRule(word, kStep3, kStep3ByLetter);
  if (rule != nullptr && word.Without(rule->suffix.size()).measure > 0) {
    word.Replace(rule->suffix, rule->replacement);
  }
}

void Step4(Word& word) {
  const Rule* rule = FindRule(word, kStep4, kStep4ByLetter);
  if (rule == nullptr || word.Without(rule->suffix.size()).measure < 2) {
    return;
  }
  if (rule->suffix != "ion" || word.EndsWith("sion") || word.EndsWith("tion")) {
    word.Drop(rule->suffix.size());
  }
}

void Step5(Word& word) {
  if (word.back() == 'e') {
    const Prefix& stem = word.Without(1);
    if (stem.measure > 1 || (stem.measure == 1 && !word.EndsInCvc(1))) {
      word.Drop(1);
    }
  }
  if (word.EndsWith("ll") && word.Without(1).measure > 1) {
    word.Drop(1);
  }
}

}  // namespace

std::size_t PorterStemInPlace(std::span<char> letters) {
  if (const auto stem = IrregularStem({letters.data(), letters.size()})) {
    std::copy(stem->begin(), stem->end(), letters.begin());
    return stem->size();
  }
  if (letters.size() <= 2) {
    return letters.size();
  }
  Word word(letters);
  Step1a(word);
  Step1b(word);
  Step1c(word);
  Step2(word);
  Step3(word);
  Step4(word);
  Step5(word);
  return word.size();
}

std::string PorterStem(std::string_view word) {
  std::string stem(word);
  stem.resize(PorterStemInPlace(stem));
  return stem;
}

}  // namespace meval
