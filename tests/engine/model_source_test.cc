#include "engine/model_source.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/error.h"
#include "tests/support/environment.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using testing::Environment;
using ::testing::HasSubstr;
using testing::TempDirectory;

ModelSource Resolve(const std::string& model, const std::string& tokenizer = "") {
  return ResolveModel(model, tokenizer, "/shipped/tiny");
}

std::string Refusal(const std::string& model) {
  try {
    Resolve(model);
  } catch (const ModelError& error) {
    return error.what();
  }
  return "no ModelError";
}

TEST(ResolveModel, TakesTinyFromTheShippedDirectory) {
  const ModelSource source = Resolve("tiny");
  EXPECT_EQ(source.directory, "/shipped/tiny");
  EXPECT_TRUE(source.shape.empty());
  EXPECT_EQ(source.tokenizer, "/shipped/tiny");
}

TEST(ResolveModel, ReadsTheShapeAndSeedOfRandomWeights) {
  EXPECT_EQ(Resolve("random:tiny").seed, 1234U);
  EXPECT_EQ(Resolve("random:tiny").tokenizer, "/shipped/tiny");
  const ModelSource source =
      Resolve("random:mistral-7b-v0.1,seed=18446744073709551615", "v1.model");
  EXPECT_EQ(source.shape, "mistral-7b-v0.1");
  EXPECT_EQ(source.seed, 18446744073709551615U);
  EXPECT_EQ(source.tokenizer, "v1.model");
}

TEST(ResolveModel, ReadsHowManyLayersRandomWeightsKeep) {
  EXPECT_EQ(Resolve("random:tiny,layers=1").shape, "tiny,layers=1");
  EXPECT_EQ(Resolve("random:tiny,layers=1").tokenizer, "/shipped/tiny");
  for (const char* model : {"random:tiny,layers=3,seed=7", "random:tiny,seed=7,layers=3"}) {
    EXPECT_EQ(Resolve(model).shape, "tiny,layers=3") << model;
    EXPECT_EQ(Resolve(model).seed, 7U) << model;
  }
}

TEST(ResolveModel, RefusesRandomWeightsItDoesNotKnow) {
  EXPECT_THAT(Refusal("random:mistral-8b"),
              HasSubstr("no shape named \"mistral-8b\"; there are tiny, mistral-7b-v0.1"));
  for (const char* model :
       {"random:tiny,seed=", "random:tiny,seed=-1", "random:tiny,seed=1x", "random:tiny,sed=1",
        "random:tiny,", "random:tiny,seed=99999999999999999999", "random:tiny,layers=0",
        "random:tiny,layers=-2", "random:tiny,layers=", "random:tiny,layers=2,"}) {
    EXPECT_THAT(Refusal(model), HasSubstr("expected random:NAME, then ,layers=N or ,seed=N"))
        << model;
  }
}

TEST(ResolveModel, AsksForATokenizerWhereRandomWeightsHaveNone) {
  EXPECT_THAT(Refusal("random:mistral-7b-v0.1"), HasSubstr("--tokenizer"));
}

TEST(ResolveModel, TakesADirectoryAndItsTokenizerUnlessAnotherIsGiven) {
  const TempDirectory directory;
  EXPECT_EQ(Resolve(directory.path()).directory, directory.path());
  EXPECT_EQ(Resolve(directory.path()).tokenizer, directory.path());
  EXPECT_EQ(Resolve(directory.path(), "other.model").tokenizer, "other.model");
}

TEST(ResolveModel, RefusesAFile) {
  const TempDirectory directory;
  directory.Write("model.safetensors", "x");
  EXPECT_THAT(Refusal(directory / "model.safetensors"),
              HasSubstr("is a file; expected the directory"));
}

TEST(ResolveModel, FindsAnOrgAndNameInTheHuggingFaceCache) {
  const TempDirectory hub;
  const Environment cache("HF_HUB_CACHE", hub.path().c_str());
  const std::filesystem::path repository = hub / "models--mistralai--Mistral-7B-v0.1";
  std::filesystem::create_directories(repository / "snapshots" / "old");
  EXPECT_EQ(Resolve("mistralai/Mistral-7B-v0.1").directory, repository / "snapshots" / "old");
  std::filesystem::create_directories(repository / "snapshots" / "new");
  EXPECT_THAT(Refusal("mistralai/Mistral-7B-v0.1"), HasSubstr("no snapshot of the branch main"));
  std::filesystem::create_directories(repository / "refs");
  testing::WriteFile(repository / "refs" / "main", "new");
  EXPECT_EQ(Resolve("mistralai/Mistral-7B-v0.1").directory, repository / "snapshots" / "new");
}

TEST(ResolveModel, LooksForTheCacheWhereTheEnvironmentSays) {
  const TempDirectory home;
  const std::string snapshot = "hub/models--a--b/snapshots/c";
  std::filesystem::create_directories(home / snapshot);
  std::filesystem::create_directories(home / (".cache/huggingface/" + snapshot));
  const Environment no_cache("HF_HUB_CACHE", "");
  const Environment user("HOME", home.path().c_str());
  {
    const Environment hf_home("HF_HOME", home.path().c_str());
    EXPECT_EQ(Resolve("a/b").directory, home / snapshot);
  }
  const Environment no_home("HF_HOME", "");
  EXPECT_EQ(Resolve("a/b").directory, home / (".cache/huggingface/" + snapshot));
}

TEST(ResolveModel, ListsWhatItTried) {
  const TempDirectory hub;
  const Environment cache("HF_HUB_CACHE", hub.path().c_str());
  const std::string both = Refusal("mistralai/Nothing");
  EXPECT_THAT(both, HasSubstr("mistralai/Nothing: no such directory"));
  EXPECT_THAT(both,
              HasSubstr((hub / "models--mistralai--Nothing").string() + ": no such directory"));
  EXPECT_THAT(both, HasSubstr("Give a checkpoint directory"));
  for (const char* path : {"nothing", "/no/such/path", "./no/such", "a/b/c", "/a", "a/"}) {
    EXPECT_THAT(Refusal(path), HasSubstr("was not found")) << path;
    EXPECT_THAT(Refusal(path), ::testing::Not(HasSubstr("models--"))) << path;
  }
}

}  // namespace
}  // namespace meval
