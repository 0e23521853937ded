#include "metrics/porter_stemmer.h"

#include <array>
#include <span>
#include <utility>

namespace meval {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kIrregular = {{
    {"sky", "sky"},
    {"skies", "sky"},
    {"dying", "die"},
    {"lying", "lie"},
    {"tying", "tie"},
    {"news", "news"},
    {"innings", "inning"},
    {"inning", "inning"},
    {"outings", "outing"},
    {"outing", "outing"},
    {"cannings", "canning"},
    {"canning", "canning"},
    {"howe", "howe"},
    {"proceed", "proceed"},
    {"exceed", "exceed"},
    {"succeed", "succeed"},
}};

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
constexpr std::array<std::string_view, 19> kStep4 = {
    "al",  "ance", "ence", "er",  "ic",  "able", "ible", "ant", "ement", "ment",
    "ent", "ion",  "ou",   "ism", "ate", "iti",  "ous",  "ive", "ize"};

// The properties Porter's conditions ask for, of a word or of a stem.
struct Shape {
  int measure = 0;         // m: how often a vowel is followed by a consonant
  bool has_vowel = false;  // *v*
  bool ends_in_consonant = false;
  bool ends_cvc = false;  // *o, with NLTK's two-letter case
};

bool IsVowelLetter(char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'; }

Shape ShapeOf(std::string_view word) {
  Shape shape;
  bool consonant = true;  // the character before; there is none, so that a first y is a consonant
  bool before = true;     // the one before that
  bool before2 = true;
  for (std::size_t i = 0; i < word.size(); ++i) {
    // A y is a vowel behind a consonant.
    const bool is_y_vowel = word[i] == 'y' && i > 0 && consonant;
    const bool is_consonant = !IsVowelLetter(word[i]) && !is_y_vowel;
    before2 = before;
    before = consonant;
    consonant = is_consonant;
    shape.has_vowel = shape.has_vowel || !is_consonant;
    shape.measure += i > 0 && is_consonant && !before ? 1 : 0;
  }
  if (!word.empty()) {
    shape.ends_in_consonant = consonant;
    const char last = word.back();
    const bool is_cvc = word.size() >= 3 && before2 && !before && consonant && last != 'w' &&
                        last != 'x' && last != 'y';
    shape.ends_cvc = is_cvc || (word.size() == 2 && !before && consonant);
  }
  return shape;
}

int Measure(std::string_view word) { return ShapeOf(word).measure; }

std::string_view Without(std::string_view word, std::string_view suffix) {
  return word.substr(0, word.size() - suffix.size());
}

void ReplaceSuffix(std::string& word, std::string_view suffix, std::string_view replacement) {
  word.resize(word.size() - suffix.size());
  word += replacement;
}

// Plurals.
void Step1a(std::string& word) {
  if (word.ends_with("ies") && word.size() == 4) {
    ReplaceSuffix(word, "ies", "ie");
  } else if (word.ends_with("sses")) {
    ReplaceSuffix(word, "sses", "ss");
  } else if (word.ends_with("ies")) {
    ReplaceSuffix(word, "ies", "i");
  } else if (word.ends_with('s') && !word.ends_with("ss")) {
    word.pop_back();
  }
}

// Past tenses and -ing.
void Step1b(std::string& word) {
  if (word.ends_with("ied")) {
    ReplaceSuffix(word, "ied", word.size() == 4 ? "ie" : "i");
    return;
  }
  if (word.ends_with("eed")) {
    if (Measure(Without(word, "eed")) > 0) {
      word.pop_back();
    }
    return;
  }
  const std::string_view suffix = word.ends_with("ed") ? "ed" : word.ends_with("ing") ? "ing" : "";
  if (suffix.empty() || !ShapeOf(Without(word, suffix)).has_vowel) {
    return;
  }
  ReplaceSuffix(word, suffix, "");
  if (word.ends_with("at") || word.ends_with("bl") || word.ends_with("iz")) {
    word.push_back('e');
    return;
  }
  const Shape shape = ShapeOf(word);
  const char last = word.back();
  if (word.size() >= 2 && last == word[word.size() - 2] && shape.ends_in_consonant) {
    if (last != 'l' && last != 's' && last != 'z') {
      word.pop_back();
    }
  } else if (shape.measure == 1 && shape.ends_cvc) {
    word.push_back('e');
  }
}

void Step1c(std::string& word) {
  const std::string_view stem = Without(word, word.ends_with('y') ? "y" : "");
  if (stem.size() < word.size() && stem.size() > 1 && ShapeOf(stem).ends_in_consonant) {
    word.back() = 'i';
  }
}

void Step2(std::string& word) {
  while (word.ends_with("alli") && Measure(Without(word, "alli")) > 0) {
    ReplaceSuffix(word, "alli", "al");
  }
  for (const Rule& rule : kStep2) {
    if (word.ends_with(rule.suffix)) {
      // For logi the measure counts the l as part of the stem.
      const std::string_view counted = rule.suffix == "logi" ? "ogi" : rule.suffix;
      if (Measure(Without(word, counted)) > 0) {
        ReplaceSuffix(word, rule.suffix, rule.replacement);
      }
      return;
    }
  }
}

void Step3(std::string& word) {
  for (const Rule& rule : kStep3) {
    if (word.ends_with(rule.suffix)) {
      if (Measure(Without(word, rule.suffix)) > 0) {
        ReplaceSuffix(word, rule.suffix, rule.replacement);
      }
      return;
    }
  }
}

void Step4(std::string& word) {
  for (const std::string_view suffix : kStep4) {
    if (word.ends_with(suffix)) {
      const std::string_view stem = Without(word, suffix);
      const bool fits = suffix != "ion" || stem.ends_with('s') || stem.ends_with('t');
      if (fits && Measure(stem) > 1) {
        ReplaceSuffix(word, suffix, "");
      }
      return;
    }
  }
}

void Step5(std::string& word) {
  if (word.ends_with('e')) {
    const Shape stem = ShapeOf(Without(word, "e"));
    if (stem.measure > 1 || (stem.measure == 1 && !stem.ends_cvc)) {
      word.pop_back();
    }
  }
  if (word.ends_with("ll") && Measure(Without(word, "l")) > 1) {
    word.pop_back();
  }
}

}  // namespace

std::string PorterStem(std::string_view word) {
  for (const auto& [irregular, stem] : kIrregular) {
    if (word == irregular) {
      return std::string(stem);
    }
  }
  std::string stem(word);
  if (stem.size() <= 2) {
    return stem;
  }
  Step1a(stem);
  Step1b(stem);
  Step1c(stem);
  Step2(stem);
  Step3(stem);
  Step4(stem);
  Step5(stem);
  return stem;
}

}  // namespace meval
