#include "tasks/records/csv_reader.h"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"

namespace meval::tasks {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<std::string> Texts(const Record& record) {
  std::vector<std::string> texts;
  for (const Value::Member& member : record.fields.members) texts.push_back(member.value.text);
  return texts;
}

TEST(ReadCsv, ReadsQuotesCommasLineBreaksAndDoubledQuotes) {
  const auto records = ReadCsv("plain,\"a, b\",\"she said \"\"no\"\"\",\"two\nlines\"\n", "f.csv",
                               {"a", "b", "c", "d"});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_THAT(Texts(records[0]), ElementsAre("plain", "a, b", "she said \"no\"", "two\nlines"));
  EXPECT_EQ(records[0].fields.members[3].name, "d");
}

TEST(ReadCsv, TakesNamesFromTheHeaderWhereNoColumnsAreGiven) {
  const auto records = ReadCsv("\xEF\xBB\xBFid,text\r\n7,x\r\n", "f.csv", {});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].fields.Find("id")->text, "7");
  EXPECT_EQ(records[0].line, 2);
  EXPECT_EQ(records[0].number, 1);
}

TEST(ReadTsv, SplitsAtTabsAndKnowsNoQuotes) {
  const auto records = ReadTsv("\xEF\xBB\xBFid\ttext\r\n7\t\"a, b\r\n8\t\n", "f.tsv", {});
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(Texts(records[0]), ElementsAre("7", "\"a, b"));
  EXPECT_THAT(Texts(records[1]), ElementsAre("8", ""));
  EXPECT_THAT([] { ReadTsv("a\tb\n1\t2\t3\n", "f.tsv", {}); },
              ThrowsMessage<DataError>(HasSubstr(
                  "f.tsv:2: expected 2 fields, found 3; no field may hold a tab or line break")));
}

TEST(ReadCsv, ConvertsNothing) {
  const auto records = ReadCsv("None,1.0,,NaN, x ,007\n", "f.csv", {"a", "b", "c", "d", "e", "f"});
  EXPECT_THAT(Texts(records[0]), ElementsAre("None", "1.0", "", "NaN", " x ", "007"));
  for (const Value::Member& member : records[0].fields.members) {
    EXPECT_TRUE(member.value.is_string());
  }
}

TEST(ReadCsv, MixesLineEndsAndKeepsThoseInsideQuotes) {
  const auto records =
      ReadCsv("\"a\r\nb\",1\r\n\"c\nd\",2\n\"e\rf\",g\rh\r\nlast,4", "f.csv", {"x", "y"});
  ASSERT_EQ(records.size(), 4U);
  EXPECT_THAT(Texts(records[0]), ElementsAre("a\r\nb", "1"));
  EXPECT_THAT(Texts(records[1]), ElementsAre("c\nd", "2"));
  EXPECT_THAT(Texts(records[2]), ElementsAre("e\rf", "g\rh"));
  EXPECT_THAT(Texts(records[3]), ElementsAre("last", "4"));
  EXPECT_EQ(records[0].line, 1);
  EXPECT_EQ(records[1].line, 3);
  EXPECT_EQ(records[2].line, 5);
  EXPECT_EQ(records[3].line, 6);
}

TEST(ReadCsv, TakesAQuoteInsideAPlainFieldForItself) {
  const auto records = ReadCsv("the will to truth?\",a 5\" pipe\n", "f.csv", {"x", "y"});
  EXPECT_THAT(Texts(records[0]), ElementsAre("the will to truth?\"", "a 5\" pipe"));
}

TEST(ReadCsv, ReadsEmptyFieldsAndASingleColumn) {
  EXPECT_THAT(Texts(ReadCsv(",\n", "f.csv", {"x", "y"})[0]), ElementsAre("", ""));
  EXPECT_THAT(Texts(ReadCsv("\"\",\"\"", "f.csv", {"x", "y"})[0]), ElementsAre("", ""));
  EXPECT_EQ(ReadCsv("a\n\nb\n", "f.csv", {"x"}).size(), 3U);  // a blank line is an empty field
  EXPECT_TRUE(ReadCsv("", "f.csv", {}).empty());
  EXPECT_TRUE(ReadCsv("a,b\n", "f.csv", {}).empty());
  EXPECT_EQ(ReadCsv("a,b\n1,2\n\n\r\n", "f.csv", {}).size(), 1U);
}

TEST(ReadCsv, SaysWhereAFileIsWrong) {
  const struct {
    std::string text;
    const char* message;
  } cases[] = {
      {"1,2\n3\n", "f.csv:2: expected 2 fields, found 1"},
      {"1,2\n3,4,5\n", "f.csv:2: expected 2 fields, found 3"},
      {"1,2\n3,\"open\n\n", "f.csv:2: field 2: the quote opened here is never closed"},
      {"1,2\n\n3,\"a\nb\"x\n", "f.csv:4: field 2: text after the closing quote"},
      {"1,\"a\" \n", "f.csv:1: field 2: text after the closing quote"},
      {"1,2\n\n3,4\n", "f.csv:2: expected a record, found a blank line"},
      {"1,\"a\nb\"\n2,\xFFz\n", "f.csv:3: byte 3: not valid UTF-8"},
  };
  for (const auto& bad : cases) {
    EXPECT_THAT(
        [&] {
          ReadCsv(bad.text, "f.csv", {"x", "y"});
        },
        ThrowsMessage<DataError>(HasSubstr(bad.message)))
        << bad.text;
  }
  EXPECT_THAT([] { ReadCsv("a,b,a\n1,2,3\n", "f.csv", {}); },
              ThrowsMessage<DataError>(HasSubstr("f.csv:1: the column name \"a\" occurs twice")));
}

// What a writer quotes, the reader gives back: random fields of the characters that matter.
TEST(ReadCsv, ReadsBackWhatIsWrittenWithQuotes) {
  constexpr char kAlphabet[] = {'a', ',', '"', '\n', '\r', ' '};
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::vector<std::string>> rows(1 + random() % 4, std::vector<std::string>(3));
    std::string text;
    for (auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        for (std::size_t n = random() % 5; n > 0; --n) row[i] += kAlphabet[random() % 6];
        if (i > 0) text += ',';
        text += '"';
        for (const char c : row[i]) text += c == '"' ? "\"\"" : std::string(1, c);
        text += '"';
      }
      text += random() % 2 == 0 ? "\n" : "\r\n";
    }
    const auto records = ReadCsv(text, "f.csv", {"x", "y", "z"});
    ASSERT_EQ(records.size(), rows.size()) << "round " << round;
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(Texts(records[i]), rows[i]);
  }
}

}  // namespace
}  // namespace meval::tasks
