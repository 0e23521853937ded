#include "engine/text/sentencepiece_model.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sentencepiece_processor.h>

#include "engine/tokenizer.h"
#include "tests/support/model_error.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using testing::ExpectModelError;
using testing::ReadWholeFile;
using testing::TempDirectory;

// A writer of protocol buffers, as small as the messages need.
std::string Varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}
std::string Number(std::uint64_t field, std::uint64_t value) {
  return Varint(field << 3) + Varint(value);
}
std::string Bytes(std::uint64_t field, std::string_view value) {
  return (Varint(field << 3 | 2) + Varint(value.size())).append(value);
}
std::string Float(std::uint64_t field, float value) {
  std::string bytes = Varint(field << 3 | 5);
  const auto bits = std::bit_cast<std::uint32_t>(value);
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>((bits >> (8 * i)) & 0xff);
  return bytes;
}

std::string Piece(std::string_view text, float score = 0, int type = 1) {
  return Bytes(1, Bytes(1, text) + Float(2, score) + Number(3, static_cast<std::uint64_t>(type)));
}
const std::string kUnknown = Piece("<unk>", 0, 2);
const std::string kBpe = Bytes(2, Number(3, 2));
const std::string kIdentity = Bytes(3, Bytes(1, "identity") + Number(4, 0));

SentencePieceModel Parse(const std::string& bytes) {
  return ParseSentencePieceModel(bytes, "m.model");
}

void ExpectRefused(const std::string& bytes, std::vector<std::string> parts) {
  parts.emplace_back("m.model");
  ExpectModelError([&] { Parse(bytes); }, parts);
}

TEST(SentencePieceModel, GivesPiecesAndRules) {
  const SentencePieceModel model =
      Parse(kUnknown + Piece("<s>", 0, 3) + Piece("\u2581a", -1.5f) +
            Bytes(2, Number(3, 2) + Bytes(44, "?")) + Bytes(3, Number(3, 0) + Number(4, 0)));
  ASSERT_EQ(model.pieces.size(), 3u);
  EXPECT_EQ(model.pieces[1].type, PieceType::kControl);
  EXPECT_EQ(model.pieces[2].text, "\u2581a");
  EXPECT_EQ(model.pieces[2].score, -1.5f);
  EXPECT_EQ(model.unk_surface, "?");
  EXPECT_FALSE(model.byte_fallback);
  EXPECT_FALSE(model.add_dummy_prefix);
  EXPECT_FALSE(model.remove_extra_whitespaces);
  const SentencePieceModel defaults = Parse(kUnknown);
  EXPECT_TRUE(defaults.add_dummy_prefix);
  EXPECT_TRUE(defaults.remove_extra_whitespaces);
  EXPECT_EQ(defaults.unk_surface, " \u2047 ");
}

TEST(SentencePieceModel, IsRefusedWhenTheFileIsOfAnotherKind) {
  ExpectRefused("", {"a SentencePiece model", "0 unknown pieces", "fetch it again"});
  ExpectRefused("{\"version\": \"1.0\"}", {"a SentencePiece model"});
  ExpectRefused("PK\x03\x04", {"a SentencePiece model"});
  ExpectRefused(std::string(100, '\0'), {"a field with the number 0"});
  ExpectRefused(std::string(20, '\xff'), {"more than ten bytes"});
}

TEST(SentencePieceModel, IsRefusedWhereverItIsCutInAPiece) {
  const std::string whole = kUnknown + Piece("ab", -1);
  for (std::size_t size = kUnknown.size() + 1; size < whole.size(); ++size) {
    ExpectRefused(whole.substr(0, size), {"a SentencePiece model"});
  }
}

TEST(SentencePieceModel, IsRefusedWhenAPieceIsWrong) {
  ExpectRefused(kUnknown + Piece(""), {"piece 1", "a text", "none"});
  ExpectRefused(kUnknown + Piece(std::string_view("a\0b", 3)), {"piece 1", "NUL"});
  ExpectRefused(kUnknown + Piece("a\xff"), {"piece 1", "UTF-8", "offset 1"});
  ExpectRefused(kUnknown + Piece("a") + Piece("a"), {"piece 2", "every piece once", "\"a\""});
  ExpectRefused(kUnknown + Piece("a", std::nanf("")), {"piece 1", "a finite score", "nan"});
  ExpectRefused(kUnknown + Piece("a", std::numeric_limits<float>::infinity()), {"inf"});
  ExpectRefused(kUnknown + Piece("a", 0, 7), {"piece 1", "a type from 1 to 6", "7"});
  ExpectRefused(kUnknown + Piece("<0xG0>", 0, 6), {"piece 1", "<0x00> to <0xFF>", "<0xG0>"});
  ExpectRefused(kUnknown + Piece("<other>", 0, 2), {"2 unknown pieces"});
  ExpectRefused(Piece("a"), {"0 unknown pieces"});
}

TEST(SentencePieceModel, IsRefusedWhenAFieldHasAnotherType) {
  ExpectRefused(Number(1, 7), {"field 1 with a value of another type"});
  ExpectRefused(kUnknown + Number(2, 7), {"field 2"});
  ExpectRefused(Bytes(1, Number(1, 7)), {"field 1"});
  ExpectRefused(Bytes(1, Bytes(1, "a") + Number(2, 7)), {"field 2"});
  ExpectRefused(kUnknown + Bytes(2, Bytes(3, "x")), {"field 3"});
  ExpectRefused(kUnknown + Bytes(3, Number(2, 1)), {"field 2"});
  ExpectRefused(kUnknown + Varint(9 << 3 | 3), {"a field of an unknown kind"});
}

TEST(SentencePieceModel, IsRefusedWhenItIsNotOfTheFamily) {
  ExpectRefused(kUnknown + Bytes(2, Number(3, 3)), {"BPE or unigram", "model type 3"});
  ExpectRefused(kUnknown + Bytes(2, Number(24, 1)), {"treat_whitespace_as_suffix"});
  ExpectRefused(kUnknown + Bytes(3, Bytes(1, "nmt_nfkc") + Bytes(2, "xxxx")),
                {"\"identity\"", "nmt_nfkc", "4 bytes", "normalization_rule_name=identity"});
  ExpectRefused(kUnknown + Bytes(3, Number(5, 0)), {"escape_whitespaces"});
  ExpectRefused(kUnknown + Bytes(5, Bytes(2, "xxxx")), {"no denormalisation", "4 bytes"});
  ExpectRefused(kUnknown + Bytes(2, Number(35, 1)), {"byte_fallback", "256"});
  ExpectRefused(kUnknown + Bytes(2, Bytes(44, "\xff")), {"unk_surface"});
}

TEST(SentencePieceModel, SkipsFieldsItDoesNotKnow) {
  const std::string unknown =
      Number(17, 5) + Bytes(18, "x") + Float(19, 1) + Varint(20 << 3 | 1) + std::string(8, 'x');
  EXPECT_EQ(Parse(unknown + kUnknown + unknown).pieces.size(), 1u);
}

TEST(SentencePieceModel, ReadsBytePieces) {
  EXPECT_EQ(ByteOfPiece("<0x00>"), 0);
  EXPECT_EQ(ByteOfPiece("<0x0A>"), 10);
  EXPECT_EQ(ByteOfPiece("<0xFF>"), 255);
  for (const char* piece : {"", "<0x0a>", "<0x0A", "<0x0A>>", "<1x0A>", "<0x 1>", "[0x0A]"}) {
    EXPECT_EQ(ByteOfPiece(piece), -1) << piece;
  }
}

// The ids of every sequence of `length` of the pieces 0 to 4.
std::vector<TokenId> Sequence(std::size_t number, std::size_t length) {
  std::vector<TokenId> ids(length);
  for (TokenId& id : ids) {
    id = static_cast<TokenId>(number % 5);
    number /= 5;
  }
  return ids;
}

// Blanks are taken off the start of a text in three ways: what the library does with every sequence
// of up to five pieces under each.
TEST(SentencePieceModel, DecodesAsTheLibraryDoesUnderEveryRuleOfBlanks) {
  const TempDirectory directory;
  for (const int rule : {0, 1, 2, 3}) {
    const std::string rules = Bytes(3, Number(3, rule & 1) + Number(4, rule >> 1));
    directory.Write("tokenizer.model", kUnknown + Piece("<s>", 0, 3) + Piece("\u2581", -1) +
                                           Piece("\u2581\u2581a", -2) + Piece("a", -3) + kBpe +
                                           rules);
    const Tokenizer tokenizer = Tokenizer::Load(directory / "tokenizer.model");
    sentencepiece::SentencePieceProcessor library;
    ASSERT_TRUE(library.Load((directory / "tokenizer.model").string()).ok());
    for (std::size_t length = 0, count = 1; length <= 5; ++length, count *= 5) {
      for (std::size_t number = 0; number < count; ++number) {
        const std::vector<TokenId> ids = Sequence(number, length);
        std::string expected;
        ASSERT_TRUE(library.Decode(ids, &expected).ok());
        ASSERT_EQ(tokenizer.Decode(ids), expected)
            << "rule " << rule << " " << ::testing::PrintToString(ids);
      }
    }
  }
}

TEST(SentencePieceModel, ReachesTheLibraryOnlyWhenItAccepts) {
  const TempDirectory directory;
  // Well-formed, and refused by the library: a byte piece without byte fallback.
  directory.Write("tokenizer.model", kUnknown + Piece("<0x00>", 0, 6) + kBpe + kIdentity);
  ExpectModelError([&] { Tokenizer::Load(directory / "tokenizer.model"); },
                   {"tokenizer.model", "the SentencePiece library accepts"});
  directory.Write("tokenizer.model", std::string((64 << 20) + 1, 'x'));
  ExpectModelError([&] { Tokenizer::Load(directory / "tokenizer.model"); },
                   {"at most 67108864 bytes", "67108865"});
}

}  // namespace
}  // namespace meval
