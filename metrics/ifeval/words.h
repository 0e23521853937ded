#ifndef MEVAL_METRICS_IFEVAL_WORDS_H_
#define MEVAL_METRICS_IFEVAL_WORDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace meval::ifeval {

// The tokens of the Penn Treebank's conventions, as NLTK's word_tokenize forms them: punctuation
// apart from words, contractions taken apart ("DON'T" is "DO", "N'T"), hyphenated words whole. Full
// stops inside of a text stay with their word, so a token may be "U.S.".
std::vector<std::string> TreebankTokens(std::string_view text);

// Python's str.isupper and str.islower: cased letters, all of them upper (lower) case, at least
// one.
bool IsUpper(std::string_view text);
bool IsLower(std::string_view text);

// Sentences of an English text by Punkt's rules (Kiss & Strunk 2006): they end behind . ? or !, but
// not behind the full stop of an abbreviation, of an initial, of a number or of an ellipsis, unless
// the next word shows that a sentence begins there. Whether a word is an abbreviation, or one that
// begins sentences, is looked up in two short lists of our own, where Punkt has learnt 156
// abbreviations and how twenty thousand words are capitalised. Line ends are whitespace, no ends of
// sentences. 0 for a text of whitespace.
std::int64_t CountSentences(std::string_view text);

}  // namespace meval::ifeval

#endif  // MEVAL_METRICS_IFEVAL_WORDS_H_
