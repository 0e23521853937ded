#include "evals/chat_setup.h"

#include <fstream>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/error.h"
#include "engine/tokenizer.h"
#include "evals/flags.h"
#include "tests/evals/run_program.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using nlohmann::json;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using testing::RunMain;
using testing::SharedPath;
using testing::SmallRun;
using testing::TempDirectory;
using Ids = std::vector<TokenId>;
using Turns = std::vector<ChatMessage>;

constexpr TokenId kBos = 1;
constexpr TokenId kEos = 2;

// A tokenizer of the contract's data and its reference encodings: text -> ids without BOS.
struct Reference {
  Reference(const std::string& file, const std::string& field)
      : tokenizer(Tokenizer::Load(SharedPath("tokenizers/mistral-common/" + file))) {
    std::ifstream in(SharedPath("tokenizers/reference_encodings.jsonl"));
    for (std::string line; std::getline(in, line);) {
      const json record = json::parse(line);
      ids_of[record.at("text").get<std::string>()] = record.at(field).get<Ids>();
    }
  }

  ChatTemplate BuiltIn(const std::string& name) const {
    return ChatTemplate::Parse(ChatTemplate::BuiltIn(name), name,
                               {.bos = "<s>", .eos = "</s>", .special = tokenizer.MarkedTexts()});
  }
  Ids Encode(const ChatTemplate& chat, const Turns& turns) const {
    return tokenizer.EncodeMarked(chat.Render(turns), kLiteralMark);
  }

  Tokenizer tokenizer;
  std::map<std::string, Ids> ids_of;
};

// What Mistral's own tokenizer library makes of a conversation is each turn encoded by itself; the
// marks of the first form are text, those of the third are tokens.
Ids Joined(std::initializer_list<Ids> parts) {
  Ids ids;
  for (const Ids& part : parts) ids.insert(ids.end(), part.begin(), part.end());
  return ids;
}

TEST(MistralTemplates, TheFirstFormIsTokenExact) {
  MEVAL_SHARED_OR_SKIP(reference_file, "tokenizers/reference_encodings.jsonl");
  const Reference reference("tokenizer.model.v1", "mistral-v1");
  const ChatTemplate chat = reference.BuiltIn("mistral-v1");
  const Ids& asked = reference.ids_of.at("[INST] What is your favourite condiment? [/INST]");
  EXPECT_THAT(reference.Encode(chat, {{"user", "What is your favourite condiment?"}}),
              ElementsAreArray(Joined({{kBos}, asked})));
  int conversations = 0;
  for (const auto& [text, ids] : reference.ids_of) {
    if (text.empty()) continue;
    const Ids instruction = reference.tokenizer.Encode("[INST] " + text + " [/INST]");
    EXPECT_THAT(reference.Encode(chat, {{"user", text}, {"assistant", text}, {"user", text}}),
                ElementsAreArray(Joined({{kBos}, instruction, ids, {kEos}, instruction})))
        << json(text);
    ++conversations;
  }
  EXPECT_GT(conversations, 20);
}

TEST(MistralTemplates, TheThirdFormIsTokenExact) {
  MEVAL_SHARED_OR_SKIP(reference_file, "tokenizers/reference_encodings.jsonl");
  const Reference reference("mistral_instruct_tokenizer_240323.model.v3", "mistral-v3");
  const ChatTemplate chat = reference.BuiltIn("mistral-v3");
  const Ids begin = {3};  // [INST]
  const Ids end = {4};    // [/INST]
  int conversations = 0;
  for (const auto& [text, ids] : reference.ids_of) {
    if (text.empty()) continue;
    EXPECT_THAT(reference.Encode(chat, {{"user", text}, {"assistant", text}, {"user", text}}),
                ElementsAreArray(Joined({{kBos}, begin, ids, end, ids, {kEos}, begin, ids, end})))
        << json(text);
    ++conversations;
  }
  EXPECT_GT(conversations, 20);
}

TEST(MistralTemplates, TheCheckpointsOwnTemplateIsTheFirstForm) {
  MEVAL_SHARED_OR_SKIP(config, "tokenizers/Mistral-7B-Instruct-v0.1/tokenizer_config.json");
  const Reference reference("tokenizer.model.v1", "mistral-v1");
  std::ifstream in(config);
  const ChatTemplate own =
      ChatTemplate::Parse(json::parse(in).at("chat_template").get<std::string>(), "own",
                          {.bos = "<s>", .eos = "</s>", .special = {"<s>", "</s>", "<unk>"}});
  const Turns turns = {{"user", "Is </s> a token?"}, {"assistant", "No."}, {"user", "Good."}};
  EXPECT_EQ(own.Render(turns), reference.BuiltIn("mistral-v1").Render(turns));
  EXPECT_TRUE(own.has_system_role());  // this revision folds a system turn itself
  const Turns system = {{"system", "S"}, {"user", "U"}};
  EXPECT_EQ(own.Render(system), "<s> [INST] S\n\nU [/INST]");
}

struct ChatSetupTest : ::testing::Test {
  std::string Named(const std::string& chat_template) {
    return ResolveChat({.chat_template = chat_template, .shots_as_turns = true}, {})
        ->chat_template.name();
  }
  TempDirectory directory;
};

TEST_F(ChatSetupTest, ABaseModelHasNoTemplateUnlessOneIsNamed) {
  EXPECT_EQ(ResolveChat({}, {}), nullptr);
  EXPECT_EQ(ResolveChat({.chat_template = "none", .shots_as_turns = true}, {}), nullptr);
  EXPECT_THROW(Named("model"), ModelError);
  EXPECT_EQ(Named("mistral-v1"), "mistral-v1");
  EXPECT_THROW(Named("mistral-v2"), UsageError);
}

TEST_F(ChatSetupTest, ReadsAFileOfJinjaOrAConfiguration) {
  directory.Write("mine.jinja", "{{ messages[0].content }}");
  EXPECT_EQ(Named((directory / "mine.jinja").string()), (directory / "mine.jinja").string());
  directory.Write("one.json", R"({"chat_template": "{{ messages[0].content }}"})");
  EXPECT_EQ(Named((directory / "one.json").string()), (directory / "one.json").string());
  directory.Write("several.json", R"({"chat_template": [{"name": "tool_use", "template": "{{ x"},
    {"name": "default", "template": "{{ messages[0].content }}"}]})");
  EXPECT_EQ(Named((directory / "several.json").string()), (directory / "several.json").string());
  for (const char* wrong : {"[]", "{}", R"({"chat_template": 7})",
                            R"({"chat_template": [{"name": "other", "template": "x"}]})"}) {
    directory.Write("wrong.json", wrong);
    EXPECT_THROW(Named((directory / "wrong.json").string()), ModelError) << wrong;
  }
}

TEST_F(ChatSetupTest, ATemplateThatCannotBeReadIsTheModelsErrorWithItsPlace) {
  directory.Write("mine.jinja", "{{ messages[0].content }}\n{{ messages | tojson | indent(2) }}");
  try {
    Named((directory / "mine.jinja").string());
    ADD_FAILURE() << "accepted";
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), HasSubstr("line 2, column 24: the filter \"indent\""));
    EXPECT_THAT(error.what(), HasSubstr("--chat-template"));
  }
}

TEST_F(ChatSetupTest, ARunSaysHowTheModelWasAddressed) {
  const std::string out = (directory / "run").string();
  const auto run = RunMain(
      SmallRun({"--task", "gsm8k", "--limit", "1", "--max-new-tokens", "2", "--shots", "1",
                "--chat-template", "mistral-v1", "--system", "mistral-guardrail", "--out", out}));
  ASSERT_EQ(run.code, 0) << run.err;
  std::ifstream in(directory / "run/run.json");
  const std::string record = json::parse(in).dump();
  EXPECT_THAT(record, HasSubstr(R"("chat_system":"folded into the first user turn")"));
  EXPECT_THAT(record, HasSubstr(R"("chat_shots":"turns")"));
  EXPECT_THAT(record, HasSubstr(R"("chat_template":"sha256:)"));
  const auto refused = RunMain(SmallRun({"--task", "gsm8k", "--chat-template", "nobody"}));
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("mistral-v1"));
}

TEST(SystemText, KnowsTheSystemPromptOfThePaper) {
  EXPECT_THAT(SystemText("mistral-guardrail"), HasSubstr("care, respect, and truth"));
  EXPECT_EQ(SystemText("Be brief."), "Be brief.");
}

}  // namespace
}  // namespace meval
