#include "tasks/csv_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"

namespace meval {
namespace {

using ::testing::ElementsAre;

TEST(CsvTable, NamesItsColumnsAndThePlaceOfEachRow) {
  const CsvTable table =
      ReadCsvTable("\xEF\xBB\xBFid,text\r\n1,\"two\r\nlines\"\r\n2,\"a \"\"b\"\"\"\r\n", "x.csv");
  EXPECT_THAT(table.columns, ElementsAre("id", "text"));
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].where, "x.csv:2");
  EXPECT_THAT(table.rows[0].fields, ElementsAre("1", "two\r\nlines"));
  EXPECT_EQ(table.rows[1].where, "x.csv:4");
  EXPECT_THAT(table.rows[1].fields, ElementsAre("2", "a \"b\""));
}

TEST(CsvTable, IsEmptyForAFileWithoutRows) {
  EXPECT_TRUE(ReadCsvTable("", "x.csv").rows.empty());
  EXPECT_TRUE(ReadCsvTable("id,text\n", "x.csv").rows.empty());
}

TEST(CsvTable, RefusesWhatIsNoTable) {
  EXPECT_THROW(ReadCsvTable("id,text\n1\n", "x.csv"), DataError);
  EXPECT_THROW(ReadCsvTable("id,id\n1,2\n", "x.csv"), DataError);
  EXPECT_THROW(ReadCsvTable("id\n\xFF\n", "x.csv"), DataError);
}

}  // namespace
}  // namespace meval
