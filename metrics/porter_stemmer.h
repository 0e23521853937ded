#ifndef MEVAL_METRICS_PORTER_STEMMER_H_
#define MEVAL_METRICS_PORTER_STEMMER_H_

// Porter's suffix stripping (Porter 1980, "An algorithm for suffix stripping", Program 14(3)) with
// the extensions of NLTK's default mode, which ROUGE scores are published with: a list of irregular
// words, short words in -ies and -ied, "fulli", "logi" and a few more.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace meval {

// The stem of a word of lower-case letters a-z and digits; any other byte counts as a consonant.
// Never empty for a word that is not; words of one or two characters stay.
std::string PorterStem(std::string_view word);
// The same where the word stands: its stem, which is never longer, replaces its first characters.
// Returns the length of the stem.
std::size_t PorterStemInPlace(std::span<char> word);

}  // namespace meval

#endif  // MEVAL_METRICS_PORTER_STEMMER_H_
