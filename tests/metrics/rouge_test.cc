#include "metrics/rouge.h"

#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/metric_error.h"
#include "metrics/python_random.h"
#include "metrics/unicode_text.h"

namespace meval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Texts = std::vector<std::string>;

const Texts kTypes = {"rouge1", "rouge2", "rouge3", "rougeL", "rougeLsum"};

std::string RandomText(PythonRandom& random, std::int64_t max_words) {
  std::string text;
  for (std::int64_t n = random.Below(max_words + 1); n > 0; --n) {
    text += static_cast<char>('a' + random.Below(5));
    text += random.Below(6) == 0 ? "\n" : " ";
  }
  return text;
}

TEST(Rouge, IsOneForIdenticalTextsAndZeroForDisjointOnes) {
  const Rouge rouge(kTypes, true);
  for (const auto& score : rouge.Score("one two three\nfour five", "one two three\nfour five")) {
    EXPECT_EQ(score.fmeasure, 1);
  }
  for (const auto& score : rouge.Score("one two three", "four five six")) {
    EXPECT_EQ(score.precision, 0);
    EXPECT_EQ(score.fmeasure, 0);
  }
  for (const auto& score : rouge.Score("", "")) {
    EXPECT_EQ(score.fmeasure, 0);
  }
}

TEST(Rouge, SwapsPrecisionAndRecallWithTheTexts) {
  const Rouge rouge({"rouge1", "rouge2", "rouge9", "rougeL"}, false);
  PythonRandom random(5);
  for (int round = 0; round < 300; ++round) {
    const std::string a = RandomText(random, 20);
    const std::string b = RandomText(random, 20);
    const auto forward = rouge.Score(a, b);
    const auto backward = rouge.Score(b, a);
    for (std::size_t i = 0; i < forward.size(); ++i) {
      EXPECT_EQ(forward[i].precision, backward[i].recall);
      EXPECT_EQ(forward[i].fmeasure, backward[i].fmeasure);
      EXPECT_TRUE(forward[i].fmeasure >= 0 && forward[i].fmeasure <= 1);
    }
  }
}

// The longest common subsequence cannot be longer than the unigram overlap, nor shorter than the
// union over lines allows: on texts of one line each, L and Lsum are the same.
TEST(Rouge, OrdersItsTypesAsTheirDefinitionsImply) {
  const Rouge rouge({"rouge1", "rougeL", "rougeLsum"}, false);
  PythonRandom random(6);
  for (int round = 0; round < 300; ++round) {
    std::string a = RandomText(random, 30);
    std::string b = RandomText(random, 30);
    const auto scores = rouge.Score(a, b);
    EXPECT_LE(scores[1].recall, scores[0].recall);
    EXPECT_LE(scores[2].recall, scores[0].recall);
    std::replace(a.begin(), a.end(), '\n', ' ');
    std::replace(b.begin(), b.end(), '\n', ' ');
    const auto flat = rouge.Score(a, b);
    EXPECT_EQ(flat[1].recall, flat[2].recall);
    EXPECT_EQ(flat[1].recall, scores[1].recall);
  }
}

TEST(Rouge, DoesNotDependOnWhatElseIsAskedFor) {
  PythonRandom random(8);
  const std::string a = RandomText(random, 60);
  const std::string b = RandomText(random, 60);
  const auto all = Rouge(kTypes, false).Score(a, b);
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    EXPECT_EQ(Rouge({kTypes[i]}, false).Score(a, b)[0].fmeasure, all[i].fmeasure);
  }
  const auto repeated = Rouge({"rougeL", "rougeL"}, false).Score(a, b);
  EXPECT_EQ(repeated[0].fmeasure, repeated[1].fmeasure);
}

// The definition: lower-case by Unicode's rules, then look for runs.
Texts TokensOfLowerCased(std::string_view text) {
  Texts tokens;
  bool in_token = false;
  for (const char c : Lower(text)) {
    const bool is_token = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (is_token && !in_token) {
      tokens.emplace_back();
    }
    if (is_token) {
      tokens.back() += c;
    }
    in_token = is_token;
  }
  return tokens;
}

TEST(Rouge, TokenizesEveryCharacterAsItsLowerCaseFormSays) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c < 0xD800 || c > 0xDFFF) {
      const std::string text = ToUtf8(std::u32string{U'A', c, U'b', c});
      ASSERT_EQ(RougeTokenize(text, false), TokensOfLowerCased(text)) << std::uint32_t{c};
    }
  }
}

// Lsum as its definition words it, with the whole table for each pair of lines.
using Lines = std::vector<Texts>;

Lines TokenLines(const std::string& text) {
  Lines lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else if (c != ' ') {
      lines.back().push_back(std::string(1, c));
    }
  }
  return lines;
}

void AddPlainLcs(const Texts& a, const Texts& b, std::set<std::size_t>& positions) {
  std::vector<std::vector<int>> c(a.size() + 1, std::vector<int>(b.size() + 1, 0));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      c[i][j] = a[i - 1] == b[j - 1] ? c[i - 1][j - 1] + 1 : std::max(c[i - 1][j], c[i][j - 1]);
    }
  }
  for (std::size_t i = a.size(), j = b.size(); i > 0 && j > 0;) {
    if (a[i - 1] == b[j - 1]) {
      positions.insert(i - 1);
      --i;
      --j;
    } else {
      c[i][j - 1] > c[i - 1][j] ? --j : --i;
    }
  }
}

std::int64_t PlainHits(const Lines& target, const Lines& prediction) {
  std::map<std::string, int> target_left;
  std::map<std::string, int> prediction_left;
  for (const Texts& line : target) {
    for (const std::string& token : line) {
      ++target_left[token];
    }
  }
  for (const Texts& line : prediction) {
    for (const std::string& token : line) {
      ++prediction_left[token];
    }
  }
  std::int64_t hits = 0;
  for (const Texts& line : target) {
    std::set<std::size_t> positions;
    for (const Texts& other : prediction) {
      AddPlainLcs(line, other, positions);
    }
    for (const std::size_t i : positions) {
      if (target_left[line[i]] > 0 && prediction_left[line[i]] > 0) {
        ++hits;
        --target_left[line[i]];
        --prediction_left[line[i]];
      }
    }
  }
  return hits;
}

TEST(Rouge, UnitesTheSubsequencesOfLinesAsTheDefinitionWordsIt) {
  const Rouge rouge({"rougeLsum"}, false);
  PythonRandom random(9);
  for (int round = 0; round < 400; ++round) {
    const std::string a = "a " + RandomText(random, round % 10 == 0 ? 400 : 40);
    const std::string b = "b " + RandomText(random, round % 10 == 0 ? 400 : 40);
    const RougeScore score = rouge.Score(a, b)[0];
    const auto hits = static_cast<double>(PlainHits(TokenLines(a), TokenLines(b)));
    EXPECT_EQ(score.recall, hits / static_cast<double>(RougeTokenize(a, false).size())) << a;
    EXPECT_EQ(score.precision, hits / static_cast<double>(RougeTokenize(b, false).size())) << b;
  }
}

TEST(Rouge, ScoresDocumentsAsOneByOneOnAnyNumberOfThreads) {
  const Rouge rouge(kTypes, true);
  PythonRandom random(10);
  std::vector<RougeTargets> targets;
  Texts predictions;
  for (int i = 0; i < 100; ++i) {
    targets.emplace_back();
    for (std::int64_t n = 1 + random.Below(3); n > 0; --n) {
      targets.back().push_back(RandomText(random, 30));
    }
    predictions.push_back(RandomText(random, 30));
  }
  for (const int num_threads : {1, 2, 5}) {
    const auto scores = rouge.ScoreDocuments(targets, predictions, num_threads);
    ASSERT_EQ(scores.size(), targets.size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const auto alone = rouge.ScoreMulti(targets[i], predictions[i]);
      for (std::size_t t = 0; t < kTypes.size(); ++t) {
        EXPECT_EQ(scores[i][t].precision, alone[t].precision) << i << " " << kTypes[t];
        EXPECT_EQ(scores[i][t].recall, alone[t].recall) << i << " " << kTypes[t];
        EXPECT_EQ(scores[i][t].fmeasure, alone[t].fmeasure) << i << " " << kTypes[t];
      }
    }
  }
}

TEST(Rouge, NamesTheDocumentInItsErrors) {
  const Rouge rouge(kTypes, false);
  const auto message_of = [&](std::vector<RougeTargets> targets, const Texts& predictions) {
    try {
      rouge.ScoreDocuments(targets, predictions, 2);
    } catch (const MetricError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(message_of({{"a"}, {"b", "c\xFF"}}, {"a", "b"}),
              HasSubstr("document 1, target 1: ill-formed UTF-8 at byte offset 1"));
  EXPECT_THAT(message_of({{"a"}, {"b"}}, {"\x80", "b"}), HasSubstr("document 0, prediction: "));
  EXPECT_THAT(message_of({{"a"}, {}}, {"a", "b"}), HasSubstr("document 1: no targets"));
  EXPECT_THAT(message_of({{"a"}}, {"a", "b"}), HasSubstr("2 predictions but 1 references"));
  EXPECT_THAT(message_of({}, {}), HasSubstr("no documents to score"));
}

TEST(Rouge, TokenizesAsciiLettersAndDigitsOnly) {
  EXPECT_THAT(RougeTokenize("naïve \u212Aelvin 3.5 日本", false),
              ElementsAre("na", "ve", "kelvin", "3", "5"));
  EXPECT_THAT(RougeTokenize("runs running dies", true), ElementsAre("run", "run", "die"));
}

TEST(Rouge, RefusesUnknownTypesNoTargetsAndBadText) {
  for (const std::string type : {"rouge0", "rouge10", "rouge", "rougel", "rougeW", "bleu", ""}) {
    try {
      Rouge({type}, false);
      FAIL() << type;
    } catch (const MetricError& error) {
      EXPECT_THAT(error.what(), HasSubstr("\"" + type + "\""));
      EXPECT_THAT(error.what(), HasSubstr("rougeLsum"));
    }
  }
  EXPECT_THROW(Rouge({}, false), MetricError);
  const Rouge rouge(kTypes, false);
  EXPECT_THROW(rouge.ScoreMulti({}, "a"), MetricError);
  EXPECT_THROW(rouge.Score("a\xFF", "b"), MetricError);
  EXPECT_THROW(rouge.Score("a", "\xC3("), MetricError);
  EXPECT_THROW(RougeTokenize("\x80", false), MetricError);
}

}  // namespace
}  // namespace meval
