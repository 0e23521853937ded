#include <stdexcept>

#include "metrics/perplexity.h"
#include "metrics/unicode_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

template <typename Call>
void RequireRefusal(const std::string& name, Call call) {
  try {
    call();
  } catch (const std::invalid_argument&) {
    return;
  }
  fuzz::Require(false, name + " takes text that is not UTF-8");
}

void RefuseIllFormed(const std::string& text) {
  RequireRefusal("ToCodePoints", [&] { ToCodePoints(text); });
  RequireRefusal("CountCodePoints", [&] { CountCodePoints(text); });
  RequireRefusal("Strip", [&] { Strip(text); });
  RequireRefusal("SplitWhitespace", [&] { SplitWhitespace(text); });
  RequireRefusal("Lower", [&] { Lower(text); });
  RequireRefusal("Capitalize", [&] { Capitalize(text); });
  RequireRefusal("DeleteAsciiPunctuation", [&] { DeleteAsciiPunctuation(text); });
  RequireRefusal("ReplaceAll", [&] { ReplaceAll(text, "a", "b"); });
  RequireRefusal("CountWords", [&] { CountWords(text); });
}

void CheckPieces(const std::string& text) {
  const std::string_view stripped = Strip(text);
  fuzz::Require(Strip(stripped) == stripped, "Strip(Strip(t)) == Strip(t)");
  fuzz::Require(StripRight(text).size() >= stripped.size(),
                "StripRight removes no more than Strip");
  const std::vector<std::string_view> pieces = SplitWhitespace(text);
  for (const std::string_view piece : pieces) {
    fuzz::Require(!piece.empty() && SplitWhitespace(piece).size() == 1, "a piece is one word");
  }
  const std::size_t open_ends = (stripped.data() != text.data() || stripped.empty() ? 1u : 0u) +
                                (StripRight(text).size() != text.size() ? 1u : 0u);
  fuzz::Require(static_cast<std::size_t>(CountWords(text)) == pieces.size() + open_ends,
                "CountWords counts the pieces and the empty ones at the ends");
}

MEVAL_FUZZ_TARGET(unicode_text) {
  const std::string text = input.Text();
  const std::string from = input.Text();
  if (FindInvalidUtf8(text)) {
    RefuseIllFormed(text);
    return;
  }
  const std::u32string code_points = ToCodePoints(text);
  fuzz::Require(ToUtf8(code_points) == text, "ToUtf8(ToCodePoints(t)) == t");
  fuzz::Require(static_cast<std::size_t>(CountCodePoints(text)) == code_points.size(),
                "CountCodePoints counts what ToCodePoints gives");
  CheckPieces(text);
  for (const std::string& changed : {Lower(text), Capitalize(text), DeleteAsciiPunctuation(text)}) {
    fuzz::Require(!FindInvalidUtf8(changed), "case mappings and deletions give UTF-8");
  }
  const std::string bare = DeleteAsciiPunctuation(text);
  fuzz::Require(DeleteAsciiPunctuation(bare) == bare, "punctuation is deleted at once");
  if (!from.empty() && !FindInvalidUtf8(from)) {
    fuzz::Require(ReplaceAll(text, from, from) == text, "replacing by the same changes nothing");
    fuzz::Require(text.find(from) != text.npos || ReplaceAll(text, from, "x") == text,
                  "nothing is replaced where nothing is found");
  }
}

}  // namespace
}  // namespace meval
