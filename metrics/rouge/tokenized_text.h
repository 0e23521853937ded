#ifndef MEVAL_METRICS_ROUGE_TOKENIZED_TEXT_H_
#define MEVAL_METRICS_ROUGE_TOKENIZED_TEXT_H_

// ROUGE's tokens of one text, found in one pass over its bytes.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meval::rouge {

class TokenizedText {
 public:
  // Takes a text, valid UTF-8, in place of the one before, whose memory is reused.
  void Read(std::string_view text, bool use_stemmer);

  // Until the next Read.
  std::span<const std::string_view> tokens() const { return tokens_; }
  // For each line that has tokens, the number of tokens up to its end. A newline separates tokens,
  // so no token is part of two lines.
  std::span<const std::size_t> line_ends() const { return line_ends_; }

 private:
  std::string letters_;  // of all tokens, lower-cased and stemmed
  std::vector<std::string_view> tokens_;
  std::vector<std::size_t> line_ends_;
};

}  // namespace meval::rouge

#endif  // MEVAL_METRICS_ROUGE_TOKENIZED_TEXT_H_
