#include "evals/prompt_encoder.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "metrics/unicode_text.h"
#include "tasks/error.h"

namespace meval {
namespace {

// A way to shorten a prompt: how many shots go, how many code points of the document field go.
struct Cut {
  std::size_t shots = 0;
  std::size_t chars = 0;
};

// What of the question a cut may take.
std::string_view DocumentField(const Document& document, const Prompt& prompt) {
  return std::string_view(prompt.question)
      .substr(document.cut_begin, document.cut_end - document.cut_begin);
}

// The question after a cut: code points are taken off the left end of the document field.
std::string CutQuestion(const Document& document, const Prompt& prompt, const Cut& cut) {
  if (cut.chars == 0) return prompt.question;
  const std::string_view gone =
      FirstCodePoints(DocumentField(document, prompt), static_cast<std::int64_t>(cut.chars));
  std::string question = prompt.question;
  question.erase(document.cut_begin, gone.size());
  return question;
}

// Token ids of a prompt's text without BOS: a chat template may write it itself, and one is enough.
std::vector<TokenId> EncodePromptText(const TextEncoder& model, const Prompt& prompt,
                                      std::string_view text) {
  if (prompt.chat == nullptr) return model.Encode(text);
  std::vector<TokenId> tokens = model.EncodeChat(text);
  if (!tokens.empty() && tokens.front() == model.bos_id()) tokens.erase(tokens.begin());
  return tokens;
}

// The smallest cut under which `excess(cut)` is not positive: shots first, then the document field.
// Nothing if even the largest cut is too long. `excess` returns by how many tokens a context is too
// long.
std::optional<Cut> FindCut(const Document& document, const Prompt& prompt,
                           const std::function<std::int64_t(const Cut&)>& excess) {
  Cut cut;
  for (; cut.shots <= prompt.shots.size(); ++cut.shots) {
    if (excess(cut) <= 0) return cut;
  }
  cut.shots = prompt.shots.size();
  std::size_t low = 0;  // too long
  auto high = static_cast<std::size_t>(CountCodePoints(DocumentField(document, prompt)));
  if (high == 0 || excess({cut.shots, high}) > 0) return std::nullopt;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (excess({cut.shots, middle}) <= 0 ? high : low) = middle;
  }
  cut.chars = high;
  return cut;
}

Truncation ToTruncation(const Cut& cut) {
  return {.shots_dropped = static_cast<std::int64_t>(cut.shots),
          .chars_dropped = static_cast<std::int64_t>(cut.chars),
          .tokens_dropped = 0};
}

[[noreturn]] void ThrowTooLong(const TextEncoder& model, const Document& document,
                               std::int64_t tokens, const std::string& advice) {
  throw DataError(fmt::format(
      "{}: document \"{}\": expected at most {} tokens (the model's length), found {}. {}",
      document.source, document.id, model.max_length(), tokens, advice));
}

constexpr const char* kTruncationAdvice =
    "Use fewer --shots, a longer --max-length, or --truncation shots or left.";

// Drops tokens from the left of `context` so that context + others <= limit. With keep_bos the
// first token stays.
std::int64_t DropLeft(std::vector<TokenId>& context, std::int64_t excess, bool keep_bos) {
  const std::ptrdiff_t first = keep_bos ? 1 : 0;
  context.erase(context.begin() + first, context.begin() + first + excess);
  return excess;
}

// Every continuation of a document behind its prompt after a cut.
EncodedChoices EncodeAll(const TextEncoder& model, const Document& document, const Prompt& prompt,
                         const Cut& cut, std::span<const std::string> continuations,
                         BoundaryRule rule) {
  const std::string question = CutQuestion(document, prompt, cut);
  const std::string context = prompt.TextWith(question, cut.shots);
  // Every pair asks for the tokens of the same context: they are computed once.
  const std::string_view bare_context = StripRight(context);
  const std::vector<TokenId> context_tokens =
      bare_context.empty() ? std::vector<TokenId>{} : EncodePromptText(model, prompt, bare_context);
  const EncodeText encode = [&](std::string_view text) {
    return text == bare_context ? context_tokens : EncodePromptText(model, prompt, text);
  };
  const std::vector<std::string>& prefixes = document.choice_prefixes;
  EncodedChoices encoded;
  for (std::size_t i = 0; i < continuations.size(); ++i) {
    const std::string whole =
        prefixes.empty() ? context : prompt.TextWith(question + prefixes[i], cut.shots);
    EncodedPair pair = EncodePair(encode, model.bos_id(), whole, continuations[i], rule);
    encoded.boundary_merges.push_back(pair.boundary_merge);
    encoded.requests.push_back({std::move(pair.context), std::move(pair.continuation)});
  }
  return encoded;
}

// The last token of a continuation is never fed, so one more than max_length fits.
std::int64_t Excess(const TextEncoder& model, const EncodedChoices& encoded) {
  std::int64_t longest = 0;
  for (const ScoreRequest& request : encoded.requests) {
    longest = std::max(
        longest, static_cast<std::int64_t>(request.context.size() + request.continuation.size()));
  }
  return longest - (model.max_length() + 1);
}

// Left truncation of every pair by tokens: the context loses what is too much, a continuation never
// does.
std::int64_t TruncateLeft(const TextEncoder& model, const Document& document, bool keep_bos,
                          EncodedChoices& encoded) {
  std::int64_t dropped = 0;
  for (ScoreRequest& request : encoded.requests) {
    const auto total =
        static_cast<std::int64_t>(request.context.size() + request.continuation.size());
    const std::int64_t excess = total - (model.max_length() + 1);
    if (excess <= 0) continue;
    if (excess >= static_cast<std::int64_t>(request.context.size())) {
      ThrowTooLong(model, document, total,
                   "A choice alone is longer than the model allows: use a longer --max-length.");
    }
    dropped = std::max(dropped, DropLeft(request.context, excess, keep_bos));
  }
  return dropped;
}

}  // namespace

const char* Name(TruncationPolicy policy) {
  switch (policy) {
    case TruncationPolicy::kShots:
      return "shots";
    case TruncationPolicy::kLeft:
      return "left";
    case TruncationPolicy::kError:
      return "error";
  }
  return "?";
}

EncodedChoices EncodeChoices(const TextEncoder& model, const Document& document,
                             const Prompt& prompt, std::span<const std::string> continuations,
                             const EncodeOptions& options) {
  const auto encode = [&](const Cut& cut) {
    return EncodeAll(model, document, prompt, cut, continuations, options.boundary);
  };
  EncodedChoices encoded = encode({});
  const std::int64_t excess = Excess(model, encoded);
  if (excess <= 0) return encoded;
  if (options.truncation == TruncationPolicy::kError) {
    ThrowTooLong(model, document, excess + model.max_length(), kTruncationAdvice);
  }
  if (options.truncation == TruncationPolicy::kLeft) {
    const std::int64_t dropped = TruncateLeft(model, document, false, encoded);
    encoded.truncated = Truncation{.tokens_dropped = dropped};
    return encoded;
  }
  const auto excess_of = [&](const Cut& cut) { return Excess(model, encode(cut)); };
  if (const std::optional<Cut> cut = FindCut(document, prompt, excess_of)) {
    encoded = encode(*cut);
    encoded.truncated = ToTruncation(*cut);
    return encoded;
  }
  const Cut all = {prompt.shots.size(), 0};
  encoded = encode(all);
  encoded.truncated = ToTruncation(all);
  encoded.truncated->tokens_dropped = TruncateLeft(model, document, true, encoded);
  return encoded;
}

EncodedPrompt EncodeGenerationPrompt(const TextEncoder& model, const Document& document,
                                     const Prompt& prompt, std::int64_t max_new_tokens,
                                     const EncodeOptions& options) {
  const std::int64_t limit = model.max_length() - max_new_tokens;
  const auto encode = [&](const Cut& cut) {
    std::vector<TokenId> tokens = EncodePromptText(
        model, prompt, prompt.TextWith(CutQuestion(document, prompt, cut), cut.shots));
    tokens.insert(tokens.begin(), model.bos_id());
    return tokens;
  };
  const auto excess_of = [&](const Cut& cut) {
    return static_cast<std::int64_t>(encode(cut).size()) - limit;
  };
  EncodedPrompt encoded = {encode({}), std::nullopt};
  const std::int64_t excess = static_cast<std::int64_t>(encoded.tokens.size()) - limit;
  if (excess <= 0) return encoded;
  if (limit < 2) {
    ThrowTooLong(model, document, max_new_tokens,
                 "Nothing is left for the prompt: use a smaller --max-new-tokens.");
  }
  if (options.truncation == TruncationPolicy::kError) {
    ThrowTooLong(model, document, excess + model.max_length(), kTruncationAdvice);
  }
  if (options.truncation == TruncationPolicy::kLeft) {
    encoded.truncated = Truncation{.tokens_dropped = DropLeft(encoded.tokens, excess, false)};
    return encoded;
  }
  if (const std::optional<Cut> cut = FindCut(document, prompt, excess_of)) {
    encoded.tokens = encode(*cut);
    encoded.truncated = ToTruncation(*cut);
    return encoded;
  }
  const Cut all = {prompt.shots.size(), 0};
  encoded.tokens = encode(all);
  encoded.truncated = ToTruncation(all);
  encoded.truncated->tokens_dropped =
      DropLeft(encoded.tokens, static_cast<std::int64_t>(encoded.tokens.size()) - limit, true);
  return encoded;
}

}  // namespace meval
