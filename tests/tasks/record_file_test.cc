#include "tasks/records/record_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/digest.h"
#include "tasks/error.h"
#include "tests/tasks/scratch_directory.h"

namespace meval::tasks {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(ReadRecordFile, TellsTheFormatByTheNameAndAListByItsFirstByte) {
  const testing::ScratchDirectory scratch;
  const auto count = [&](const char* name, const char* bytes) {
    return ReadRecordFile(scratch.Write(name, bytes)).records.size();
  };
  EXPECT_EQ(count("a.jsonl", "{\"a\":1}\n{\"a\":2}\n"), 2U);
  EXPECT_EQ(count("a.ndjson", "{\"a\":1}\n"), 1U);
  EXPECT_EQ(count("lines.json", "{\"a\":1}\n{\"a\":2}\n"), 2U);
  EXPECT_EQ(count("list.json", "\xEF\xBB\xBF \n[{\"a\":1},{\"a\":2},{\"a\":3}]"), 3U);
  EXPECT_EQ(count("a.csv", "x,y\n1,2\n"), 1U);
  EXPECT_EQ(count("a.txt", "one\ntwo\n"), 1U);
}

TEST(ReadRecordFile, PrefersTheFormatItIsTold) {
  const testing::ScratchDirectory scratch;
  const auto file = scratch.Write("a.data", "x,y\n1,2\n");
  EXPECT_EQ(ReadRecordFile(file, {.format = FileFormat::kCsv}).records.size(), 1U);
  EXPECT_THAT([&] { ReadRecordFile(file); },
              ThrowsMessage<DataError>(HasSubstr("expected a name ending in .jsonl")));
}

TEST(ReadRecordFile, SplitsTextAsItIsTold) {
  const testing::ScratchDirectory scratch;
  const auto file = scratch.Write("wiki.raw", " = A = \n a \n = B = \n b \n");
  EXPECT_EQ(ReadRecordFile(file, {.format = FileFormat::kText}).records.size(), 1U);
  EXPECT_EQ(ReadRecordFile(file, {.format = FileFormat::kText, .split = TextSplit::kWikitextPages})
                .records.size(),
            2U);
}

TEST(ReadRecordFile, DigestsTheBytes) {
  const testing::ScratchDirectory scratch;
  const auto file = scratch.Write("a.jsonl", "{\"a\":1}\n");
  EXPECT_EQ(ReadRecordFile(file).sha256, Sha256("{\"a\":1}\n"));
  EXPECT_EQ(Sha256File(file), Sha256("{\"a\":1}\n"));
}

TEST(ReadFileBytes, ReadsFilesOfSeveralBlocksWhole) {
  const testing::ScratchDirectory scratch;
  for (const std::size_t size : {std::size_t{0}, (std::size_t{1} << 20) - 1, std::size_t{1} << 20,
                                 (std::size_t{5} << 19) + 3}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7919 >> 5U);
    const auto file = scratch.Write("large.bin", bytes);
    EXPECT_TRUE(ReadFileBytes(file) == bytes) << size;
    EXPECT_EQ(Sha256File(file), Sha256(bytes)) << size;
  }
}

TEST(ReadFileBytes, SaysWhyAFileCannotBeRead) {
  const testing::ScratchDirectory scratch;
  EXPECT_THAT([&] { ReadFileBytes(scratch.path() / "absent.jsonl"); },
              ThrowsMessage<DataError>(HasSubstr("No such file")));
  EXPECT_THAT([&] { ReadFileBytes(scratch.path()); },
              ThrowsMessage<DataError>(HasSubstr("found a directory")));
}

TEST(ParseFileFormat, KnowsFourWords) {
  EXPECT_EQ(ParseFileFormat("csv"), FileFormat::kCsv);
  EXPECT_EQ(ParseFileFormat("json"), FileFormat::kJson);
  EXPECT_EQ(ParseFileFormat("jsonl"), FileFormat::kJsonl);
  EXPECT_EQ(ParseFileFormat("text"), FileFormat::kText);
  EXPECT_EQ(ParseFileFormat("parquet"), std::nullopt);
}

}  // namespace
}  // namespace meval::tasks
