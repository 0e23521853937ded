// Few-shot draws, bit for bit. The vectors are those of the reference harness's algorithm
// (random.Random(1234).sample over the pool, one generator per task).

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"
#include "tasks/prompts/exemplar_drawer.h"
#include "tasks/task.h"

namespace meval::tasks {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Exemplars whose ids are their places in the pool; no two records are equal.
TaskData MakeData(std::int64_t pool, std::int64_t documents, const std::string& group = "") {
  TaskData data;
  const auto add = [&](std::vector<Document>& list, const std::string& kind) {
    Document document;
    document.index = static_cast<std::int64_t>(list.size());
    document.id = std::to_string(list.size());
    document.record_digest = kind + document.id;
    document.group = group;
    list.push_back(document);
  };
  for (std::int64_t i = 0; i < pool; ++i) add(data.exemplars, "e");
  for (std::int64_t i = 0; i < documents; ++i) add(data.documents, "d");
  return data;
}

TaskDefinition Definition(bool draws_one_extra) {
  TaskDefinition definition;
  definition.name = "t";
  definition.draws_one_extra = draws_one_extra;
  return definition;
}

std::vector<std::int64_t> Places(const std::vector<const Document*>& drawn) {
  std::vector<std::int64_t> places;
  for (const Document* exemplar : drawn) places.push_back(exemplar->index);
  return places;
}

struct Vector {
  const char* task;
  std::int64_t pool;
  std::int64_t drawn;
  std::vector<std::int64_t> document0;
  std::vector<std::int64_t> document1;
};

const Vector kVectors[] = {
    {"gsm8k 5-shot", 7473, 5, {6374, 3610, 957, 61, 742}, {7462, 6610, 4769, 286, 5501}},
    {"hellaswag 10-shot",
     39905,
     11,
     {28883, 7657, 490, 5940, 38156, 2288, 5500, 6450, 23241, 15519, 1142},
     {2019, 1038, 22681, 31735, 30379, 9735, 5982, 11999, 7498, 958, 32970}},
    {"hellaswag 10-shot, open_llm_v1",
     39905,
     10,
     {28883, 7657, 490, 5940, 38156, 2288, 5500, 6450, 23241, 15519},
     {1142, 2019, 1038, 22681, 31735, 30379, 9735, 5982, 11999, 7498}},
    {"winogrande 5-shot",
     40398,
     6,
     {28883, 7657, 490, 5940, 38156, 2288},
     {5500, 6450, 23241, 15519, 1142, 2019}},
    {"winogrande 5-shot, open_llm_v1",
     40398,
     5,
     {28883, 7657, 490, 5940, 38156},
     {2288, 5500, 6450, 23241, 15519}},
    {"piqa 5-shot",
     16113,
     6,
     {15834, 12749, 7220, 1914, 122, 1485},
     {14925, 15442, 15388, 13221, 9539, 572}},
    {"social_iqa 5-shot",
     33410,
     6,
     {28883, 7657, 490, 5940, 2288, 5500},
     {6450, 23241, 15519, 1142, 2019, 1038}},
    {"openbookqa 5-shot", 4957, 5, {3610, 957, 61, 742, 4769}, {286, 687, 806, 2905, 1939}},
    {"arc_easy 5-shot", 2251, 5, {1805, 478, 30, 371, 143}, {343, 403, 1452, 969, 71}},
    {"arc_challenge 5-shot", 1119, 5, {902, 239, 15, 185, 71}, {171, 201, 726, 484, 35}},
    {"arc_challenge 25-shot",
     1119,
     25,
     {902, 239, 15,  185, 71,  171, 201, 726,  484, 35,  63,  32,  708,
      991, 949, 304, 186, 374, 234, 29,  1030, 996, 511, 132, 1108},
     {}},
    {"commonsense_qa 5-shot",
     9741,
     6,
     {7220, 1914, 122, 1485, 9539, 572},
     {1375, 1612, 5810, 3879, 285, 504}},
    {"boolq 5-shot",
     9427,
     6,
     {7220, 1914, 122, 1485, 572, 1375},
     {1612, 5810, 3879, 285, 504, 259}},
    {"nq_open 5-shot",
     87925,
     6,
     {57767, 15315, 981, 11880, 76313, 4577},
     {11001, 12900, 46482, 31039, 2284, 4038}},
    {"triviaqa_rc 5-shot",
     138384,
     6,
     {115535, 30631, 1963, 23761, 9155, 22003},
     {25800, 92965, 62078, 4568, 8077, 4152}},
    {"samsum 3-shot", 14732, 3, {12749, 7220, 1914}, {122, 1485, 13221}},
    {"a pool of twenty", 20, 5, {14, 3, 0, 2, 1}, {}},
};

TEST(FewShot, DrawsTheReferencesExemplars) {
  for (const Vector& vector : kVectors) {
    const TaskDefinition definition = Definition(false);
    const TaskData data = MakeData(vector.pool, 2);
    const PromptOptions options = {.shots = vector.drawn, .seed = 1234, .system = ""};
    ExemplarDrawer drawer(definition, data, options);
    EXPECT_THAT(Places(drawer.Draw(data.documents[0])), ElementsAreArray(vector.document0))
        << vector.task;
    const auto second = Places(drawer.Draw(data.documents[1]));
    if (!vector.document1.empty()) {
      EXPECT_THAT(second, ElementsAreArray(vector.document1)) << vector.task;
    }
  }
}

TEST(FewShot, DrawsOneExtraAndKeepsTheFirst) {
  const TaskDefinition definition = Definition(true);
  const TaskData data = MakeData(39905, 2);
  const PromptOptions options = {.shots = 10, .seed = 1234, .system = ""};
  ExemplarDrawer drawer(definition, data, options);
  EXPECT_THAT(Places(drawer.Draw(data.documents[0])),
              ElementsAre(28883, 7657, 490, 5940, 38156, 2288, 5500, 6450, 23241, 15519));
  // The eleventh index, 1142, was drawn too: the second document starts behind it.
  EXPECT_THAT(Places(drawer.Draw(data.documents[1])),
              ElementsAre(2019, 1038, 22681, 31735, 30379, 9735, 5982, 11999, 7498, 958));
}

TEST(FewShot, DropsADrawnRecordEqualToTheEvaluatedOne) {
  TaskData data = MakeData(39905, 1);
  data.documents[0].record_digest = data.exemplars[490].record_digest;
  const PromptOptions options = {.shots = 10, .seed = 1234, .system = ""};
  const TaskDefinition one_extra = Definition(true);
  EXPECT_THAT(Places(ExemplarDrawer(one_extra, data, options).Draw(data.documents[0])),
              ElementsAre(28883, 7657, 5940, 38156, 2288, 5500, 6450, 23241, 15519, 1142));
  // Without the rule the record stays, as it does in the reference.
  const TaskDefinition plain = Definition(false);
  EXPECT_EQ(Places(ExemplarDrawer(plain, data, options).Draw(data.documents[0]))[2], 490);
}

TEST(FewShot, GivesEachDocumentADrawOfItsOwn) {
  const TaskDefinition definition = Definition(false);
  const TaskData data = MakeData(100, 5);
  const PromptOptions options = {.shots = 3, .seed = 1234, .system = ""};
  ExemplarDrawer drawer(definition, data, options);
  std::set<std::vector<std::int64_t>> distinct;
  for (const Document& document : data.documents) distinct.insert(Places(drawer.Draw(document)));
  EXPECT_EQ(distinct.size(), 5U);
}

TEST(FewShot, FirstNTakesThePoolInFileOrderInEveryMode) {
  TaskDefinition definition = Definition(false);
  definition.sampler = ExemplarSampler::kFirstN;
  const TaskData data = MakeData(8, 2);
  for (const FewShotMode mode :
       {FewShotMode::kTask, FewShotMode::kPerDocument, FewShotMode::kFixed}) {
    const PromptOptions options = {.shots = 5, .seed = 99, .mode = mode, .system = ""};
    ExemplarDrawer drawer(definition, data, options);
    for (const Document& document : data.documents) {
      EXPECT_THAT(Places(drawer.Draw(document)), ElementsAre(0, 1, 2, 3, 4));
    }
  }
}

TEST(FewShot, PerDocumentDrawsDoNotDependOnOrder) {
  const TaskDefinition definition = Definition(false);
  const TaskData data = MakeData(1000, 20);
  const PromptOptions options = {
      .shots = 5, .seed = 1234, .mode = FewShotMode::kPerDocument, .system = ""};
  ExemplarDrawer forward(definition, data, options);
  ExemplarDrawer backward(definition, data, options);
  std::vector<std::vector<std::int64_t>> drawn;
  for (const Document& document : data.documents) drawn.push_back(Places(forward.Draw(document)));
  for (std::size_t i = drawn.size(); i-- > 0;) {
    EXPECT_EQ(Places(backward.Draw(data.documents[i])), drawn[i]);
  }
  EXPECT_NE(drawn[0], drawn[1]);
  const PromptOptions other_seed = {
      .shots = 5, .seed = 1235, .mode = FewShotMode::kPerDocument, .system = ""};
  EXPECT_NE(Places(ExemplarDrawer(definition, data, other_seed).Draw(data.documents[0])), drawn[0]);
}

TEST(FewShot, FixedDrawsAreSharedByAllDocuments) {
  const TaskDefinition definition = Definition(false);
  const TaskData data = MakeData(1000, 5);
  const PromptOptions options = {
      .shots = 5, .seed = 1234, .mode = FewShotMode::kFixed, .system = ""};
  ExemplarDrawer drawer(definition, data, options);
  std::set<std::vector<std::int64_t>> distinct;
  for (const Document& document : data.documents) distinct.insert(Places(drawer.Draw(document)));
  EXPECT_EQ(distinct.size(), 1U);
}

TEST(FewShot, GroupsHavePoolsAndGeneratorsOfTheirOwn) {
  const TaskDefinition definition = Definition(false);
  TaskData data = MakeData(100, 2, "anatomy");
  TaskData other = MakeData(100, 2, "virology");
  for (Document& exemplar : other.exemplars) data.exemplars.push_back(exemplar);
  for (Document& document : other.documents) data.documents.push_back(document);
  const PromptOptions options = {.shots = 4, .seed = 1234, .system = ""};
  ExemplarDrawer drawer(definition, data, options);
  std::vector<std::vector<std::int64_t>> drawn;
  for (const Document& document : data.documents) {
    const auto exemplars = drawer.Draw(document);
    for (const Document* exemplar : exemplars) EXPECT_EQ(exemplar->group, document.group);
    drawn.push_back(Places(exemplars));
  }
  EXPECT_EQ(drawn[0], drawn[2]);  // the same generator state over pools of the same size
  EXPECT_EQ(drawn[1], drawn[3]);
  EXPECT_NE(drawn[0], drawn[1]);
}

TEST(FewShot, RefusesMoreShotsThanThePoolHolds) {
  const TaskData data = MakeData(5, 1, "anatomy");
  const TaskDefinition plain = Definition(false);
  const TaskDefinition extra = Definition(true);
  const auto draw = [&](const TaskDefinition& definition, std::int64_t shots) {
    const PromptOptions options = {.shots = shots, .seed = 1234, .system = ""};
    return ExemplarDrawer(definition, data, options).Draw(data.documents[0]).size();
  };
  EXPECT_EQ(draw(plain, 5), 5U);
  EXPECT_EQ(draw(extra, 4), 4U);
  EXPECT_EQ(draw(plain, 0), 0U);
  EXPECT_THAT([&] { draw(plain, 6); },
              ThrowsMessage<DataError>(
                  AllOf(HasSubstr("6 shots asked for"), HasSubstr("\"anatomy\" holds 5 records"))));
  EXPECT_THAT([&] { draw(extra, 5); },
              ThrowsMessage<DataError>(HasSubstr("one more than the shots is drawn")));
}

}  // namespace
}  // namespace meval::tasks
