// Punkt's decisions about full stops (NLTK's PunktSentenceTokenizer), with short lists of words in
// place of its trained parameters.

#include <algorithm>
#include <array>
#include <cstddef>

#include "metrics/ifeval/words.h"
#include "metrics/unicode_text.h"

namespace meval::ifeval {
namespace {

using Text = std::u32string_view;

// Without the final full stop, sorted.
constexpr std::array<std::string_view, 55> kAbbreviations = {
    "a.d", "a.m", "adm",    "aug",  "bros", "co",  "col",   "colo", "conn", "corp", "d.c",
    "dec", "dr",  "feb",    "fri",  "ft",   "gen", "inc",   "jan",  "jr",   "l.a",  "lt",
    "ltd", "maj", "messrs", "mich", "minn", "mr",  "mrs",   "ms",   "n.c",  "n.j",  "n.y",
    "nov", "oct", "p.m",    "ph.d", "prof", "rep", "reps",  "s.c",  "sen",  "sep",  "sept",
    "sr",  "st",  "tenn",   "u.k",  "u.n",  "u.s", "u.s.a", "va",   "vs",   "wash", "wed"};

// Words that are seldom capitalised but at the beginning of a sentence, sorted.
constexpr std::array<std::string_view, 43> kStarters = {
    "although", "both",     "but",     "even",         "finally",   "furthermore", "he",
    "her",      "here",     "however", "if",           "in",        "instead",     "it",
    "many",     "moreover", "most",    "nevertheless", "otherwise", "please",      "since",
    "so",       "some",     "still",   "such",         "the",       "there",       "therefore",
    "these",    "they",     "this",    "thus",         "under",     "unless",      "were",
    "when",     "which",    "while",   "within",       "without",   "yes",         "yet",
    "your"};

template <std::size_t kCount>
bool Holds(const std::array<std::string_view, kCount>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsSentenceEnd(char32_t c) { return c == '.' || c == '?' || c == '!'; }

// What ends a word, and is a token of its own.
bool IsNonWord(char32_t c) {
  return Text(U")\";}]*:@'({[?!\u2018\u2019\u201C\u201D\u00AB\u00BB").find(c) != Text::npos;
}

bool IsClosing(char32_t c) {
  return Text(U"\"')]}\u2018\u2019\u201C\u201D\u00AB\u00BB").find(c) != Text::npos;
}

bool IsLetter(char32_t c) { return c != U'_' && IsWordCharacter(c) && !IsDigit(c); }

enum class NextWord { kBegins, kContinues, kUnknown };

// What the token at `at` says about whether a sentence begins with it.
NextWord Judge(Text text, std::size_t at) {
  if (at >= text.size()) return NextWord::kUnknown;
  const char32_t first = text[at];
  if (Text(U";:,.!?").find(first) != Text::npos) return NextWord::kContinues;
  if (IsNonWord(first)) return NextWord::kUnknown;
  const std::string letter = ToUtf8(Text(&first, 1));
  if (IsLower(letter)) return NextWord::kContinues;
  std::size_t end = at;
  while (end < text.size() && IsWordCharacter(text[end])) ++end;
  const std::string word = Lower(ToUtf8(text.substr(at, end - at)));
  return IsUpper(letter) && Holds(kStarters, word) ? NextWord::kBegins : NextWord::kUnknown;
}

// -3.14, 1,000, .5 and the like, behind which the full stop in question stands.
bool IsNumber(Text word) {
  std::size_t at = 0;
  if (at < word.size() && word[at] == '-') ++at;
  if (at < word.size() && (word[at] == '.' || word[at] == ',')) ++at;
  if (at >= word.size() || !DecimalDigitValue(word[at])) return false;
  return std::all_of(word.begin() + static_cast<std::ptrdiff_t>(at), word.end(), [](char32_t c) {
    return DecimalDigitValue(c) || c == ',' || c == '.' || c == '-';
  });
}

bool IsAbbreviation(Text word) {
  const std::string lower = Lower(ToUtf8(word));
  return Holds(kAbbreviations, lower) ||
         Holds(kAbbreviations,
               lower.substr(lower.rfind('-') == std::string::npos ? 0 : lower.rfind('-') + 1));
}

// Whether a sentence ends with the full stop at `stop`; the next token is at `next`.
bool StopEndsSentence(Text text, std::size_t stop, std::size_t next) {
  if (stop > 0 && text[stop - 1] == '.') return Judge(text, next) == NextWord::kBegins;
  std::size_t begin = stop;
  while (begin > 0 && !IsWhitespace(text[begin - 1]) && !IsNonWord(text[begin - 1])) --begin;
  const Text word = text.substr(begin, stop - begin);
  if (word.empty()) return true;
  const NextWord follows = Judge(text, next);
  if (word.size() == 1 && IsLetter(word[0])) return follows == NextWord::kBegins;
  if (IsNumber(word)) return follows != NextWord::kContinues;
  return !IsAbbreviation(word) || follows == NextWord::kBegins;
}

// Whether what stands at `at` may end a sentence: punctuation or whitespace with a word follows.
bool MayEnd(Text text, std::size_t at) {
  if (!IsSentenceEnd(text[at])) return false;
  std::size_t next = at + 1;
  while (next < text.size() && IsWhitespace(text[next])) ++next;
  return next < text.size() && (next > at + 1 || IsNonWord(text[next]));
}

// Of several ends without whitespace between them, as in "What?!", the last one counts.
bool EndsLaterInWord(Text text, std::size_t end) {
  for (std::size_t i = end + 1; i < text.size() && !IsWhitespace(text[i]); ++i) {
    if (MayEnd(text, i)) return true;
  }
  return false;
}

}  // namespace

std::int64_t CountSentences(std::string_view utf8) {
  const std::u32string whole = ToCodePoints(StripRight(utf8));
  const Text text = whole;
  std::int64_t count = 0;
  std::size_t begin = 0;  // of the sentence at hand
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (!MayEnd(text, i) || EndsLaterInWord(text, i)) continue;
    std::size_t next = i + 1;
    while (IsWhitespace(text[next])) ++next;
    if (text[i] == '.' && !StopEndsSentence(text, i, next)) continue;
    ++count;
    // Quotes and brackets that close belong to the sentence they follow.
    begin = next;
    std::size_t closed = next;
    while (closed < text.size() && IsClosing(text[closed])) ++closed;
    if (closed > next && (closed == text.size() || IsWhitespace(text[closed]))) {
      begin = closed;
      while (begin < text.size() && IsWhitespace(text[begin])) ++begin;
    }
  }
  return count + (begin < text.size() ? 1 : 0);
}

}  // namespace meval::ifeval
