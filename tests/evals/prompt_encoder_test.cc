#include "evals/prompt_encoder.h"

#include <algorithm>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/chat_template.h"
#include "tasks/error.h"
#include "tests/support/fake_language_model.h"

namespace meval {
namespace {

using ::meval::testing::FakeLanguageModel;
using ::testing::HasSubstr;

// "D|" + "s1|" + "s2|" + "Q[dialogue]?" with the document field between the brackets; a byte is a
// token.
struct PromptEncoderTest : ::testing::Test {
  PromptEncoderTest() {
    prompt.description = "D|";
    prompt.shots = {"s1|", "s2|"};
    prompt.question = "Q[dialogue]?";
    document.id = "doc-7";
    document.source = "file.jsonl:7";
    document.question = prompt.question;
    document.cut_begin = 2;
    document.cut_end = 10;
  }
  std::string Context(const EncodedChoices& encoded, std::size_t choice = 0) const {
    return FakeLanguageModel::Decode(encoded.requests[choice].context);
  }
  EncodedChoices Choices(std::int64_t length, const EncodeOptions& options = {}) {
    model.length = length;
    return EncodeChoices(model, document, prompt, continuations, options);
  }

  FakeLanguageModel model;
  Document document;
  Prompt prompt;
  std::vector<std::string> continuations = {" yes", " no"};
};

// BOS + 20 bytes of prompt + 4 of the longest continuation, of which the last is not fed: 24.
constexpr std::int64_t kWhole = 24;

TEST_F(PromptEncoderTest, LeavesAPromptThatJustFitsAlone) {
  const EncodedChoices encoded = Choices(kWhole);
  EXPECT_EQ(Context(encoded), "D|s1|s2|Q[dialogue]?");
  EXPECT_EQ(encoded.requests[0].context.front(), FakeLanguageModel::kBos);
  EXPECT_FALSE(encoded.truncated.has_value());
}

TEST_F(PromptEncoderTest, AChatPromptBeginsWithOneBosWhetherItsTemplateWritesItOrNot) {
  prompt.turns = {{"q1", "a1"}, {"q2", "a2"}};
  for (const std::string name : {"mistral-v1", "chatml"}) {
    prompt.chat = std::make_shared<const ChatFormat>(
        ChatFormat{ChatTemplate::Parse(ChatTemplate::BuiltIn(name), name, {}), true});
    const EncodedPrompt encoded = EncodeGenerationPrompt(model, document, prompt, 5, {});
    EXPECT_EQ(std::count(encoded.tokens.begin(), encoded.tokens.end(), FakeLanguageModel::kBos), 1);
    EXPECT_EQ(encoded.tokens.front(), FakeLanguageModel::kBos);
    // White space that ends a prompt is asked for as a part of the continuation.
    const EncodedChoices choices = Choices(1000);
    std::vector<TokenId> asked = choices.requests[0].context;
    asked.insert(asked.end(), choices.requests[0].continuation.begin(),
                 choices.requests[0].continuation.end());
    asked.resize(encoded.tokens.size());
    EXPECT_EQ(asked, encoded.tokens) << name;
  }
}

TEST_F(PromptEncoderTest, AChatPromptThatIsTooLongLosesWholeTurnsAndKeepsItsSystemText) {
  prompt.turns = {{"q1", "a1"}, {"q2", "a2"}};
  prompt.chat = std::make_shared<const ChatFormat>(
      ChatFormat{ChatTemplate::Parse(ChatTemplate::BuiltIn("mistral-v1"), "v1", {}), true});
  const auto whole = static_cast<std::int64_t>(Choices(1000).requests[0].context.size());
  const EncodedChoices encoded = Choices(whole);
  ASSERT_TRUE(encoded.truncated.has_value());
  EXPECT_EQ(encoded.truncated->shots_dropped, 1);
  EXPECT_EQ(Context(encoded), " [INST] D|\n\nq2 [/INST] a2</s> [INST] Q[dialogue]? [/INST]");
  const EncodedChoices cut = Choices(30);
  EXPECT_EQ(cut.truncated->shots_dropped, 2);
  EXPECT_EQ(cut.truncated->chars_dropped, 6);
  EXPECT_EQ(Context(cut), " [INST] D|\n\nQ[ue]? [/INST]");
}

TEST_F(PromptEncoderTest, DropsWholeShotsFromTheFrontFirst) {
  const EncodedChoices encoded = Choices(kWhole - 1);
  EXPECT_EQ(Context(encoded), "D|s2|Q[dialogue]?");
  ASSERT_TRUE(encoded.truncated.has_value());
  EXPECT_EQ(encoded.truncated->shots_dropped, 1);
  EXPECT_EQ(encoded.truncated->chars_dropped, 0);
  EXPECT_EQ(Context(Choices(kWhole - 4)), "D|Q[dialogue]?");
}

TEST_F(PromptEncoderTest, CutsTheDocumentFieldFromTheLeftAfterTheShots) {
  const EncodedChoices encoded = Choices(kWhole - 9);
  EXPECT_EQ(Context(encoded), "D|Q[logue]?");
  EXPECT_EQ(encoded.truncated->shots_dropped, 2);
  EXPECT_EQ(encoded.truncated->chars_dropped, 3);
  EXPECT_EQ(encoded.truncated->tokens_dropped, 0);
}

TEST_F(PromptEncoderTest, UsesTheSameContextForEveryChoice) {
  for (std::int64_t length = 10; length <= kWhole; ++length) {
    const EncodedChoices encoded = Choices(length);
    EXPECT_EQ(Context(encoded, 0), Context(encoded, 1)) << length;
    for (const ScoreRequest& request : encoded.requests) {
      EXPECT_LE(static_cast<std::int64_t>(request.context.size() + request.continuation.size()),
                length + 1);
      EXPECT_EQ(request.context.front(), FakeLanguageModel::kBos);
    }
  }
}

TEST_F(PromptEncoderTest, CutsBetweenCodePointsOnly) {
  prompt.question = "Q[ééé]?";
  document.cut_end = 2 + 6;
  const EncodedChoices encoded = Choices(15);  // one byte too few: a whole é goes
  EXPECT_EQ(Context(encoded), "D|Q[éé]?");
  EXPECT_EQ(encoded.truncated->chars_dropped, 1);
}

TEST_F(PromptEncoderTest, DropsTokensBehindBosWhereNothingMayBeCut) {
  document.cut_end = document.cut_begin;
  const EncodedChoices encoded = Choices(12);
  EXPECT_EQ(encoded.requests[0].context.front(), FakeLanguageModel::kBos);
  EXPECT_EQ(Context(encoded),
            "alogue]?");  // BOS, 8 bytes and 4 of the choice are 13, the last not fed
  EXPECT_EQ(encoded.truncated->tokens_dropped, 6);
}

TEST_F(PromptEncoderTest, DropsBosFirstAsTheReferenceWhenAsked) {
  const EncodedChoices encoded = Choices(kWhole - 3, {.truncation = TruncationPolicy::kLeft});
  EXPECT_EQ(Context(encoded), "s1|s2|Q[dialogue]?");
  EXPECT_NE(encoded.requests[0].context.front(), FakeLanguageModel::kBos);
  EXPECT_EQ(encoded.truncated->tokens_dropped, 3);
}

TEST_F(PromptEncoderTest, StopsWhenAsked) {
  EXPECT_NO_THROW(Choices(kWhole, {.truncation = TruncationPolicy::kError}));
  try {
    Choices(kWhole - 1, {.truncation = TruncationPolicy::kError});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("file.jsonl:7"));
    EXPECT_THAT(error.what(), HasSubstr("doc-7"));
    EXPECT_THAT(error.what(), HasSubstr("at most 23 tokens"));
    EXPECT_THAT(error.what(), HasSubstr("found 24"));
    EXPECT_THAT(error.what(), HasSubstr("--truncation"));
  }
}

TEST_F(PromptEncoderTest, AsksAnotherQuestionThanTheDocumentsWhereNothingIsCut) {
  prompt.question = "?";  // ends before the document field begins
  const EncodedChoices encoded = Choices(kWhole, {.truncation = TruncationPolicy::kError});
  EXPECT_EQ(Context(encoded), "D|s1|s2|?");
}

TEST_F(PromptEncoderTest, RefusesAChoiceLongerThanTheModel) { EXPECT_THROW(Choices(2), DataError); }

TEST_F(PromptEncoderTest, LeavesRoomForWhatIsGenerated) {
  model.length = 30;
  const EncodedPrompt whole = EncodeGenerationPrompt(model, document, prompt, 9, {});
  EXPECT_EQ(whole.tokens.size(), 21u);
  EXPECT_FALSE(whole.truncated.has_value());
  const EncodedPrompt shorter = EncodeGenerationPrompt(model, document, prompt, 10, {});
  EXPECT_EQ(FakeLanguageModel::Decode(shorter.tokens), "D|s2|Q[dialogue]?");
  EXPECT_EQ(shorter.truncated->shots_dropped, 1);
  EXPECT_THROW(EncodeGenerationPrompt(model, document, prompt, 29, {}), DataError);
}

TEST_F(PromptEncoderTest, GenerationDropsTokensOnlyAsTheLastResort) {
  document.cut_end = document.cut_begin;
  model.length = 20;
  const EncodedPrompt encoded = EncodeGenerationPrompt(model, document, prompt, 10, {});
  EXPECT_EQ(encoded.tokens.size(), 10u);
  EXPECT_EQ(encoded.tokens.front(), FakeLanguageModel::kBos);
  EXPECT_EQ(encoded.truncated->shots_dropped, 2);
  EXPECT_EQ(encoded.truncated->tokens_dropped, 15 - 10);
}

}  // namespace
}  // namespace meval
