#include "evals/subset.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Document> TenDocuments() {
  std::vector<Document> documents(10);
  for (std::size_t i = 0; i < documents.size(); ++i) documents[i].id = "d" + std::to_string(i);
  return documents;
}

TEST(SelectDocuments, TakesAllWithoutLimit) {
  EXPECT_EQ(SelectDocuments(TenDocuments(), "t", {}).size(), 10u);
}

TEST(SelectDocuments, TakesTheFirstOnesOrAFractionRoundedUp) {
  EXPECT_THAT(SelectDocuments(TenDocuments(), "t", {.limit = 3, .ids = {}}), ElementsAre(0, 1, 2));
  EXPECT_THAT(SelectDocuments(TenDocuments(), "t", {.limit = 0.11, .ids = {}}), ElementsAre(0, 1));
  EXPECT_EQ(SelectDocuments(TenDocuments(), "t", {.limit = 99, .ids = {}}).size(), 10u);
}

TEST(SelectDocuments, TakesNamedOnesInEvaluationOrder) {
  EXPECT_THAT(SelectDocuments(TenDocuments(), "t", {.limit = {}, .ids = {{"d7", "d2"}}}),
              ElementsAre(2, 7));
}

TEST(SelectDocuments, SpreadsALimitOverGroups) {
  std::vector<Document> documents = TenDocuments();
  for (std::size_t i = 0; i < 10; ++i) documents[i].group = i < 6 ? "a" : i < 9 ? "b" : "c";
  SubsetOptions options = {.limit = 6, .ids = {}, .spread_over_groups = true};
  EXPECT_THAT(SelectDocuments(documents, "t", options), ElementsAre(0, 1, 6, 7, 9));
  options.groups = {"c", "b"};
  EXPECT_THAT(SelectDocuments(documents, "t", options), ElementsAre(6, 7, 8, 9));
  options.groups = {"z"};
  EXPECT_THROW(SelectDocuments(documents, "t", options), DataError);
}

TEST(SelectDocuments, NamesAnIdThatIsNotThere) {
  try {
    SelectDocuments(TenDocuments(), "mmlu", {.limit = {}, .ids = {{"d7", "nope"}}});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("mmlu"));
    EXPECT_THAT(error.what(), HasSubstr("nope"));
  }
}

TEST(ReadIds, ReadsOneIdALineAndRefusesNone) {
  const std::string path = ::testing::TempDir() + "/ids.txt";
  std::ofstream(path) << "a\r\n\nb\n";
  EXPECT_THAT(ReadIds(path), ElementsAre("a", "b"));
  std::ofstream(path) << "\n";
  EXPECT_THROW(ReadIds(path), DataError);
  EXPECT_THROW(ReadIds(path + ".absent"), DataError);
}

}  // namespace
}  // namespace meval
