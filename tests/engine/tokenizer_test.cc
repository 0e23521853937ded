#include "engine/tokenizer.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <random>
#include <span>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sentencepiece_processor.h>

#include "tests/support/model_error.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using ::testing::ElementsAreArray;
using testing::ExpectModelError;
using testing::ReadWholeFile;
using testing::TempDirectory;
using Path = std::filesystem::path;
using Ids = std::vector<TokenId>;

Path FixtureModel() {
  return Path(MEVAL_SOURCE_DIR) / "tests/fixtures/engine/tokenizer/tokenizer.model";
}

// Ids of the fixture: 0 unk, 1 <s>, 2 </s>, 3 [INST], 4 [/INST], 5 [REFERENCE], 6 to 261 the bytes.
constexpr TokenId kFirstByte = 6;
TokenId ByteId(int byte) { return kFirstByte + byte; }
Ids ByteIds(std::string_view bytes) {
  Ids ids;
  for (const char c : bytes) ids.push_back(ByteId(static_cast<unsigned char>(c)));
  return ids;
}

Ids Joined(Ids a, const Ids& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// What `ids` add to a text after `context`, all at once.
std::string Continuation(const Tokenizer& tokenizer, std::span<const TokenId> context,
                         std::span<const TokenId> ids, bool final_text) {
  ContinuationText text = tokenizer.Continue(context);
  for (const TokenId id : ids) text.Append(id);
  return final_text ? text.Final() : text.text();
}

// What SentencePiece itself makes of the ids.
std::string LibraryDecode(const Path& file, const Ids& ids) {
  sentencepiece::SentencePieceProcessor processor;
  if (!processor.Load(file.string()).ok()) throw std::runtime_error("cannot load " + file.string());
  std::string text;
  if (!processor.Decode(ids, &text).ok()) throw std::runtime_error("cannot decode");
  return text;
}

TEST(Tokenizer, EncodesEveryReferenceText) {
  MEVAL_SHARED_OR_SKIP(reference, "tokenizers/reference_encodings.jsonl");
  const std::map<std::string, std::string> models = {
      {"mistral-v1", "tokenizers/mistral-common/tokenizer.model.v1"},
      {"mistral-v3", "tokenizers/mistral-common/mistral_instruct_tokenizer_240323.model.v3"},
      {"llama2", "tokenizers/llama2/tokenizer.model"}};
  for (const auto& [field, file] : models) {
    const Tokenizer tokenizer = Tokenizer::Load(testing::SharedPath(file));
    std::ifstream in(reference);
    int count = 0;
    for (std::string line; std::getline(in, line); ++count) {
      const auto record = nlohmann::json::parse(line);
      const auto text = record.at("text").get<std::string>();
      EXPECT_THAT(tokenizer.Encode(text), ElementsAreArray(record.at(field).get<Ids>()))
          << field << ": " << line;
    }
    EXPECT_EQ(count, 36) << field;
  }
}

TEST(Tokenizer, EncodesTheTestTextsOfTheLlamaVocabulary) {
  MEVAL_SHARED_OR_SKIP(texts, "tokenizers/llama2/ggml-vocab-llama-spm.gguf.inp");
  MEVAL_SHARED_OR_SKIP(expected, "tokenizers/llama2/ggml-vocab-llama-spm.gguf.out");
  const Tokenizer tokenizer = Tokenizer::Load(testing::SharedPath("tokenizers/llama2"));
  constexpr std::string_view kSeparator = "\n__ggml_vocab_test__\n";
  const std::string all = ReadWholeFile(texts);
  std::ifstream out(expected);
  int count = 0;
  // A separator ends the file: the last text is empty, and so is its line of ids.
  for (std::size_t begin = 0; begin <= all.size(); ++count) {
    const std::size_t end = std::min(all.find(kSeparator, begin), all.size());
    std::string line;
    std::getline(out, line);
    std::istringstream numbers(line);
    Ids ids;
    for (TokenId id = 0; numbers >> id;) ids.push_back(id);
    EXPECT_THAT(tokenizer.Encode(all.substr(begin, end - begin)), ElementsAreArray(ids))
        << "text " << count;
    begin = end + kSeparator.size();
  }
  EXPECT_EQ(count, 47);
}

TEST(Tokenizer, KnowsTheSpecialPiecesOfTheRealModels) {
  MEVAL_SHARED_OR_SKIP(v1, "tokenizers/Mistral-7B-v0.1");
  const Tokenizer small = Tokenizer::Load(v1);
  EXPECT_EQ(small.vocab_size(), 32000);
  EXPECT_EQ(small.bos_id(), 1);
  EXPECT_EQ(small.eos_id(), 2);
  EXPECT_EQ(small.file(), v1 / "tokenizer.model");
  EXPECT_EQ(small.Piece(13), "<0x0A>");
  EXPECT_EQ(small.Piece(22557), "\u2581Hello");
  const Tokenizer large = Tokenizer::Load(
      testing::SharedPath("tokenizers/mistral-common/mistral_instruct_tokenizer_240323.model.v3"));
  EXPECT_EQ(large.vocab_size(), 32768);
  EXPECT_EQ(large.Piece(3), "[INST]");
  EXPECT_EQ(large.Decode(Ids{1, 3, 23325, 4, 2}), "Hello");
}

TEST(Tokenizer, ReadsTheTextOfSpecialPiecesAsText) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  for (const char* text : {"<s>", "</s>", "<unk>", "[INST]", "<0x0A>"}) {
    const Ids ids = tokenizer.Encode(text);
    EXPECT_GT(ids.size(), 1u) << text;
    EXPECT_EQ(tokenizer.Decode(ids), text);
  }
  EXPECT_THAT(tokenizer.Encode(""), ::testing::IsEmpty());
}

TEST(Tokenizer, GivesBackEveryTextItEncodes) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  for (const std::string& text :
       {std::string("The answer is 42."), std::string(" leading"), std::string("  two"),
        std::string("trailing  "), std::string("line\r\nline\ttab"), std::string("naïve café"),
        std::string("日本語 👩‍👩‍👧"), std::string("a\0b", 3), std::string("\n"),
        std::string(" "), std::string(5000, 'x')}) {
    EXPECT_EQ(tokenizer.Decode(tokenizer.Encode(text)), text);
  }
}

TEST(Tokenizer, RefusesTextThatIsNotUtf8) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  for (const char* text :
       {"ab\x80", "ab\xC0\xAF", "ab\xE2\x96", "ab\xED\xA0\x80", "ab\xF4\x90\x80\x80"}) {
    ExpectModelError([&] { tokenizer.Encode(text); }, {"offset 2", "UTF-8", "convert"});
  }
}

TEST(Tokenizer, RefusesIdsOutsideTheVocabulary) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  for (const TokenId id : {-1, 400, 32000}) {
    ExpectModelError(
        [&] {
          tokenizer.Decode(Ids{1, id});
        },
        {"tokenizer.model", "0 to 399", std::to_string(id)});
    ExpectModelError([&] { tokenizer.Piece(id); }, {"0 to 399", std::to_string(id)});
    EXPECT_THROW(tokenizer.Continue(Ids{}).Append(id), std::invalid_argument);
  }
}

TEST(Tokenizer, KeepsTheLeadingSpaceOfAContinuation) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  const Ids prompt = Joined({1}, tokenizer.Encode("The answer is"));
  const Ids answer = tokenizer.Encode("the number");
  EXPECT_EQ(Continuation(tokenizer, prompt, answer, true), " the number");
  EXPECT_EQ(Continuation(tokenizer, Ids{1}, answer, true), "the number");
  EXPECT_EQ(Continuation(tokenizer, Ids{}, answer, true), "the number");
  EXPECT_EQ(Continuation(tokenizer, prompt, Ids{}, true), "");
}

TEST(Tokenizer, HoldsBackACharacterUntilItIsWhole) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  const Ids euro = ByteIds("\u20AC");  // three bytes
  const Ids prompt = {1};
  EXPECT_EQ(Continuation(tokenizer, prompt, {euro.data(), 1}, false), "");
  EXPECT_EQ(Continuation(tokenizer, prompt, {euro.data(), 2}, false), "");
  EXPECT_EQ(Continuation(tokenizer, prompt, {euro.data(), 3}, false), "\u20AC");
  EXPECT_EQ(Continuation(tokenizer, prompt, {euro.data(), 2}, true), "\uFFFD\uFFFD");
  // The prompt may end inside a character that the continuation completes.
  EXPECT_EQ(Continuation(tokenizer, {euro.data(), 2}, Ids{euro[2]}, false), "\u20AC");
}

TEST(Tokenizer, ShowsImpossibleBytesAtOnce) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  const auto shown = [&](std::string_view bytes) {
    return Continuation(tokenizer, Ids{1}, ByteIds(bytes), false);
  };
  EXPECT_EQ(shown("\xFF"), "\uFFFD");
  EXPECT_EQ(shown("\x80"), "\uFFFD");
  EXPECT_EQ(shown("\xE2\x41"), "\uFFFDA");
  EXPECT_EQ(shown("\xE0\x80"), "\uFFFD\uFFFD");
  EXPECT_EQ(shown("\xED\xA0"), "\uFFFD\uFFFD");
  EXPECT_EQ(shown("\xF0\x9F\x98"), "");
}

// Random pieces, with bytes, control pieces and pieces of blanks more often than chance has them.
Ids RandomIds(std::mt19937_64& random, std::int64_t vocab_size, std::size_t max_length,
              TokenId first_byte, const Ids& blanks) {
  Ids ids(random() % (max_length + 1));
  for (TokenId& id : ids) {
    switch (random() % 6) {
      case 0:
        id = static_cast<TokenId>(random() % 5);
        break;
      case 1:
        id = first_byte + static_cast<TokenId>(0x80 + random() % 0x80);
        break;
      case 2:
        id = first_byte + static_cast<TokenId>(random() % 256);
        break;
      case 3:
        id = blanks[random() % blanks.size()];
        break;
      default:
        id = static_cast<TokenId>(random() % static_cast<std::uint64_t>(vocab_size));
    }
  }
  return ids;
}

// The three promises of decoding, on sequences nobody would write.
void CheckDecoding(const Path& file, TokenId first_byte, const Ids& blanks, int rounds) {
  const Tokenizer tokenizer = Tokenizer::Load(file);
  sentencepiece::SentencePieceProcessor library;
  ASSERT_TRUE(library.Load(file.string()).ok());
  std::mt19937_64 random(20240229);
  for (int round = 0; round < rounds; ++round) {
    const Ids ids = RandomIds(random, tokenizer.vocab_size(), 24, first_byte, blanks);
    SCOPED_TRACE("round " + std::to_string(round) + ": " + ::testing::PrintToString(ids));
    std::string expected;
    ASSERT_TRUE(library.Decode(ids, &expected).ok());
    ASSERT_EQ(tokenizer.Decode(ids), expected);

    // Whatever the split, what is shown of the context and of the continuation is the whole.
    const std::size_t split = ids.empty() ? 0 : random() % (ids.size() + 1);
    const std::span<const TokenId> all(ids);
    const auto context = all.first(split);
    const std::string before = Continuation(tokenizer, {}, context, false);
    ASSERT_EQ(before + Continuation(tokenizer, context, all.subspan(split), true), expected);

    // More tokens only ever append text.
    std::string shown;
    for (std::size_t end = split; end <= ids.size(); ++end) {
      const std::string next =
          Continuation(tokenizer, context, all.subspan(split, end - split), false);
      ASSERT_TRUE(next.starts_with(shown)) << end;
      shown = next;
    }
    ASSERT_TRUE(expected.starts_with(before + shown));
  }
}

TEST(Tokenizer, DecodesAsTheLibraryDoesHoweverTheSequenceIsSplit) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  CheckDecoding(FixtureModel(), kFirstByte, tokenizer.Encode(" "), 4000);
}

TEST(Tokenizer, DecodesTheRealVocabulariesAsTheLibraryDoes) {
  MEVAL_SHARED_OR_SKIP(v1, "tokenizers/mistral-common/tokenizer.model.v1");
  CheckDecoding(v1, 3, {28705, 259, 2287, 260}, 3000);
  MEVAL_SHARED_OR_SKIP(v3, "tokenizers/mistral-common/mistral_instruct_tokenizer_240323.model.v3");
  CheckDecoding(v3, 771, {29473, 1027, 3055}, 3000);
}

TEST(Tokenizer, DecodesEveryPieceAsTheLibraryDoes) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) {
    EXPECT_EQ(tokenizer.Decode(Ids{id}), LibraryDecode(FixtureModel(), {id})) << id;
    EXPECT_EQ(tokenizer.Decode(Ids{300, id}), LibraryDecode(FixtureModel(), {300, id})) << id;
  }
}

TEST(Tokenizer, ServesManyThreadsAtOnce) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  const std::string text = "The library opens at ten, closes at six, and is never quite silent.";
  const Ids expected = tokenizer.Encode(text);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        if (tokenizer.Encode(text) != expected || tokenizer.Decode(expected) != text) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Tokenizer, TellsADirectoryWithoutAModelWhatToDo) {
  const TempDirectory directory;
  ExpectModelError([&] { Tokenizer::Load(directory.path()); },
                   {directory.path().string(), "tokenizer.model", "no such file", "fetch"});
  directory.Write("tokenizer.json", "{}");
  ExpectModelError([&] { Tokenizer::Load(directory.path()); },
                   {directory.path().string(), "tokenizer.json only", "SentencePiece", "fetch"});
  ExpectModelError([&] { Tokenizer::Load(directory / "absent.model"); },
                   {"absent.model", "nothing there", "check the path"});
}

TEST(Tokenizer, TakesTheOneVersionedModelOfADirectory) {
  const TempDirectory directory;
  std::filesystem::copy_file(FixtureModel(), directory / "tokenizer.model.v3");
  EXPECT_EQ(Tokenizer::Load(directory.path()).vocab_size(), 400);
  std::filesystem::copy_file(FixtureModel(), directory / "tokenizer.model.v7");
  ExpectModelError([&] { Tokenizer::Load(directory.path()); }, {"2 versions", "name the file"});
  std::filesystem::copy_file(FixtureModel(), directory / "tokenizer.model");
  EXPECT_EQ(Tokenizer::Load(directory.path()).file(), directory / "tokenizer.model");
}

class AddedTokens : public ::testing::Test {
 protected:
  AddedTokens() { std::filesystem::copy_file(FixtureModel(), directory_ / "tokenizer.model"); }

  TempDirectory directory_;
};

TEST_F(AddedTokens, ExtendTheVocabularyBeyondThePieces) {
  directory_.Write("tokenizer_config.json", R"({"added_tokens_decoder": {
      "1": {"content": "<s>", "special": true},
      "400": {"content": "<|end|>", "special": true},
      "402": {"content": "<tool>", "special": false}}})");
  const Tokenizer tokenizer = Tokenizer::Load(directory_.path());
  EXPECT_EQ(tokenizer.vocab_size(), 403);
  EXPECT_EQ(tokenizer.Piece(400), "<|end|>");
  const Ids hello = tokenizer.Encode("the");
  EXPECT_EQ(tokenizer.Decode(Joined(hello, {400, 401, 402})), "the<tool>");
  // Text never becomes one of them.
  EXPECT_THAT(tokenizer.Encode("<tool>"), ::testing::Not(::testing::Contains(402)));
  // A model file named by itself stands alone.
  EXPECT_EQ(Tokenizer::Load(directory_ / "tokenizer.model").vocab_size(), 400);
}

TEST_F(AddedTokens, AreReadFromBothFiles) {
  directory_.Write("added_tokens.json", R"({"<a>": 400, "<b>": 401, "<s>": 1})");
  EXPECT_EQ(Tokenizer::Load(directory_.path()).Decode(Ids{400, 401}), "<a><b>");
  directory_.Write("tokenizer_config.json",
                   R"({"added_tokens_decoder": {"401": {"content": "<b>", "special": true}}})");
  EXPECT_EQ(Tokenizer::Load(directory_.path()).Decode(Ids{400, 401}), "<a>");
}

TEST_F(AddedTokens, MayNotRenameAPiece) {
  directory_.Write("added_tokens.json", R"({"<pad>": 2})");
  ExpectModelError([&] { Tokenizer::Load(directory_.path()); },
                   {"added_tokens.json", "added token 2", "</s>", "<pad>", "revision"});
}

TEST_F(AddedTokens, AreRefusedWhereTheyAreNotWellFormed) {
  const auto refused = [&](const std::string& json, const std::vector<std::string>& parts) {
    directory_.Write("tokenizer_config.json", json);
    ExpectModelError([&] { Tokenizer::Load(directory_.path()); }, parts);
  };
  refused("{", {"tokenizer_config.json", "offset 1 of 1"});
  refused(R"({"added_tokens_decoder": []})", {"added_tokens_decoder", "object"});
  refused(R"({"added_tokens_decoder": {"x": {}}})", {"[\"x\"]", "an id"});
  refused(R"({"added_tokens_decoder": {"-1": {}}})", {"[\"-1\"]", "an id"});
  refused(R"({"added_tokens_decoder": {"99999999": {}}})", {"99999999", "an id"});
  refused(R"({"added_tokens_decoder": {"400": "<a>"}})", {"[\"400\"]", "<a>"});
  refused(R"({"added_tokens_decoder": {"400": {}}})", {"content", "no such key"});
  refused(R"({"added_tokens_decoder": {"400": {"content": 7}}})", {"content", "a string", "7"});
  directory_.Write("tokenizer_config.json", "{}");
  directory_.Write("added_tokens.json", R"({"<a>": "400"})");
  ExpectModelError([&] { Tokenizer::Load(directory_.path()); },
                   {"added_tokens.json", "<a>", "an integer", "400"});
}

TEST(Tokenizer, MarkedTextsBecomeTheirTokensAndTheTextBetweenKeepsItsSpaces) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  const auto marked = [&](std::string_view text) { return tokenizer.EncodeMarked(text, "#"); };
  EXPECT_THAT(marked("<s>[INST] Hello there[/INST] Yes</s>"),
              ElementsAreArray(Joined(Joined(Joined({1, 3}, tokenizer.Encode("Hello there")),
                                             Joined({4}, tokenizer.Encode("Yes"))),
                                      {2})));
  // Without a token in front a text is encoded as ever; behind one no space is added.
  EXPECT_THAT(marked("Hello there"), ElementsAreArray(tokenizer.Encode("Hello there")));
  EXPECT_EQ(tokenizer.Decode(marked("<s>Hello [INST]there")), "Hello there");
  EXPECT_NE(marked("<s>Hello"), marked("<s> Hello"));
  EXPECT_THAT(marked(""), ElementsAreArray(Ids{}));
  EXPECT_THAT(marked("<s><s>"), ElementsAreArray(Ids{1, 1}));
}

TEST(Tokenizer, AMarkInsideKeepsATextFromBecomingAToken) {
  const Tokenizer tokenizer = Tokenizer::Load(FixtureModel());
  const Ids ids = tokenizer.EncodeMarked("<s> a <#/s> b", "#");
  EXPECT_EQ(ids.front(), 1);
  EXPECT_THAT(Ids(ids.begin() + 1, ids.end()), ElementsAreArray(tokenizer.Encode("a </s> b")));
  EXPECT_THROW(tokenizer.EncodeMarked("\xff", "#"), ModelError);
}

TEST(Tokenizer, AddedTokensAreMarkedTextsAndTheLongestCounts) {
  const TempDirectory directory;
  std::filesystem::copy(FixtureModel(), directory / "tokenizer.model");
  const std::int64_t size = Tokenizer::Load(FixtureModel()).vocab_size();
  directory.Write("added_tokens.json", "{\"<|im|>\": " + std::to_string(size) +
                                           ", \"<|im|>>\": " + std::to_string(size + 1) + "}");
  const Tokenizer tokenizer = Tokenizer::Load(directory.path());
  const auto first = static_cast<TokenId>(size);
  EXPECT_THAT(tokenizer.EncodeMarked("<|im|><|im|>>", ""), ElementsAreArray(Ids{first, first + 1}));
}

}  // namespace
}  // namespace meval
