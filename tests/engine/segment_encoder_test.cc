// Encoding by words gives what encoding the whole text gives.

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <gtest/gtest.h>
#include <sentencepiece_processor.h>

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
      " ", "  ",  "   ", "\n", "\n\n", "\t", "\xE2\x96\x81", "é",   "日本", "🙂",
      "a", "the", "ing", ".",  ",",    "12", "Answer:",      "<s>", "\r\n", "'s"};
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

TEST(SegmentEncoder, RemembersWithoutChangingTheAnswer) {
  const Tokenizer tokenizer = Tokenizer::Load(TinyModel());
  const std::vector<TokenId> first = tokenizer.Encode("the cat and the dog and the cat");
  EXPECT_EQ(tokenizer.Encode("the cat and the dog and the cat"), first);
}

}  // namespace
}  // namespace meval
