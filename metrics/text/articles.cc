#include "metrics/text/articles.h"

#include <cstddef>

#include "metrics/text/utf8.h"
#include "metrics/unicode_text.h"

namespace meval::text {
namespace {

bool IsArticle(std::string_view word) { return word == "a" || word == "an" || word == "the"; }

}  // namespace

std::string ReplaceArticles(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t word = 0;  // begin of the word under way
  const auto end_word = [&](std::size_t end) {
    const std::string_view run = text.substr(word, end - word);
    out += IsArticle(run) ? " " : run;
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    if (!IsWordCharacter(DecodeForward(text, i))) {
      end_word(begin);
      out.append(text, begin, i - begin);
      word = i;
    }
  }
  end_word(text.size());
  return out;
}

}  // namespace meval::text
