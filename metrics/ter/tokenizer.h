#ifndef MEVAL_METRICS_TER_TOKENIZER_H_
#define MEVAL_METRICS_TER_TOKENIZER_H_

// Tercom's preparation of a segment.

#include <string>
#include <string_view>

#include "metrics/ter.h"

namespace meval::ter {

// The words, with single spaces between them. Precondition: valid UTF-8.
std::string Tokenize(std::string_view text, const TerOptions& options);

}  // namespace meval::ter

#endif  // MEVAL_METRICS_TER_TOKENIZER_H_
