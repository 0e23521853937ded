#ifndef MEVAL_METRICS_TEXT_ARTICLES_H_
#define MEVAL_METRICS_TEXT_ARTICLES_H_

#include <string>
#include <string_view>

namespace meval::text {

// Every "a", "an" and "the" that is a whole word becomes one space: re.sub(r"\b(a|an|the)\b", " ",
// text). A word is a maximal run of word characters, so that the articles of "éa", "3an" and "_a"
// stay, and that of "a\u0301" goes, since a combining mark is none. Precondition: valid UTF-8, in
// lower case.
std::string ReplaceArticles(std::string_view text);

}  // namespace meval::text

#endif  // MEVAL_METRICS_TEXT_ARTICLES_H_
