#include "engine/safetensors.h"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/model_error.h"
#include "tests/support/safetensors_writer.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using testing::ExpectModelError;
using testing::F32Tensor;
using testing::SafetensorsBytes;
using testing::SafetensorsWith;
using testing::TempDirectory;
using testing::TestTensor;
using Path = std::filesystem::path;

// Two tensors of 2 and 3 floats.
std::vector<TestTensor> TwoTensors() {
  return {F32Tensor("a", {2}, {1, 2}), F32Tensor("b", {3, 1}, {3, 4, 5})};
}

std::vector<float> Floats(const TensorEntry& entry) {
  std::vector<float> values(static_cast<std::size_t>(entry.bytes) / sizeof(float));
  std::memcpy(values.data(), entry.data, static_cast<std::size_t>(entry.bytes));
  return values;
}

class SingleFile : public ::testing::Test {
 protected:
  Checkpoint Open(std::string_view bytes) {
    directory_.Write("model.safetensors", bytes);
    return Checkpoint::Open(directory_.path());
  }
  void ExpectRefused(std::string_view bytes, std::vector<std::string> parts) {
    parts.push_back((directory_ / "model.safetensors").string());
    ExpectModelError([&] { Open(bytes); }, parts);
  }
  // A header of one tensor "t" with these fields, and `size` bytes of data.
  void ExpectTensorRefused(const std::string& fields, std::size_t size,
                           std::vector<std::string> parts) {
    parts.emplace_back("tensor \"t\"");
    ExpectRefused(SafetensorsWith("{\"t\":" + fields + "}", std::string(size, 'x')), parts);
  }

  TempDirectory directory_;
};

TEST_F(SingleFile, GivesNamesShapesAndValues) {
  const Checkpoint checkpoint = Open(SafetensorsBytes(TwoTensors()));
  ASSERT_EQ(checkpoint.tensors().size(), 2u);
  const TensorEntry& b = checkpoint.tensors().at("b");
  EXPECT_EQ(b.dtype, "F32");
  EXPECT_THAT(b.shape, ElementsAre(3, 1));
  EXPECT_EQ(b.bytes, 12);
  EXPECT_EQ(b.file, directory_ / "model.safetensors");
  EXPECT_THAT(Floats(b), ElementsAre(3, 4, 5));
  EXPECT_THAT(Floats(checkpoint.tensors().at("a")), ElementsAre(1, 2));
  EXPECT_EQ(checkpoint.total_bytes(), 20);
  EXPECT_EQ(checkpoint.path(), directory_.path());
  EXPECT_THAT(checkpoint.files(), ElementsAre(directory_ / "model.safetensors"));
}

TEST_F(SingleFile, MayHaveAnyName) {
  directory_.Write("expected.safetensors", SafetensorsBytes(TwoTensors()));
  EXPECT_EQ(Checkpoint::Open(directory_ / "expected.safetensors").tensors().size(), 2u);
}

TEST_F(SingleFile, NeedsNoAlignment) {
  for (std::size_t padding = 0; padding < 8; ++padding) {
    const Checkpoint checkpoint = Open(SafetensorsBytes(TwoTensors(), padding));
    EXPECT_THAT(Floats(checkpoint.tensors().at("b")), ElementsAre(3, 4, 5)) << padding;
  }
}

TEST_F(SingleFile, GivesTheSameValuesAfterTheirPagesWereReleased) {
  std::vector<float> values(100'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const Checkpoint checkpoint =
      Open(SafetensorsBytes({F32Tensor("a", {100'000}, values), F32Tensor("b", {1}, {7})}));
  const TensorEntry& entry = checkpoint.tensors().at("a");
  EXPECT_EQ(Floats(entry), values);
  checkpoint.Release(entry);
  EXPECT_EQ(Floats(entry), values);
  EXPECT_THAT(Floats(checkpoint.tensors().at("b")), ElementsAre(7));
}

TEST_F(SingleFile, MayHaveMetadataEmptyTensorsScalarsAndTrailingBlanks) {
  const Checkpoint checkpoint = Open(SafetensorsWith(
      R"({"__metadata__":{"format":"pt"},"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
      R"("e":{"dtype":"I64","shape":[0,5],"data_offsets":[4,4]}}   )",
      "abcd"));
  EXPECT_EQ(checkpoint.tensors().size(), 2u);
  EXPECT_EQ(checkpoint.tensors().at("s").bytes, 4);
  EXPECT_EQ(checkpoint.tensors().at("e").bytes, 0);
  EXPECT_EQ(Open(SafetensorsWith("{}", "")).tensors().size(), 0u);
}

TEST_F(SingleFile, IsRefusedWhenItIsTooShort) {
  ExpectRefused("", {"at least 8 bytes", "0 bytes", "fetch it again"});
  ExpectRefused("1234567", {"at least 8 bytes", "7 bytes"});
  const std::string whole = SafetensorsBytes(TwoTensors());
  for (std::size_t size = 8; size < whole.size(); ++size) {
    ExpectRefused(whole.substr(0, size), {"damaged or incomplete"});
  }
}

TEST_F(SingleFile, IsRefusedWhenItsHeaderLengthLies) {
  std::string bytes = SafetensorsBytes(TwoTensors());
  bytes[7] = '\x7f';
  ExpectRefused(bytes, {"a header of at most 100000000 bytes", "a header length of"});
  bytes = SafetensorsBytes(TwoTensors());
  bytes[0] = static_cast<char>(bytes[0] + 100);
  ExpectRefused(bytes, {"as the file's first 8 bytes say", "bytes after them"});
  bytes = SafetensorsBytes(TwoTensors());
  bytes[0] = static_cast<char>(bytes[0] - 1);
  ExpectRefused(bytes, {"header", "syntax error"});
}

TEST_F(SingleFile, IsRefusedWhenItsHeaderIsNotWhatItShouldBe) {
  ExpectRefused(SafetensorsWith("not json", ""), {"header", "syntax error"});
  ExpectRefused(SafetensorsWith("", ""), {"header", "syntax error"});
  ExpectRefused(SafetensorsWith("[]", ""), {"header", "a JSON object", "[]"});
  ExpectRefused(SafetensorsWith(R"({"__metadata__":{"format":1}})", ""), {"__metadata__", "1"});
  ExpectRefused(SafetensorsWith(R"({"__metadata__":"x"})", ""), {"__metadata__"});
  const std::string entry = R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  ExpectRefused(SafetensorsWith("{\"t\":" + entry + ",\"t\":" + entry + "}", "abcd"),
                {"every key once", "\"t\"", "twice"});
  ExpectRefused("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
                {"a Git LFS pointer", "git lfs pull"});
}

TEST_F(SingleFile, IsRefusedWhenAnEntryIsIncomplete) {
  ExpectTensorRefused("[]", 0, {"{dtype, shape, data_offsets}", "[]"});
  ExpectTensorRefused(R"({"dtype":"F32","shape":[1]})", 4, {"{dtype, shape, data_offsets}"});
  ExpectTensorRefused(R"({"dtype":"F32","shape":[1],"offsets":[0,4]})", 4, {"data_offsets"});
  ExpectTensorRefused(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":0})", 4,
                      {"{dtype, shape, data_offsets}"});
  ExpectTensorRefused(R"({"dtype":7,"shape":[1],"data_offsets":[0,4]})", 4, {"a dtype", "7"});
  ExpectTensorRefused(R"({"dtype":"F31","shape":[1],"data_offsets":[0,4]})", 4,
                      {"a dtype", "F31", "store it as F32, BF16 or F16"});
}

TEST_F(SingleFile, IsRefusedWhenAShapeIsNone) {
  for (const char* shape : {"4", "[-1]", "[1.0]", "[\"1\"]", "null", "[18446744073709551615]"}) {
    ExpectTensorRefused(
        std::string(R"({"dtype":"F32","shape":)") + shape + R"(,"data_offsets":[0,4]})", 4,
        {"shape to be a list of non-negative integers"});
  }
  // The product is 2^64 and wraps to 0; with the 4 of F32 it wraps earlier.
  ExpectTensorRefused(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})", 0,
                      {"a size below 2^63 bytes", "[4294967296,4294967296]"});
  ExpectTensorRefused(R"({"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]})", 0,
                      {"a size below 2^63 bytes"});
}

TEST_F(SingleFile, IsRefusedWhenOffsetsLie) {
  const auto with = [](const std::string& offsets) {
    return R"({"dtype":"F32","shape":[1],"data_offsets":)" + offsets + "}";
  };
  ExpectTensorRefused(with("[0,8]"), 4, {"end <= 4", "[0,8]"});
  ExpectTensorRefused(with("[4,0]"), 4, {"begin <= end", "[4,0]"});
  ExpectTensorRefused(with("[0]"), 4, {"[begin, end]", "[0]"});
  ExpectTensorRefused(with("[0,4,8]"), 8, {"[begin, end]"});
  ExpectTensorRefused(with("[-4,0]"), 4, {"data_offsets to be a list", "[-4,0]"});
  ExpectTensorRefused(with("[9007199254740992,9007199254740996]"), 4, {"data_offsets"});
  ExpectTensorRefused(with("[0,3]"), 3, {"4 bytes for F32 [1]", "3 bytes"});
  ExpectTensorRefused(with("[0,8]"), 8, {"4 bytes for F32 [1]", "8 bytes"});
  ExpectTensorRefused(with("[4,8]"), 8, {"to begin at offset 0", "a hole", "begins at 4"});
}

TEST_F(SingleFile, IsRefusedWhenTensorsOverlapOrLeaveBytes) {
  const auto two = [](const std::string& first, const std::string& second) {
    return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + first +
           R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}";
  };
  ExpectRefused(SafetensorsWith(two("[0,4]", "[2,6]"), "123456"),
                {"tensor \"b\"", "to begin at offset 4", "an overlap", "begins at 2"});
  ExpectRefused(SafetensorsWith(two("[0,4]", "[0,4]"), "1234"), {"tensor", "an overlap"});
  ExpectRefused(SafetensorsWith(two("[5,9]", "[0,4]"), "123456789"),
                {"tensor \"a\"", "a hole", "begins at 5"});
  ExpectRefused(SafetensorsWith(two("[0,4]", "[4,8]"), "123456789"),
                {"cover the 9 bytes", "end at offset 8"});
  ExpectRefused(SafetensorsWith("{}", "1"), {"cover the 1 bytes", "end at offset 0"});
}

class Sharded : public ::testing::Test {
 protected:
  Sharded() {
    directory_.Write("one.safetensors", SafetensorsBytes({F32Tensor("a", {2}, {1, 2})}));
    directory_.Write("two.safetensors", SafetensorsBytes({F32Tensor("b", {1}, {3})}));
  }
  Checkpoint Open(std::string_view index) {
    directory_.Write("model.safetensors.index.json", index);
    return Checkpoint::Open(directory_.path());
  }
  void ExpectRefused(std::string_view index, const std::vector<std::string>& parts) {
    ExpectModelError([&] { Open(index); }, parts);
  }

  TempDirectory directory_;
};

TEST_F(Sharded, GivesTheTensorsOfEveryShard) {
  const Checkpoint checkpoint =
      Open(R"({"metadata":{}, "weight_map":{"b":"two.safetensors","a":"one.safetensors"}})");
  EXPECT_THAT(Floats(checkpoint.tensors().at("a")), ElementsAre(1, 2));
  EXPECT_THAT(Floats(checkpoint.tensors().at("b")), ElementsAre(3));
  EXPECT_EQ(checkpoint.total_bytes(), 12);
  EXPECT_THAT(checkpoint.files(),
              ElementsAre(directory_ / "one.safetensors", directory_ / "two.safetensors"));
}

TEST_F(Sharded, IsRefusedWhenAShardIsMissing) {
  ExpectRefused(R"({"weight_map":{"a":"one.safetensors","b":"three.safetensors"}})",
                {"three.safetensors", "model.safetensors.index.json", "1 tensors", "no such file"});
}

TEST_F(Sharded, IsRefusedWhenIndexAndShardsDisagree) {
  ExpectRefused(R"({"weight_map":{"a":"one.safetensors","b":"one.safetensors"}})",
                {"one.safetensors", "tensor \"b\"", "no such tensor", "revision"});
  ExpectRefused(
      R"({"weight_map":{"a":"one.safetensors","b":"two.safetensors","c":"two.safetensors"}})",
      {"two.safetensors", "tensor \"c\"", "no such tensor"});
  directory_.Write("two.safetensors",
                   SafetensorsBytes({F32Tensor("b", {1}, {3}), F32Tensor("c", {1}, {3})}));
  ExpectRefused(R"({"weight_map":{"a":"one.safetensors","b":"two.safetensors"}})",
                {"two.safetensors", "tensor \"c\"", "no entry"});
  directory_.Write("two.safetensors",
                   SafetensorsBytes({F32Tensor("a", {1}, {3}), F32Tensor("b", {1}, {3})}));
  ExpectRefused(R"({"weight_map":{"a":"one.safetensors","b":"two.safetensors"}})",
                {"two.safetensors", "tensor \"a\"", "one.safetensors", "revision"});
}

TEST_F(Sharded, IsRefusedWhenTheIndexIsNone) {
  ExpectRefused("{", {"model.safetensors.index.json", "syntax error"});
  ExpectRefused("{}", {"weight_map", "no such key"});
  ExpectRefused(R"({"weight_map":{}})", {"weight_map", "{}"});
  ExpectRefused(R"({"weight_map":["a"]})", {"weight_map", "[\"a\"]"});
  for (const char* file : {"\"\"", "7", "\"../one.safetensors\"", "\"/etc/passwd\"", "\"..\"",
                           "\"sub/one.safetensors\"", "\"one\\u0000\""}) {
    ExpectRefused(R"({"weight_map":{"a":)" + std::string(file) + "}}",
                  {"weight_map", "the name of a file beside the index for \"a\""});
  }
}

TEST_F(Sharded, IsRefusedWhenAShardIsDamaged) {
  directory_.Write("two.safetensors", "short");
  ExpectRefused(R"({"weight_map":{"a":"one.safetensors","b":"two.safetensors"}})",
                {"two.safetensors", "5 bytes"});
  std::filesystem::remove(directory_ / "two.safetensors");
  std::filesystem::create_directory(directory_ / "two.safetensors");
  ExpectRefused(R"({"weight_map":{"a":"one.safetensors","b":"two.safetensors"}})",
                {"two.safetensors", "not a regular file"});
}

TEST(Checkpoint, PrefersTheHuggingFaceFilesOverTheAuthorsOwn) {
  const TempDirectory directory;
  directory.Write("consolidated.safetensors", SafetensorsBytes({F32Tensor("own", {1}, {1})}));
  EXPECT_TRUE(Checkpoint::Open(directory.path()).tensors().contains("own"));
  directory.Write("model.safetensors", SafetensorsBytes({F32Tensor("hf", {1}, {1})}));
  EXPECT_TRUE(Checkpoint::Open(directory.path()).tensors().contains("hf"));
}

TEST(Checkpoint, SaysWhatToDoWithOtherFormats) {
  const auto refused = [](const std::string& file, const std::vector<std::string>& parts) {
    const TempDirectory directory;
    if (!file.empty()) directory.Write(file, "x");
    std::vector<std::string> all = parts;
    all.push_back(directory.path().string());
    ExpectModelError([&] { Checkpoint::Open(directory.path()); }, all);
  };
  refused("", {"model.safetensors", "no weights", "fetch"});
  refused("pytorch_model-00001-of-00002.bin", {"pytorch_model-00001", "save_pretrained"});
  refused("consolidated.00.pth", {"consolidated.00.pth", "save_pretrained"});
  refused("mistral-7b.gguf", {"mistral-7b.gguf", "Hugging Face checkpoint"});
  refused("adapter_model.safetensors", {"adapter_model.safetensors", "merge it"});
  refused("weights.safetensors", {"weights.safetensors", "name a single file model.safetensors"});
  ExpectModelError([] { Checkpoint::Open("/nonexistent/mistralai/Mistral-7B-v0.1"); },
                   {"/nonexistent/mistralai/Mistral-7B-v0.1", "nothing there", "check the path"});
}

}  // namespace
}  // namespace meval
