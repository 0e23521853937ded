// YAML tasks of lm-evaluation-harness: what comes of those whose templates only name fields, and
// what is said of the others. tests/parity/lm_eval_import.py does the same with the reference's own
// files.

#include "tasks/import_lm_eval.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/error.h"
#include "tasks/import/field_template.h"
#include "tasks/render/field_path.h"
#include "tasks/task.h"
#include "tests/tasks/scratch_directory.h"

namespace meval {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScratchDirectory;
using ::testing::ThrowsMessage;

const std::filesystem::path kFixtures =
    std::filesystem::path(MEVAL_SOURCE_DIR) / "tests/fixtures/lm_eval";

Task Imported(const std::string& name) {
  return Task::Parse(ImportLmEval(kFixtures / name), "imported.json");
}

TEST(FieldTemplate, TurnsPlainJinjaIntoOurs) {
  EXPECT_EQ(tasks::ConvertTemplate("Q: {{ask}}\nA:\n"), "Q: {ask}\nA:\n");
  EXPECT_EQ(tasks::ConvertTemplate("ask"), "{ask}");
  EXPECT_EQ(tasks::ConvertTemplate("no field here"), "no field here");
  EXPECT_EQ(tasks::ConvertTemplate("{{ a.b[0]['c'].strip().lower() }}{x}"),
            "{a.b[0].c|strip|lower}{{x}}");
  EXPECT_EQ(tasks::ConvertTemplate("{{a|trim}} {{b|capitalize}}"), "{a|strip} {b|capitalize}");
}

TEST(FieldTemplate, KnowsListsAndPlacesInThem) {
  EXPECT_THAT(tasks::ConvertExpression("{{[a, 'it is', b.c]}}").list,
              ElementsAre("{a}", "it is", "{b.c}"));
  const auto place = tasks::ConvertExpression("{{c.label.index(key)}}");
  ASSERT_TRUE(place.index_of);
  EXPECT_EQ(place.index_of->first, "{c.label}");
  EXPECT_EQ(place.index_of->second, "{key}");
  const auto letter = tasks::ConvertExpression("{{['A', 'B'].index(key)}}");
  ASSERT_TRUE(letter.index_in);
  EXPECT_THAT(letter.index_in->first, ElementsAre("A", "B"));
}

TEST(FieldTemplate, RefusesWhatDoesMoreThanNameFields) {
  for (const char* text :
       {"{% if a %}b{% endif %}", "{# note #}", "{{- a }}", "{{a + 1}}", "{{a|int}}",
        "{{a.split(',')}}", "{{a if b else c}}", "{{", "{{a", "{{'text'}}", "{{a[b]}}",
        "{{[a, b]}}", "{{a.index(b)}}", "{{}}", "{{a[1:]}}", "{{a.strip().b}}", "{{f(a)}}"}) {
    EXPECT_THROW(tasks::ConvertTemplate(text), tasks::FieldError) << text;
  }
}

TEST(ImportLmEval, MakesAMultipleChoiceTask) {
  const Task task = Imported("capitals.yaml");
  const ScratchDirectory scratch;
  const char* records[] = {
      R"({"ask": " Which is in Kenya? ", "options": {"text": ["Oslo", "Nairobi"], "label": ["1", "2"]}, "right": "2"})",
      R"({"ask": "Which is in Norway?", "options": {"text": ["Oslo", "Nairobi"], "label": ["1", "2"]}, "right": "1"})",
      R"({"ask": "Which is in Serbia?", "options": {"text": ["Nis", "Fes"], "label": ["1", "2"]}, "right": "1"})",
      R"({"ask": "Which is in Fiji?", "options": {"text": ["Suva", "Bern"], "label": ["1", "2"]}, "right": "1"})"};
  scratch.Write("capitals/europe/validation.jsonl", std::string(records[0]) + "\n");
  scratch.Write("capitals/europe/train.jsonl",
                std::string(records[1]) + "\n" + records[2] + "\n" + records[3] + "\n");
  DataOptions options;
  options.data_dirs = {scratch.path()};
  const TaskData data = task.Load(options);
  ASSERT_EQ(data.documents.size(), 1U);
  EXPECT_THAT(data.documents[0].choices, ElementsAre("Oslo", "Nairobi"));
  EXPECT_THAT(data.documents[0].gold, ElementsAre(1));
  PromptOptions one_shot;
  one_shot.shots = 1;
  const Prompt prompt = BuildPrompts(task, data, one_shot)[0];
  EXPECT_THAT(prompt.Text(),
              AllOf(::testing::StartsWith("Questions about {capitals}.\n\nQuestion: Which is in "),
                    ::testing::EndsWith("\n\nQuestion: Which is in Kenya?\nAnswer:")));
  const TaskDefinition& definition = task.definition();
  EXPECT_EQ(definition.default_shots, 2);
  EXPECT_TRUE(definition.draws_one_extra);  // neither a test split nor a few-shot split
  EXPECT_EQ(definition.headline().name, "acc_norm");
}

TEST(ImportLmEval, MakesAGenerationTaskOfAFileThatIncludesAnother) {
  const Task task = Imported("sums.yaml");
  const TaskDefinition& definition = task.definition();
  EXPECT_EQ(definition.request, RequestKind::kGeneration);
  EXPECT_EQ(definition.sampler, ExemplarSampler::kFirstN);
  EXPECT_THAT(definition.generation.until, ElementsAre("Q:"));  // its own, not the included ones
  EXPECT_EQ(definition.generation.max_new_tokens, 64);
  ASSERT_EQ(definition.scores.size(), 2U);
  EXPECT_EQ(definition.scores[0].name, "exact_match,strict");
  EXPECT_EQ(definition.scores[1].name, "exact_match,last");
  EXPECT_EQ(definition.scores[1].filters.back().select, -1);
  EXPECT_TRUE(definition.scores[0].ignore_case);
  const ScratchDirectory scratch;
  scratch.Write("sums/test.jsonl", R"({"question": "1+1?", "steps": "One more.", "result": "2"})"
                                   "\n");
  DataOptions options;
  options.data_dirs = {scratch.path()};
  options.needs_exemplars = false;
  const TaskData data = task.Load(options);
  EXPECT_EQ(data.documents[0].question, "Q: 1+1?\nA:");
  EXPECT_THAT(data.documents[0].references, ElementsAre("One more. The result is 2."));
}

TEST(ImportLmEval, TakesATargetForAnIndexOrForAText) {
  const ScratchDirectory scratch;
  const auto yaml = scratch.Write("t.yaml",
                                  "task: t\ndataset_path: d\noutput_type: multiple_choice\n"
                                  "test_split: test\ndoc_to_text: '{{q}}'\n"
                                  "doc_to_choice: ['no', 'yes']\ndoc_to_target: label\n"
                                  "metric_list:\n  - metric: acc\n");
  const Task task = Task::Parse(ImportLmEval(yaml), "t.json");
  scratch.Write("d/test.jsonl",
                "{\"q\": \"a\", \"label\": 1}\n{\"q\": \"b\", \"label\": \"0\"}\n"
                "{\"q\": \"c\", \"label\": \"yes\"}\n");
  DataOptions options;
  options.data_dirs = {scratch.path()};
  options.needs_exemplars = false;
  const TaskData data = task.Load(options);
  EXPECT_THAT(data.documents[0].gold, ElementsAre(1));
  EXPECT_THAT(data.documents[1].gold, ElementsAre(0));
  EXPECT_THAT(data.documents[2].gold, ElementsAre(1));
  scratch.Write("d/test.jsonl", "{\"q\": \"a\", \"label\": \"maybe\"}\n");
  EXPECT_THAT([&] { task.Load(options); },
              ThrowsMessage<DataError>(HasSubstr("an integer 0..1 or the text of a choice")));
}

// The least of a task over a file of one's own.
std::string LocalTask(const std::string& data) {
  return data +
         "output_type: multiple_choice\ndoc_to_text: '{{q}}'\n"
         "doc_to_choice: ['no', 'yes']\ndoc_to_target: label\nmetric_list:\n  - metric: acc\n";
}

TEST(ImportLmEval, ReadsLocalFilesByTheirSplits) {
  const ScratchDirectory scratch;
  scratch.Write("mine/asked.jsonl", "{\"q\": \"a\", \"label\": 1}\n");
  scratch.Write("mine/shown.jsonl", "{\"q\": \"b\", \"label\": 0}\n");
  const auto yaml = scratch.Write(
      "t.yaml", LocalTask("task: t\ndataset_path: json\ndataset_kwargs:\n  data_files:\n"
                          "    test: mine/asked.jsonl\n    dev: [mine/shown.jsonl]\n"
                          "test_split: test\nfewshot_split: dev\n"));
  const Task task = Task::Parse(ImportLmEval(yaml), "t.json");
  EXPECT_EQ(task.definition().upstream, "");
  EXPECT_FALSE(task.definition().draws_one_extra);
  DataOptions options;
  options.data_dirs = {scratch.path()};
  const TaskData data = task.Load(options);
  EXPECT_EQ(data.documents[0].question, "a");
  EXPECT_EQ(data.exemplars.at(0).question, "b");
}

TEST(ImportLmEval, TakesOnePlaceThatIsRightInEveryRecord) {
  const ScratchDirectory scratch;
  const auto yaml =
      scratch.Write("t.yaml",
                    "task: t\ndataset_path: d\noutput_type: multiple_choice\ntest_split: test\n"
                    "doc_to_text: ''\ndoc_to_target: 0\ndoc_to_choice: '{{[good, bad]}}'\n"
                    "metric_list:\n  - metric: acc\n");
  const Task task = Task::Parse(ImportLmEval(yaml), "t.json");
  scratch.Write("d/test.jsonl", "{\"good\": \"a b\", \"bad\": \"b a\"}\n");
  DataOptions options;
  options.data_dirs = {scratch.path()};
  options.needs_exemplars = false;
  const Document document = task.Load(options).documents.at(0);
  EXPECT_THAT(document.gold, ElementsAre(0));
  EXPECT_THAT(document.choices, ElementsAre("a b", "b a"));
}

TEST(ImportLmEval, CompletionsHaveNoSpaceInFrontAsInTheReference) {
  const ScratchDirectory scratch;
  const std::string head =
      "task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: '{{q}}'\ndoc_to_target: a\n"
      "generation_kwargs:\n  until: ['x']\nmetric_list:\n  - metric: exact_match\n";
  const auto steps = [&](const std::string& filters) {
    const auto yaml = scratch.Write("t.yaml", head + filters);
    return Task::Parse(ImportLmEval(yaml), "t.json").definition().scores.at(0).filters;
  };
  ASSERT_EQ(steps("").size(), 1U);
  EXPECT_EQ(steps("")[0].kind, FilterStep::Kind::kDropSpace);
  const auto stripped = steps(
      "filter_list:\n  - name: s\n    filter:\n      - function: remove_whitespace\n"
      "      - function: take_first\n");
  ASSERT_EQ(stripped.size(), 1U);
  EXPECT_EQ(stripped[0].kind, FilterStep::Kind::kStrip);
  EXPECT_THAT(
      [&] {
        steps(
            "filter_list:\n  - name: s\n    filter:\n      - function: regex\n"
            "        group_select: 1\n        regex_pattern: a\n");
      },
      ThrowsMessage<DataError>(HasSubstr("t.yaml:14: filter_list: group_select: only the first")));
}

TEST(ImportLmEval, LocalFilesWithoutASplitAreThatOfTraining) {
  const ScratchDirectory scratch;
  const std::string data = "task: t\ndataset_path: json\ndataset_kwargs:\n  data_files: x.jsonl\n";
  const auto yaml = scratch.Write("t.yaml", LocalTask(data + "test_split: train\n"));
  const std::string json = ImportLmEval(yaml);
  EXPECT_THAT(json, HasSubstr("x.jsonl"));
  // The reference draws from the evaluated split without leaving the document out.
  EXPECT_THAT(json, HasSubstr("a document may be among its own exemplars"));
  EXPECT_FALSE(Task::Parse(json, "t.json").definition().draws_one_extra);
  const auto both =
      scratch.Write("u.yaml", LocalTask(data + "test_split: train\nfewshot_split: train\n"));
  EXPECT_TRUE(Task::Parse(ImportLmEval(both), "u.json").definition().draws_one_extra);
  const auto refused = scratch.Write("v.yaml", LocalTask(data + "test_split: test\n"));
  EXPECT_THAT([&] { ImportLmEval(refused); },
              ThrowsMessage<DataError>(HasSubstr("v.yaml:5: test_split: data_files has no split "
                                                 "\"test\"")));
  const auto none = scratch.Write("w.yaml", LocalTask("task: t\ndataset_path: csv\n"));
  EXPECT_THAT([&] { ImportLmEval(none); },
              ThrowsMessage<DataError>(HasSubstr("expected dataset_kwargs with data_files")));
  const auto far = scratch.Write(
      "x.yaml", LocalTask("task: t\ndataset_path: json\ndataset_kwargs:\n"
                          "  data_files: 'hf://datasets/a/b.jsonl'\ntest_split: train\n"));
  EXPECT_THAT([&] { ImportLmEval(far); },
              ThrowsMessage<DataError>(HasSubstr("expected a file on this machine")));
}

TEST(ImportLmEval, ScoresChoicesBehindNothingForTheirMutualInformation) {
  const ScratchDirectory scratch;
  const auto yaml = scratch.Write("t.yaml",
                                  "task: t\ndataset_path: d\noutput_type: multiple_choice\n"
                                  "test_split: test\ndoc_to_text: '{{q}}'\n"
                                  "doc_to_choice: ['no', 'yes']\ndoc_to_target: label\n"
                                  "metric_list:\n  - metric: acc\n  - metric: acc_mutual_info\n");
  const Task task = Task::Parse(ImportLmEval(yaml), "t.json");
  EXPECT_EQ(task.definition().scores[1].name, "acc_mutual_info");
  EXPECT_EQ(task.definition().scores[1].metric, "acc_pmi");
  scratch.Write("d/test.jsonl", "{\"q\": \"a\", \"label\": 1}\n");
  DataOptions options;
  options.data_dirs = {scratch.path()};
  options.needs_exemplars = false;
  EXPECT_EQ(task.Load(options).documents[0].unconditional_context, "");
}

TEST(ImportLmEval, NamesEverythingThatHasNoCounterpartWithItsKeyAndLine) {
  EXPECT_THAT([] { ImportLmEval(kFixtures / "coded.yaml"); },
              ThrowsMessage<DataError>(
                  AllOf(HasSubstr("cannot be imported; nothing was written"),
                        HasSubstr("coded.yaml:5: process_docs: has no counterpart"),
                        HasSubstr("coded.yaml:6: doc_to_text: the template has \"{%\""),
                        HasSubstr("coded.yaml:8: doc_to_target: the expression \"label|int - 1\""),
                        HasSubstr("coded.yaml:11: metric_list: expected a metric by its name"),
                        HasSubstr("coded.yaml:12: metric_list: f1 has no counterpart"),
                        HasSubstr("coded.yaml:14: fewshot_config: samples has no counterpart"),
                        HasSubstr("coded.yaml:15: gen_prefix: has no counterpart"))));
  std::string message;
  try {
    ImportLmEval(kFixtures / "coded.yaml");
  } catch (const DataError& error) {
    message = error.what();
  }
  EXPECT_LT(message.find("coded.yaml:6"), message.find("coded.yaml:8"));
  EXPECT_LT(message.find("coded.yaml:12"), message.find("coded.yaml:15"));
}

TEST(ImportLmEval, RefusesFilesThatAreNone) {
  const ScratchDirectory scratch;
  const auto expect = [&](const char* yaml, const char* message) {
    const auto path = scratch.Write("t.yaml", yaml);
    EXPECT_THAT([&] { ImportLmEval(path); }, ThrowsMessage<DataError>(HasSubstr(message))) << yaml;
  };
  expect("task: [", "t.yaml:");
  expect("- a\n- b\n", "expected keys with values");
  expect("include: t.yaml\n", "include each other");
  expect("task: t\n", "dataset_path: expected the name of a data set");
  expect("task: [a, b]\n", "t.yaml:1: task: expected a single value");
  EXPECT_THAT([] { ImportLmEval("/nowhere/t.yaml"); },
              ThrowsMessage<DataError>(HasSubstr("cannot be read")));
}

}  // namespace
}  // namespace meval
