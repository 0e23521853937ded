// Encoding by words gives what encoding the whole text gives.

#include "engine/text/segment_encoder.h"

#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>
#include <sentencepiece_processor.h>

#include "engine/text/sentencepiece_model.h"
#include "engine/tokenizer.h"
#include "tests/support/shared_data.h"

namespace meval {
namespace {

std::filesystem::path TinyModel() {
  return std::filesystem::path(MEVAL_SOURCE_DIR) / "models" / "tiny" / "tokenizer.model";
}

class Whole {
 public:
  explicit Whole(const std::filesystem::path& path) {
    EXPECT_TRUE(processor_.Load(path.string()).ok());
  }
  std::vector<TokenId> operator()(const std::string& text) const {
    std::vector<int> ids;
    EXPECT_TRUE(processor_.Encode(text, &ids).ok());
    return ids;
  }

 private:
  sentencepiece::SentencePieceProcessor processor_;
};

// Texts made of what makes words difficult: runs of spaces, the space mark itself, line ends,
// letters of several bytes.
std::string RandomText(std::mt19937& random) {
  static const std::vector<std::string> kParts = {
      " ", "  ",  "   ", "\n", "\n\n",  "\t",   "\xE2\x96\x81", "é",      "日本", "🙂",
      "a", "the", "ing", ".",  ",",     "12",   "Answer:",      "<s>",    "\r\n", "'s",
      "(", ").",  "\"",  "--", "$x^2$", "\x01", "{}",           "<0x0A>", "A.",   "://"};
  std::string text;
  const std::size_t count = random() % 24;
  for (std::size_t i = 0; i < count; ++i) text += kParts[random() % kParts.size()];
  return text;
}

void ExpectSameOnRandomTexts(const std::filesystem::path& path) {
  const Tokenizer tokenizer = Tokenizer::Load(path);
  const Whole whole(path);
  std::mt19937 random(20250101);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = RandomText(random);
    ASSERT_EQ(tokenizer.Encode(text), whole(text)) << "text: [" << text << "] of round " << i;
  }
}

TEST(SegmentEncoder, GivesTheIdsOfTheWholeTextWithTheTinyModel) {
  ExpectSameOnRandomTexts(TinyModel());
}

TEST(SegmentEncoder, GivesTheIdsOfTheWholeTextWithMistralsModels) {
  MEVAL_SHARED_OR_SKIP(v1, "tokenizers/mistral-common/tokenizer.model.v1");
  ExpectSameOnRandomTexts(v1);
  ExpectSameOnRandomTexts(
      testing::SharedPath("tokenizers/mistral-common/mistral_instruct_tokenizer_240323.model.v3"));
  ExpectSameOnRandomTexts(testing::SharedPath("tokenizers/llama2/tokenizer.model"));
}

TEST(SegmentEncoder, GivesTheIdsOfTheWholeTextOnRealText) {
  MEVAL_SHARED_OR_SKIP(path, "tokenizers/Mistral-7B-v0.1/tokenizer.model");
  const Tokenizer tokenizer = Tokenizer::Load(path);
  const Whole whole(path);
  for (const char* name : {"data/gsm8k/test.jsonl", "data/samsum/test.crlf.jsonl",
                           "data/mmlu/test/formal_logic_test.csv"}) {
    std::ifstream file(testing::SharedPath(name));
    std::stringstream text;
    text << file.rdbuf();
    const std::string head = text.str().substr(0, 100000);
    const std::string valid = head.substr(0, head.find_last_of('\n'));
    ASSERT_FALSE(valid.empty()) << name;
    EXPECT_EQ(tokenizer.Encode(valid), whole(valid)) << name;
  }
}

// Texts that share beginnings with those before them, cut and continued at any character.
TEST(SegmentEncoder, GivesTheIdsOfTheWholeTextAfterOneThatBeginsAlike) {
  const Tokenizer tokenizer = Tokenizer::Load(TinyModel());
  const Whole whole(TinyModel());
  std::mt19937 random(20260101);
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    std::size_t keep = text.empty() ? 0 : random() % (text.size() + 1);
    while (keep > 0 && keep < text.size() &&
           (static_cast<unsigned char>(text[keep]) & 0xC0U) == 0x80U) {
      --keep;
    }
    text = text.substr(0, keep) + (i % 3 == 0 ? "" : RandomText(random));
    ASSERT_EQ(tokenizer.Encode(text), whole(text)) << "text: [" << text << "] of round " << i;
  }
}

// A text that could not be encoded is not taken for one that was.
TEST(SegmentEncoder, ForgetsATextThatFailed) {
  const std::string bytes = [] {
    std::ifstream file(TinyModel(), std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }();
  const SentencePieceModel model = ParseSentencePieceModel(bytes, TinyModel());
  bool fails = false;
  const auto encode = [&](std::string_view word) {
    if (fails) throw std::runtime_error("no");
    return std::vector<TokenId>{static_cast<TokenId>(word.size())};
  };
  SegmentEncoder encoder(model, encode, encode);
  const std::vector<TokenId> first = encoder("one three");
  fails = true;
  EXPECT_THROW(encoder("one three fourteen x"), std::runtime_error);
  fails = false;
  const std::vector<TokenId> ids = encoder("one three fourteen x");
  // The bytes of the text and of the space in front, wherever its words begin.
  EXPECT_EQ(std::accumulate(ids.begin(), ids.end(), 0), 21);
  EXPECT_EQ(ids, SegmentEncoder(model, encode, encode)("one three fourteen x"));
  EXPECT_EQ(encoder("one three"), first);
}

TEST(SegmentEncoder, RemembersWithoutChangingTheAnswer) {
  const Tokenizer tokenizer = Tokenizer::Load(TinyModel());
  const std::vector<TokenId> first = tokenizer.Encode("the cat and the dog and the cat");
  EXPECT_EQ(tokenizer.Encode("the cat and the dog and the cat"), first);
}

}  // namespace
}  // namespace meval
