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

// The prompt's text after a cut. Code points are taken off the left end of the document field.
std::string CutText(const Document& document, const Prompt& prompt, const Cut& cut) {
  std::string text = prompt.Text(cut.shots);
  if (cut.chars == 0) return text;
  const std::size_t question_begin = text.size() - prompt.question.size();
  std::size_t end = document.cut_begin;
  for (std::size_t i = 0; i < cut.chars; ++i) {
    ++end;
    while (end < document.cut_end &&
           (static_cast<unsigned char>(text[question_begin + end]) & 0xC0U) == 0x80U)
      ++end;
  }
  return text.erase(question_begin + document.cut_begin, end - document.cut_begin);
}

// The smallest cut under which `excess(text)` is not positive: shots first, then the document
// field. Nothing if even the largest cut is too long. `excess` returns by how many tokens a context
// is too long.
std::optional<Cut> FindCut(const Document& document, const Prompt& prompt,
                           const std::function<std::int64_t(const std::string&)>& excess) {
  Cut cut;
  for (; cut.shots <= prompt.shots.size(); ++cut.shots) {
    if (excess(CutText(document, prompt, cut)) <= 0) return cut;
  }
  cut.shots = prompt.shots.size();
  const std::string_view field =
      std::string_view(prompt.question)
          .substr(document.cut_begin, document.cut_end - document.cut_begin);
  std::size_t low = 0;  // too long
  auto high = static_cast<std::size_t>(CountCodePoints(field));
  if (high == 0 || excess(CutText(document, prompt, {cut.shots, high})) > 0) return std::nullopt;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (excess(CutText(document, prompt, {cut.shots, middle})) <= 0 ? high : low) = middle;
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

// `prefixes`: what follows the context before each continuation; none, or as many.
EncodedChoices EncodeAll(const TextEncoder& model, const std::string& context,
                         std::span<const std::string> prefixes,
                         std::span<const std::string> continuations, BoundaryRule rule) {
  // Every pair asks for the tokens of the same context: they are computed once.
  const std::string_view bare_context = StripRight(context);
  const std::vector<TokenId> context_tokens =
      bare_context.empty() ? std::vector<TokenId>{} : model.Encode(bare_context);
  const EncodeText encode = [&](std::string_view text) {
    return text == bare_context ? context_tokens : model.Encode(text);
  };
  EncodedChoices encoded;
  for (std::size_t i = 0; i < continuations.size(); ++i) {
    const std::string& whole = prefixes.empty() ? context : context + prefixes[i];
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
  EncodedChoices encoded =
      EncodeAll(model, prompt.Text(), document.choice_prefixes, continuations, options.boundary);
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
  const auto excess_of = [&](const std::string& text) {
    return Excess(
        model, EncodeAll(model, text, document.choice_prefixes, continuations, options.boundary));
  };
  if (const std::optional<Cut> cut = FindCut(document, prompt, excess_of)) {
    encoded = EncodeAll(model, CutText(document, prompt, *cut), document.choice_prefixes,
                        continuations, options.boundary);
    encoded.truncated = ToTruncation(*cut);
    return encoded;
  }
  const Cut all = {prompt.shots.size(), 0};
  encoded = EncodeAll(model, CutText(document, prompt, all), document.choice_prefixes,
                      continuations, options.boundary);
  encoded.truncated = ToTruncation(all);
  encoded.truncated->tokens_dropped = TruncateLeft(model, document, true, encoded);
  return encoded;
}

EncodedPrompt EncodeGenerationPrompt(const TextEncoder& model, const Document& document,
                                     const Prompt& prompt, std::int64_t max_new_tokens,
                                     const EncodeOptions& options) {
  const std::int64_t limit = model.max_length() - max_new_tokens;
  const auto encode = [&](const std::string& text) {
    std::vector<TokenId> tokens = model.Encode(text);
    tokens.insert(tokens.begin(), model.bos_id());
    return tokens;
  };
  const auto excess_of = [&](const std::string& text) {
    return static_cast<std::int64_t>(encode(text).size()) - limit;
  };
  EncodedPrompt encoded = {encode(prompt.Text()), std::nullopt};
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
    encoded.tokens = encode(CutText(document, prompt, *cut));
    encoded.truncated = ToTruncation(*cut);
    return encoded;
  }
  const Cut all = {prompt.shots.size(), 0};
  encoded.tokens = encode(CutText(document, prompt, all));
  encoded.truncated = ToTruncation(all);
  encoded.truncated->tokens_dropped =
      DropLeft(encoded.tokens, static_cast<std::int64_t>(encoded.tokens.size()) - limit, true);
  return encoded;
}

}  // namespace meval
