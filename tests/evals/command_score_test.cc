// `mistral-eval score --metric`: predictions against references.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "evals/program.h"
#include "metrics/bleu.h"
#include "metrics/rouge.h"
#include "tests/evals/run_program.h"
#include "tests/support/temp_directory.h"

namespace meval {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::RunMain;
using testing::TempDirectory;
using Json = nlohmann::ordered_json;

constexpr char kPairs[] =
    R"({"id": "a", "prediction": "the cat sat on the mat", "references": ["the cat sat on a mat"]})"
    "\n"
    R"({"id": "b", "prediction": "a dog ran in the park", "reference": "a dog runs in the park"})"
    "\n"
    R"({"id": "c", "predictions": ["birds sing at dawn"], "references": ["birds sang", "they sing"]})"
    "\n";
// The same documents in another order, better answered.
constexpr char kBetter[] =
    R"({"id": "c", "prediction": "birds sang", "references": ["birds sang", "they sing"]})"
    "\n"
    R"({"id": "a", "prediction": "the cat sat on a mat", "references": ["the cat sat on a mat"]})"
    "\n"
    R"({"id": "b", "prediction": "a dog ran in the park", "reference": "a dog runs in the park"})"
    "\n";

class ScoreCommandTest : public ::testing::Test {
 protected:
  ScoreCommandTest() {
    directory_.Write("a.jsonl", kPairs);
    directory_.Write("b.jsonl", kBetter);
  }
  std::string Path(const std::string& name) const { return directory_ / name; }
  ProgramResult Score(std::vector<std::string> flags, const std::string& input = "") const {
    flags.insert(flags.begin(), "score");
    return RunMain(flags, input);
  }
  Json ScoreJson(std::vector<std::string> flags) const {
    flags.insert(flags.end(), {"--format", "json"});
    const ProgramResult result = Score(flags);
    EXPECT_EQ(result.code, kExitOk) << result.err;
    return result.code == kExitOk ? Json::parse(result.out) : Json();
  }
  void ExpectError(const ProgramResult& result, int code, const std::string& part) const {
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(part));
    EXPECT_EQ(result.out, "");
  }
  // What a file is refused with whose second line is bad.
  void ExpectBadLine(const std::string& line, const std::string& part,
                     const std::string& first = R"({"prediction": "a", "reference": "b"})") const {
    directory_.Write("bad.jsonl", first + "\n" + line + "\n");
    const ProgramResult result = Score({"--metric", "bleu", "--input", Path("bad.jsonl")});
    ExpectError(result, kExitData, "bad.jsonl:2: ");
    ExpectError(result, kExitData, part);
  }

  TempDirectory directory_;
};

TEST_F(ScoreCommandTest, GivesTheNumbersOfTheMetricsThemselves) {
  const Json json = ScoreJson({"--metric", "rouge,bleu", "--input", Path("a.jsonl")});
  EXPECT_EQ(json["n"], 3);
  EXPECT_EQ(json["level"], 0.95);
  EXPECT_EQ(json["paired_bootstrap"], nullptr);
  ASSERT_EQ(json["metrics"].size(), 5U);
  const std::vector<std::string> hypotheses = {"the cat sat on the mat", "a dog ran in the park",
                                               "birds sing at dawn"};
  const std::vector<BleuReferences> references = {
      {"the cat sat on a mat"}, {"a dog runs in the park"}, {"birds sang", "they sing"}};
  const Json& bleu = json["metrics"][4];
  EXPECT_EQ(bleu["name"], "bleu");
  EXPECT_EQ(bleu["unit"], "percent");
  EXPECT_EQ(bleu["systems"][0]["value"].get<double>(), CorpusBleu(hypotheses, references).score);
  EXPECT_EQ(bleu["systems"][0]["method"], "bootstrap");
  EXPECT_EQ(bleu["signature"], BleuSignature(references));
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    sum += 100 * Rouge({"rougeL"}, false).ScoreMulti(references[i], hypotheses[i])[0].fmeasure;
  }
  const Json& rouge = json["metrics"][2];
  EXPECT_EQ(rouge["name"], "rougeL");
  EXPECT_DOUBLE_EQ(rouge["systems"][0]["value"].get<double>(), sum / 3);
  EXPECT_EQ(rouge["signature"], "nrefs:var|stem:no|version:mistral-eval-1");
}

TEST_F(ScoreCommandTest, TakesParametersLevelsAndStdin) {
  const ProgramResult result =
      Score({"--metric", "bleu", "--param", "bleu.tokenize=char", "--param", "bleu.lowercase=yes",
             "--level", "0.9", "--input", "-"},
            kPairs);
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("case:lc|eff:no|tok:char"), HasSubstr("90 % interval"),
                                HasSubstr("stdin"), HasSubstr("3 pairs")));
}

TEST_F(ScoreCommandTest, AlignsSystemsByIdAndTestsThemAgainstTheFirst) {
  const Json json =
      ScoreJson({"--metric", "bleu,rouge1", "--paired-bs", "--paired-ar", "--paired-ar-n", "200",
                 "--input", Path("a.jsonl"), "--input", Path("b.jsonl")});
  EXPECT_EQ(json["systems"], Json::array({Path("a.jsonl"), Path("b.jsonl")}));
  EXPECT_EQ(json["seed"], 12345);
  EXPECT_EQ(json["paired_bootstrap"], 1000);
  EXPECT_EQ(json["paired_randomization"], 200);
  for (const Json& metric : json["metrics"]) {
    const Json& first = metric["systems"][0];
    const Json& second = metric["systems"][1];
    EXPECT_EQ(first["difference"], nullptr);
    EXPECT_EQ(second["difference"].get<double>(),
              second["value"].get<double>() - first["value"].get<double>());
    EXPECT_GT(second["difference"].get<double>(), 0);
    for (const char* p : {"p_paired_bootstrap", "p_paired_randomization"}) {
      EXPECT_EQ(first[p], nullptr);
      EXPECT_GT(second[p].get<double>(), 0);
      EXPECT_LE(second[p].get<double>(), 1);
    }
  }
}

TEST_F(ScoreCommandTest, AgreesWithItselfOnTheSameAnswers) {
  const Json json = ScoreJson(
      {"--metric", "bleu", "--paired-ar", "--input", Path("a.jsonl"), "--input", Path("a.jsonl")});
  EXPECT_EQ(json["metrics"][0]["systems"][1]["difference"], 0.0);
  // No trial differs by more than nothing: sacrebleu's p-value, too.
  EXPECT_EQ(json["metrics"][0]["systems"][1]["p_paired_randomization"], 1.0 / 10001);
}

// What one system never answers is a label all the same: rows of both must mean the same labels.
TEST_F(ScoreCommandTest, ComparesSystemsThatDoNotUseTheSameLabels) {
  const auto file = [&](const std::string& name, const std::vector<std::string>& predictions) {
    std::string lines;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      lines +=
          Json({{"prediction", predictions[i]}, {"reference", i % 2 == 0 ? "yes" : "no"}}).dump() +
          "\n";
    }
    directory_.Write(name, lines);
  };
  file("x.jsonl", {"yes", "no", "yes", "no", "no", "no"});
  file("y.jsonl", {"maybe", "no", "yes", "yes", "why", "no"});
  const Json json = ScoreJson({"--metric", "labels", "--paired-ar", "--paired-bs", "--input",
                               Path("x.jsonl"), "--input", Path("y.jsonl")});
  const Json& accuracy = json["metrics"][0]["systems"];
  EXPECT_DOUBLE_EQ(accuracy[0]["value"].get<double>(), 5.0 / 6);
  EXPECT_DOUBLE_EQ(accuracy[1]["value"].get<double>(), 0.5);
  // Swaps of documents may leave one label, and no agreement beyond chance: no test of that score.
  EXPECT_TRUE(accuracy[1]["p_paired_bootstrap"].is_number());
  // The labels of each alone: the same as scored without the other.
  const Json alone = ScoreJson({"--metric", "macro_f1", "--input", Path("y.jsonl")});
  for (const Json& metric : json["metrics"]) {
    if (metric["name"] != "macro_f1") continue;
    EXPECT_EQ(metric["systems"][1]["value"], alone["metrics"][0]["systems"][0]["value"]);
  }
}

TEST_F(ScoreCommandTest, RefusesAScoreThatIsNotDefined) {
  directory_.Write("one.jsonl", "{\"prediction\": \"a\", \"reference\": \"a\"}\n");
  ExpectError(Score({"--metric", "kappa", "--input", Path("one.jsonl")}), kExitData,
              "one.jsonl: kappa: not defined where one label is all there is");
}

TEST_F(ScoreCommandTest, NumberOfThreadsChangesNothing) {
  const std::vector<std::string> flags = {"--metric",      "rouge,bleu", "--paired-bs",  "--input",
                                          Path("a.jsonl"), "--input",    Path("b.jsonl")};
  const auto with_threads = [&](const std::string& threads) {
    std::vector<std::string> all = flags;
    all.insert(all.end(), {"--threads", threads});
    return ScoreJson(all).dump();
  };
  EXPECT_EQ(with_threads("1"), with_threads("2"));
  EXPECT_EQ(with_threads("1"), with_threads("7"));
}

TEST_F(ScoreCommandTest, WritesTablesForPeopleAndPrograms) {
  const std::vector<std::string> flags = {"--metric",      "exact_match",   "--paired-bs",
                                          "--input",       Path("a.jsonl"), "--input",
                                          Path("b.jsonl"), "--format"};
  const auto in_format = [&](const std::string& format) {
    std::vector<std::string> all = flags;
    all.push_back(format);
    return Score(all).out;
  };
  EXPECT_THAT(in_format("console"),
              AllOf(HasSubstr("exact_match"), HasSubstr("66.67"), HasSubstr("+66.67"),
                    HasSubstr("baseline"), HasSubstr("paired bootstrap of 1,000 resamples")));
  EXPECT_THAT(in_format("markdown"),
              AllOf(HasSubstr("| exact\\_match | "), HasSubstr(" | 66.67 | "), HasSubstr("|:--|")));
  EXPECT_THAT(in_format("csv"),
              AllOf(HasSubstr("metric,system,n,value,unit"), HasSubstr(",3,0.6666666666666666,"),
                    HasSubstr("nrefs:var|case:mixed")));
}

TEST_F(ScoreCommandTest, WritesTheScoresOfEachPair) {
  const ProgramResult result =
      Score({"--metric", "exact_match,bleu", "--input", Path("a.jsonl"), "--input", Path("b.jsonl"),
             "--per-sample", Path("each.jsonl"), "--out", Path("table.txt")});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(ReadWholeFile(Path("table.txt")), HasSubstr("exact_match"));
  std::istringstream lines(ReadWholeFile(Path("each.jsonl")));
  std::vector<Json> pairs;
  for (std::string line; std::getline(lines, line);) pairs.push_back(Json::parse(line));
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_EQ(pairs[0]["id"], "a");
  EXPECT_EQ(pairs[0]["systems"][1]["source"], Path("b.jsonl") + ":2");
  EXPECT_EQ(pairs[0]["systems"][1]["scores"]["exact_match"], 1.0);
  EXPECT_EQ(pairs[0]["systems"][0]["scores"]["exact_match"], 0.0);
  EXPECT_EQ(pairs[2]["index"], 2);
  EXPECT_EQ(
      pairs[1]["systems"][0]["scores"]["bleu"],
      SentenceBleu("a dog ran in the park", std::vector<std::string>{"a dog runs in the park"})
          .score);
}

TEST_F(ScoreCommandTest, TakesWholeNumbersAndTruthValuesAsTheirText) {
  directory_.Write("n.jsonl",
                   "{\"prediction\": 1, \"reference\": \"1\"}\n"
                   "{\"prediction\": \"true\", \"references\": [true, false]}\n");
  const Json json = ScoreJson({"--metric", "exact_match", "--input", Path("n.jsonl")});
  EXPECT_EQ(json["metrics"][0]["systems"][0]["value"], 1.0);
}

TEST_F(ScoreCommandTest, NamesTheLineAndFieldThatIsWrong) {
  ExpectBadLine(R"({"prediction": "a"})", "field \"references\": expected a string, found no such");
  ExpectBadLine(R"({"predicion": "a", "reference": "b"})", "did you mean \"predicion\"?");
  ExpectBadLine(R"({"prediction": 1.5, "reference": "b"})", "field \"prediction\": expected a str");
  ExpectBadLine(R"({"prediction": null, "reference": "b"})", "found null");
  ExpectBadLine(R"({"prediction": "a", "reference": ["b"]})",
                "field \"reference\": expected a str");
  ExpectBadLine(R"({"prediction": "a", "references": {}})", "field \"references\": expected a str");
  ExpectBadLine(R"({"prediction": "a", "references": ["b", 2.5]})", "expected a list of strings");
  ExpectBadLine(R"({"prediction": "a", "references": [["b"], "c"]})", "expected only lists");
  ExpectBadLine(R"({"prediction": "a", "references": []})", "bleu: no references");
  ExpectBadLine(R"({"prediction": "a", "references": [["b"]]})", "bleu: references that are lists");
  ExpectBadLine(R"({"predictions": [], "reference": "b"})", "a list of at least one string");
  ExpectBadLine(R"({"predictions": ["a", "b"], "reference": "b"})", "bleu: 2 predictions");
  ExpectBadLine(R"({"prediction": "a", "predictions": ["a"], "reference": "b"})", "found both");
  ExpectBadLine(R"({"prediction": "a", "reference": "a", "references": ["a"]})", "found both");
  ExpectBadLine(R"({"id": [1], "prediction": "a", "reference": "a"})", "field \"id\": expected a");
  ExpectBadLine("[1]", "expected a JSON object, found array");
  ExpectBadLine("{", "expected a JSON object, found something else at byte");
  ExpectBadLine("{\"prediction\": \"\xFF\"}",
                "expected UTF-8, found an ill-formed sequence at byte");
  const std::string with_id = R"({"id": "a", "prediction": "a", "reference": "b"})";
  ExpectBadLine(with_id, "field \"id\": expected each id once, found \"a\" again, as in", with_id);
  ExpectBadLine(R"({"prediction": "a", "reference": "a"})",
                "field \"id\": expected one in every line, as in", with_id);
}

TEST_F(ScoreCommandTest, RefusesFilesThatDoNotGoTogether) {
  const auto expect = [&](const std::string& text, const std::string& part) {
    directory_.Write("other.jsonl", text);
    ExpectError(
        Score({"--metric", "bleu", "--input", Path("a.jsonl"), "--input", Path("other.jsonl")}),
        kExitData, part);
  };
  const std::string whole = kPairs;
  expect("", "other.jsonl: expected at least one line, found an empty file");
  expect("\n\n", "found an empty file");
  expect(whole.substr(0, whole.find('\n') + 1), "other.jsonl: expected 3 lines, as in");
  std::string renamed = whole;
  renamed.replace(renamed.find("\"b\""), 3, "\"z\"");
  expect(renamed, "field \"id\": expected the document \"b\" of");
  std::string changed = whole;
  changed.replace(changed.find("on a mat"), 8, "on x mat");
  expect(changed, "other.jsonl:1: field \"references\": expected those of");
  ExpectError(Score({"--metric", "bleu", "--input", Path("absent.jsonl")}), kExitData,
              "absent.jsonl: cannot be read; expected a JSONL file");
  ExpectError(Score({"--metric", "bleu", "--input", directory_.path().string()}), kExitData,
              "cannot be read; expected a JSONL file");
}

TEST_F(ScoreCommandTest, SaysWhatIsWrongWithAFlag) {
  const auto expect = [&](std::vector<std::string> flags, const std::string& part) {
    flags.insert(flags.end(), {"--input", Path("a.jsonl")});
    ExpectError(Score(flags), kExitUsage, part);
  };
  expect({"--metric", "blue"}, "found \"blue\"; did you mean \"bleu\"?");
  expect({"--metric", "rouge,rouge1"}, "--metric: rouge1 is asked for twice");
  expect({"--metric", "bleu", "--param", "tokenize=13a"}, "expected METRIC.KEY=VALUE");
  expect({"--metric", "bleu", "--param", "bleu.tokenize"}, "expected METRIC.KEY=VALUE");
  expect({"--metric", "bleu", "--param", "rouge.stemmer=yes"}, "a metric that --metric names");
  expect({"--metric", "bleu", "--param", "bleu.tokenise=13a"}, "did you mean \"tokenize\"?");
  expect({"--metric", "bleu", "--param", "bleu.tokenize=13b"}, "did you mean \"13a\"?");
  expect({"--metric", "bleu", "--param", "bleu.max_ngram_order=x"}, "a whole number >= 1");
  expect({"--metric", "numeric", "--param", "numeric.x=1"}, "numeric has no parameters");
  expect({"--metric", "exact_match", "--param", "exact_match.regexes_to_ignore=("},
         "exact_match: ");
  expect({"--metric", "bleu", "--level", "1"}, "--level: expected a number between 0 and 1");
  expect({"--metric", "bleu", "--paired-bs"}, "--paired-bs: expected two or more --input");
  expect({"--metric", "bleu", "--format", "xml"}, "--format: expected one of");
  expect({"--metric", "bleu", "--per-sample", "-"}, "--per-sample: expected a file");
  expect({"--metric", "bleu", "--list"}, "expected only one of --metric with --input");
  expect({}, "--input: expected --metric with it");
  ExpectError(Score({"--metric", "bleu"}), kExitUsage, "--metric: expected --input with it");
  ExpectError(Score({}), kExitUsage, "score: expected one of --metric with --input");
  ExpectError(Score({"--metric", "bleu", "--input", "-", "--input", "-"}), kExitUsage,
              "expected - once");
  ExpectError(Score({"--metric", "bleu", "--input", Path("a.jsonl"), "--out", Path("no/such")}),
              kExitUsage, "cannot be written; name another file with --out");
}

TEST_F(ScoreCommandTest, ListsTheCatalogueAndBeginsItsHelpWithAnExample) {
  const ProgramResult list = Score({"--list"});
  EXPECT_EQ(list.code, kExitOk);
  EXPECT_THAT(list.out, AllOf(HasSubstr("bleu "), HasSubstr(".tokenize"), HasSubstr("rougeLsum")));
  const Json json = Json::parse(Score({"--list", "--format", "json"}).out);
  EXPECT_EQ(json[0]["name"], "bleu");
  EXPECT_EQ(json[0]["parameters"][0]["values"][2], "13a");
  const ProgramResult help = Score({"--help"});
  EXPECT_EQ(help.code, kExitOk);
  EXPECT_THAT(help.out, AllOf(HasSubstr("Example:\n  mistral-eval score --metric rouge,bleu"),
                              HasSubstr("--samples"), HasSubstr("--paired-ar")));
  EXPECT_THAT(RunMain({"--help"}).out, HasSubstr("\n  score "));
}

}  // namespace
}  // namespace meval
