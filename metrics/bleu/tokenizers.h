#ifndef MEVAL_METRICS_BLEU_TOKENIZERS_H_
#define MEVAL_METRICS_BLEU_TOKENIZERS_H_

// sacrebleu's tokenizers, each a function from a line to a line. Text is valid UTF-8 and has no
// trailing whitespace.

#include <string>
#include <string_view>

namespace meval::bleu {

std::string TokenizeChar(std::string_view line);
std::string Tokenize13a(std::string_view line);
std::string TokenizeZh(std::string_view line);
std::string TokenizeIntl(std::string_view line);

}  // namespace meval::bleu

#endif  // MEVAL_METRICS_BLEU_TOKENIZERS_H_
