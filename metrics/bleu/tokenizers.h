#ifndef MEVAL_METRICS_BLEU_TOKENIZERS_H_
#define MEVAL_METRICS_BLEU_TOKENIZERS_H_

// sacrebleu's tokenizers. They are published as passes that put spaces around characters, one after
// the other; here one pass over the text finds the same tokens.

#include <string>
#include <string_view>
#include <vector>

#include "metrics/bleu.h"

namespace meval::bleu {

// Replaces `tokens` with those of a line, valid UTF-8 without trailing whitespace. They are pieces
// of `line`, or of `buffer` where the tokenizer changes characters first.
void Tokenize(std::string_view line, BleuTokenizer tokenizer, std::string& buffer,
              std::vector<std::string_view>& tokens);

}  // namespace meval::bleu

#endif  // MEVAL_METRICS_BLEU_TOKENIZERS_H_
