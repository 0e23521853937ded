#include "engine/model_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/model_error.h"
#include "tests/support/shared_data.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::ExpectModelError;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempDirectory;
using Path = std::filesystem::path;

Path Fixture(const std::string& name) {
  return Path(MEVAL_SOURCE_DIR) / "tests/fixtures/engine/config" / name;
}

// Only the keys that have no default.
json Minimal() {
  return {{"architectures", {"MistralForCausalLM"}},
          {"vocab_size", 100},
          {"hidden_size", 64},
          {"intermediate_size", 160},
          {"num_hidden_layers", 2},
          {"num_attention_heads", 8}};
}

ModelConfig Parse(const json& object) { return ParseModelConfig(object.dump(), "m/config.json"); }

json With(json object, const std::string& key, const json& value) {
  object[key] = value;
  return object;
}

json Without(json object, const std::string& key) {
  object.erase(key);
  return object;
}

void ExpectRefused(const json& object, std::vector<std::string> parts) {
  parts.emplace_back("m/config.json");
  ExpectModelError([&] { Parse(object); }, parts);
}

// Every published number, so that a fixture and the named shape check each other.
void ExpectSameModel(const ModelConfig& a, const ModelConfig& b) {
  EXPECT_EQ(a.Describe(), b.Describe());
  EXPECT_THAT(a.defaulted, ElementsAre("head_dim = 128 (default)"));
}

TEST(ModelConfig, LoadsEveryPublishedMistral7B) {
  for (const char* name :
       {"mistral-7b-v0.1", "mistral-7b-instruct-v0.1", "mistral-7b-instruct-v0.2",
        "mistral-7b-v0.3", "mistral-7b-instruct-v0.3", "llama-2-7b"}) {
    SCOPED_TRACE(name);
    const ModelConfig config = LoadModelConfig(Fixture(std::string(name) + ".json"));
    ExpectSameModel(config, NamedShape(name).value());
  }
}

TEST(ModelConfig, LoadsTheRealDirectories) {
  MEVAL_SHARED_OR_SKIP(base, "tokenizers/Mistral-7B-v0.1");
  ExpectSameModel(LoadModelConfig(base), NamedShape("mistral-7b-v0.1").value());
  MEVAL_SHARED_OR_SKIP(instruct, "tokenizers/Mistral-7B-Instruct-v0.1");
  ExpectSameModel(LoadModelConfig(instruct), NamedShape("mistral-7b-instruct-v0.1").value());
}

TEST(ModelConfig, TellsTheVersionsApart) {
  const ModelConfig v1 = NamedShape("mistral-7b-v0.1").value();
  const ModelConfig v2 = NamedShape("mistral-7b-instruct-v0.2").value();
  const ModelConfig v3 = NamedShape("mistral-7b-v0.3").value();
  EXPECT_EQ(v1.sliding_window, 4096);
  EXPECT_EQ(v1.rope_theta, 1e4);
  EXPECT_EQ(v1.vocab_size, 32000);
  EXPECT_EQ(v2.sliding_window, 0);
  EXPECT_EQ(v2.rope_theta, 1e6);
  EXPECT_EQ(v2.vocab_size, 32000);
  EXPECT_EQ(v3.sliding_window, 0);
  EXPECT_EQ(v3.rope_theta, 1e6);
  EXPECT_EQ(v3.vocab_size, 32768);
}

TEST(ModelConfig, CountsParametersAndCacheBytes) {
  const ModelConfig v1 = NamedShape("mistral-7b-v0.1").value();
  EXPECT_EQ(v1.num_parameters(), 7241732096);
  EXPECT_EQ(v1.KvBytesPerToken(2), 131072);
  EXPECT_EQ(NamedShape("llama-2-7b")->num_parameters(), 6738415616);
  EXPECT_EQ(NamedShape("llama-2-13b")->num_parameters(), 13015864320);
  ModelConfig tied = v1;
  tied.tie_word_embeddings = true;
  EXPECT_EQ(tied.num_parameters(), 7241732096 - 32000 * 4096);
}

TEST(ModelConfig, NamesEveryShapeAndNoOther) {
  EXPECT_THAT(NamedShapes(), Contains("tiny"));
  for (const std::string& name : NamedShapes()) EXPECT_TRUE(NamedShape(name).has_value()) << name;
  for (const char* name : {"", "TINY", "mistral", "mistral-7b-v0.1 "}) {
    EXPECT_FALSE(NamedShape(name).has_value()) << name;
  }
  const ModelConfig tiny = NamedShape("tiny").value();
  EXPECT_LT(tiny.num_parameters(), 5'000'000);
  EXPECT_LT(tiny.sliding_window, tiny.max_position_embeddings);
  EXPECT_LT(tiny.num_key_value_heads, tiny.num_attention_heads);
}

TEST(NamedShape, MayKeepSomeOfItsLayers) {
  const ModelConfig whole = NamedShape("mistral-7b-v0.1").value();
  const ModelConfig cut = NamedShape("mistral-7b-v0.1,layers=4").value();
  EXPECT_EQ(cut.num_hidden_layers, 4);
  EXPECT_EQ(whole.num_parameters() - cut.num_parameters(),
            std::int64_t{28} * (218'103'808 + 2 * 4096));
  EXPECT_EQ(cut.vocab_size, whole.vocab_size);
  for (const char* name : {"mistral-7b-v0.1,layers=0", "mistral-7b-v0.1,layers=x", "x,layers=4"}) {
    EXPECT_FALSE(NamedShape(name).has_value()) << name;
  }
}

TEST(ModelConfig, TakesTheDefaultsOfTheMistralClass) {
  const ModelConfig config = Parse(Minimal());
  EXPECT_EQ(config.architecture, "MistralForCausalLM");
  EXPECT_EQ(config.num_key_value_heads, 8);
  EXPECT_EQ(config.head_dim, 8);
  EXPECT_EQ(config.max_position_embeddings, 131072);
  EXPECT_EQ(config.rms_norm_eps, 1e-6);
  EXPECT_EQ(config.rope_theta, 1e4);
  EXPECT_EQ(config.sliding_window, 4096);
  EXPECT_FALSE(config.tie_word_embeddings);
  EXPECT_EQ(config.torch_dtype, "");
  EXPECT_EQ(config.bos_token_id, 1);
  EXPECT_THAT(config.eos_token_ids, ElementsAre(2));
  EXPECT_THAT(
      config.defaulted,
      ElementsAre("max_position_embeddings = 131072 (default)", "rms_norm_eps = 1e-06 (default)",
                  "tie_word_embeddings = false (default)", "num_key_value_heads = 8 (default)",
                  "head_dim = 8 (default)", "hidden_act = silu (default)",
                  "rope_theta = 10000 (default)", "sliding_window = 4096 (default)",
                  "bos_token_id = 1 (default)", "eos_token_id = 2 (default)"));
}

TEST(ModelConfig, TakesTheDefaultsOfTheLlamaClass) {
  const ModelConfig config = Parse(With(Minimal(), "architectures", {"LlamaForCausalLM"}));
  EXPECT_EQ(config.num_key_value_heads, 8);
  EXPECT_EQ(config.max_position_embeddings, 2048);
  EXPECT_EQ(config.sliding_window, 0);
  EXPECT_EQ(
      Parse(With(With(Minimal(), "architectures", {"LlamaForCausalLM"}), "num_attention_heads", 16))
          .num_key_value_heads,
      16);
}

TEST(ModelConfig, TellsANullFromAMissingKey) {
  EXPECT_EQ(Parse(With(Minimal(), "sliding_window", nullptr)).sliding_window, 0);
  EXPECT_EQ(Parse(Minimal()).sliding_window, 4096);
  EXPECT_EQ(Parse(With(Minimal(), "head_dim", nullptr)).head_dim, 8);
  EXPECT_EQ(Parse(With(With(Minimal(), "num_attention_heads", 16), "num_key_value_heads", nullptr))
                .num_key_value_heads,
            16);
  EXPECT_EQ(Parse(With(Minimal(), "bos_token_id", nullptr)).bos_token_id, -1);
  EXPECT_THAT(Parse(With(Minimal(), "eos_token_id", nullptr)).eos_token_ids, IsEmpty());
}

TEST(ModelConfig, ReadsTheRotaryBaseWhereverItIs) {
  EXPECT_EQ(Parse(With(Minimal(), "rope_theta", 1e6)).rope_theta, 1e6);
  const json inner = {{"rope_theta", 5e5}, {"rope_type", "default"}};
  EXPECT_EQ(Parse(With(Minimal(), "rope_parameters", inner)).rope_theta, 5e5);
  EXPECT_EQ(Parse(With(Minimal(), "rope_scaling", nullptr)).rope_theta, 1e4);
  EXPECT_EQ(Parse(With(Minimal(), "rope_scaling", {{"type", "default"}})).rope_theta, 1e4);
  ExpectRefused(With(With(Minimal(), "rope_parameters", inner), "rope_theta", 1e6),
                {"rope_parameters", "rope_theta", "1e+06", "500000"});
}

TEST(ModelConfig, TakesOneEosOrSeveral) {
  EXPECT_THAT(Parse(With(Minimal(), "eos_token_id", 7)).eos_token_ids, ElementsAre(7));
  EXPECT_THAT(Parse(With(Minimal(), "eos_token_id", {7, 9})).eos_token_ids, ElementsAre(7, 9));
}

TEST(ModelConfig, KnowsTheModelByItsTypeAlone) {
  const json unnamed = Without(Minimal(), "architectures");
  EXPECT_EQ(Parse(With(unnamed, "model_type", "mistral")).architecture, "MistralForCausalLM");
  EXPECT_EQ(Parse(With(unnamed, "model_type", "llama")).architecture, "LlamaForCausalLM");
  ExpectRefused(unnamed, {"\"architectures\"", "MistralForCausalLM", "no such key"});
  ExpectRefused(With(Minimal(), "model_type", "llama"), {"model_type", "MistralForCausalLM"});
}

TEST(ModelConfig, ReadsHeadDimThatIsNotDerived) {
  EXPECT_EQ(Parse(With(Minimal(), "head_dim", 32)).head_dim, 32);
  EXPECT_EQ(Parse(With(With(Minimal(), "hidden_size", 60), "head_dim", 8)).head_dim, 8);
}

TEST(ModelConfig, RefusesOtherModels) {
  ExpectRefused(With(Minimal(), "architectures", {"MixtralForCausalLM"}),
                {"architectures", "MistralForCausalLM or LlamaForCausalLM", "MixtralForCausalLM"});
  ExpectRefused(With(Minimal(), "architectures", "MistralForCausalLM"), {"a list of one"});
  ExpectRefused(With(Minimal(), "architectures", json::array()), {"a list of one", "[]"});
  ExpectRefused(With(Minimal(), "model_type", "qwen2"), {"model_type", "qwen2"});
  ExpectRefused(With(Minimal(), "hidden_act", "gelu"), {"hidden_act", "silu", "gelu"});
  ExpectRefused(With(Minimal(), "attention_bias", true), {"attention_bias", "false", "true"});
  ExpectRefused(With(Minimal(), "mlp_bias", true), {"mlp_bias"});
  ExpectRefused(With(Minimal(), "quantization_config", {{"bits", 4}}),
                {"quantization_config", "bits", "checkpoint"});
  for (const char* type : {"linear", "dynamic", "yarn", "llama3"}) {
    ExpectRefused(With(Minimal(), "rope_scaling", {{"type", type}, {"factor", 2.0}}),
                  {"rope_scaling", type, "another checkpoint"});
    ExpectRefused(With(Minimal(), "rope_parameters", {{"rope_type", type}}),
                  {"rope_parameters", type});
  }
  ExpectRefused(With(Minimal(), "rope_scaling", {{"factor", 2.0}}), {"rope_scaling", "factor"});
  ExpectRefused(With(Minimal(), "rope_scaling", 2), {"rope_scaling", "an object", "2"});
  ExpectRefused(With(Minimal(), "layer_types", {"full_attention", "sliding_attention"}),
                {"layer_types", "sliding_attention"});
}

TEST(ModelConfig, RefusesAFileWithoutTheKeysThatHaveNoDefault) {
  for (const char* key : {"vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers",
                          "num_attention_heads"}) {
    ExpectRefused(Without(Minimal(), key), {std::string("\"") + key + "\"", "no such key"});
    ExpectRefused(With(Minimal(), key, nullptr), {std::string("\"") + key + "\"", "null"});
  }
}

TEST(ModelConfig, RefusesSizesThatAreNone) {
  for (const char* key : {"vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers",
                          "num_attention_heads", "num_key_value_heads", "head_dim",
                          "max_position_embeddings", "sliding_window"}) {
    for (const json& value : {json(0), json(-1), json("64"), json(64.0), json(true), json::array(),
                              json(std::uint64_t{1} << 63), json(1e30)}) {
      ExpectRefused(With(Minimal(), key, value),
                    {std::string("\"") + key + "\"", "an integer from 1 to", value.dump()});
    }
  }
}

TEST(ModelConfig, RefusesNumbersOutsideTheirRange) {
  for (const json& value : {json(-1e-5), json(2.0), json("1e-5"), json(nullptr)}) {
    if (value.is_null()) continue;
    ExpectRefused(With(Minimal(), "rms_norm_eps", value), {"rms_norm_eps", "a number"});
  }
  ExpectRefused(With(Minimal(), "rope_theta", 0), {"rope_theta", "a number from 1"});
  ExpectRefused(With(Minimal(), "tie_word_embeddings", 1),
                {"tie_word_embeddings", "true or false"});
  ExpectRefused(With(Minimal(), "torch_dtype", 16), {"torch_dtype", "a string"});
  ExpectRefused(With(Minimal(), "bos_token_id", 100), {"bos_token_id", "0 to 99", "100"});
  ExpectRefused(With(Minimal(), "eos_token_id", {2, 100}), {"eos_token_id", "0 to 99", "100"});
  ExpectRefused(With(Minimal(), "eos_token_id", "</s>"), {"eos_token_id", "a list"});
}

TEST(ModelConfig, RefusesHeadsThatDoNotDivide) {
  ExpectRefused(With(Minimal(), "num_key_value_heads", 3), {"num_key_value_heads", "divisor", "8"});
  ExpectRefused(With(Minimal(), "num_attention_heads", 12),
                {"num_key_value_heads", "divisor of num_attention_heads = 12", "resolved 8"});
  ExpectRefused(With(Minimal(), "hidden_size", 60), {"hidden_size", "multiple", "60"});
  ExpectRefused(With(Minimal(), "head_dim", 15), {"head_dim", "even", "15"});
  ExpectRefused(With(Minimal(), "hidden_size", 56),
                {"hidden_size", "even", "resolved head_dim = 7"});
}

TEST(ModelConfig, AsksBackForMisspeltKeys) {
  ExpectRefused(With(Minimal(), "rope_tetha", 1e6), {"rope_tetha", "did you mean \"rope_theta\""});
  ExpectRefused(With(Without(Minimal(), "hidden_size"), "hiden_size", 64),
                {"hiden_size", "did you mean \"hidden_size\""});
  EXPECT_EQ(Parse(With(Minimal(), "unsloth_fixed", true)).hidden_size, 64);
}

TEST(ModelConfig, SaysWhatTheLlamaClassIgnores) {
  const ModelConfig config =
      Parse(With(With(Minimal(), "architectures", {"LlamaForCausalLM"}), "sliding_window", 4096));
  EXPECT_EQ(config.sliding_window, 0);
  EXPECT_THAT(config.defaulted, Contains(HasSubstr("sliding_window = none")));
}

TEST(ModelConfig, RefusesWhatIsNoJsonObject) {
  const auto refused = [](std::string_view text, const std::vector<std::string>& parts) {
    ExpectModelError([&] { ParseModelConfig(text, "m/config.json"); }, parts);
  };
  refused("", {"m/config.json", "syntax error at offset"});
  refused("{\"a\": 1", {"syntax error at offset 7 of 7 bytes"});
  refused("[1]", {"a JSON object", "[1]"});
  refused("{\"a\": 1, \"a\": 2}", {"every key once", "\"a\""});
  refused("{\"a\": \"\xff\"}", {"syntax error"});
  refused("{\"a\": 1e999}", {"m/config.json"});
  refused(std::string(200, '[') + std::string(200, ']'), {"levels"});
}

TEST(ModelConfig, AddsTheEosOfTheGenerationDefaults) {
  const TempDirectory directory;
  directory.Write("config.json", Minimal().dump());
  EXPECT_THAT(LoadModelConfig(directory.path()).eos_token_ids, ElementsAre(2));
  directory.Write("generation_config.json", R"({"eos_token_id": [2, 99]})");
  EXPECT_THAT(LoadModelConfig(directory.path()).eos_token_ids, ElementsAre(2, 99));
  EXPECT_THAT(LoadModelConfig(directory / "config.json").eos_token_ids, ElementsAre(2, 99));
  directory.Write("generation_config.json", R"({"eos_token_id": 100})");
  ExpectModelError([&] { LoadModelConfig(directory.path()); },
                   {"generation_config.json", "eos_token_id", "0 to 99", "100"});
  directory.Write("generation_config.json", "{}");
  EXPECT_THAT(LoadModelConfig(directory.path()).eos_token_ids, ElementsAre(2));
}

TEST(ModelConfig, RefusesAPathThatHoldsNoConfiguration) {
  const TempDirectory directory;
  ExpectModelError([&] { LoadModelConfig(directory.path()); },
                   {directory.path().string(), "config.json", "found none", "fetch"});
  ExpectModelError([&] { LoadModelConfig(directory / "nothing.json"); },
                   {"nothing.json", "nothing there"});
  std::filesystem::create_directory(directory / "config.json");
  ExpectModelError([&] { LoadModelConfig(directory.path()); }, {"config.json", "a directory"});
}

// What the authors' own releases say of v0.1 and v0.3.
json OwnParams() {
  return {{"dim", 4096},         {"n_layers", 32},      {"head_dim", 128},
          {"hidden_dim", 14336}, {"n_heads", 32},       {"n_kv_heads", 8},
          {"norm_eps", 1e-5},    {"vocab_size", 32768}, {"rope_theta", 1e6}};
}

ModelConfig LoadParams(const json& params) {
  const TempDirectory directory;
  directory.Write("params.json", params.dump());
  return LoadModelConfig(directory.path());
}

TEST(ModelConfig, ReadsTheAuthorsOwnParameters) {
  ModelConfig v3 = LoadParams(OwnParams());
  v3.torch_dtype = "bfloat16";  // params.json does not say
  EXPECT_EQ(v3.Describe(), NamedShape("mistral-7b-v0.3")->Describe());
  json old =
      With(With(Without(OwnParams(), "rope_theta"), "vocab_size", 32000), "sliding_window", 4096);
  ModelConfig v1 = LoadParams(old);
  v1.torch_dtype = "bfloat16";
  EXPECT_EQ(v1.Describe(), NamedShape("mistral-7b-v0.1")->Describe());
  EXPECT_EQ(LoadParams(Without(OwnParams(), "rope_theta")).rope_theta, 1e6);
}

TEST(ModelConfig, RefusesParametersItDoesNotCompute) {
  const auto refused = [](const json& params, std::vector<std::string> parts) {
    parts.emplace_back("params.json");
    ExpectModelError([&] { LoadParams(params); }, parts);
  };
  const json own = OwnParams();
  for (const auto& item : own.items()) {
    if (item.key() == "rope_theta") continue;
    refused(Without(OwnParams(), item.key()), {"\"" + item.key() + "\"", "no such key"});
    refused(With(OwnParams(), item.key(), "4096"), {"\"" + item.key() + "\"", "4096"});
  }
  refused(With(OwnParams(), "moe", {{"num_experts", 8}}), {"\"moe\"", "plain decoder"});
  refused(With(OwnParams(), "use_biases", true), {"\"use_biases\"", "plain decoder"});
  refused(With(OwnParams(), "n_kv_heads", 5), {"num_key_value_heads", "divisor", "config.json"});
  EXPECT_EQ(LoadParams(With(OwnParams(), "use_biases", false)).hidden_size, 4096);
}

TEST(ModelConfig, DescribesItselfToPeople) {
  const std::string text = NamedShape("mistral-7b-instruct-v0.2")->Describe();
  EXPECT_THAT(text, HasSubstr("parameters = 7241732096\n"));
  EXPECT_THAT(text, HasSubstr("rope_theta = 1e+06\n"));
  EXPECT_THAT(text, HasSubstr("sliding_window = none\n"));
  EXPECT_THAT(text, HasSubstr("eos_token_ids = 2\n"));
}

}  // namespace
}  // namespace meval
