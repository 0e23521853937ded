#include "reports/journal.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/checksum.h"
#include "reports/error.h"
#include "tests/reports/golden.h"
#include "tests/reports/temp_directory.h"

namespace meval {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kRun = "5eed";

// A line as the writer ends it, checksum included.
std::string Signed(const std::string& object) {
  const std::string head = object.substr(0, object.size() - 1);
  return head + ",\"check\":\"" + Checksum(head) + "\"}\n";
}
std::string Header(const std::string& run = kRun, int format = 2) {
  return Signed(R"({"journal":"mistral-eval","format":)" + std::to_string(format) + R"(,"run":")" +
                run + R"("})");
}
const std::string kGood = Signed(R"({"key":"a","logprob":-1.0,"is_greedy":false,"num_tokens":1})");

std::string Key(int i) { return std::string(60, 'a') + std::to_string(1000 + i); }

std::string ErrorOf(const std::filesystem::path& path) {
  try {
    ReadJournal(path, kRun);
  } catch (const ReportError& error) {
    return error.what();
  }
  return "accepted";
}

std::vector<std::string> DifficultTexts() {
  std::string controls;
  for (int c = 0; c < 128; ++c) controls += static_cast<char>(c);
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(static_cast<unsigned char>(c));
  return {"",
          " leading and trailing ",
          controls,
          "\u2028\u2029\u0085\u00a0",
          bytes,
          "\xE4\xB8",
          "\xFF",
          "\U0001F600 \u4e2d\u6587",
          "\uFFFD",
          "\"\\/\b\f\n\r\t",
          "{\"key\":\"x\"}",
          std::string("\0\0", 2)};
}

TEST(Journal, AbsentFileIsEmpty) {
  const testing::TempDirectory directory;
  const JournalContents contents = ReadJournal(directory / "journal.jsonl", kRun);
  EXPECT_TRUE(contents.scores.empty());
  EXPECT_TRUE(contents.generations.empty());
  EXPECT_EQ(contents.dropped_bytes, 0);
}

TEST(Journal, LooksLikeItsGolden) {
  const testing::TempDirectory directory;
  {
    JournalWriter writer(directory / "journal.jsonl", kRun);
    writer.Add("3f2a", {-12.75, true, 3});
    writer.Add("9c01", 0, {" The answer is 2.\n", "stop", 6});
    writer.Add("9c01", 1, {"\xE4\xB8", "length", 1});
  }
  testing::ExpectGolden("journal.jsonl", testing::ReadFile(directory / "journal.jsonl"));
}

TEST(Journal, DoublesReadBackToTheSameBits) {
  const testing::TempDirectory directory;
  std::mt19937_64 random(11);
  std::vector<double> values = {0.0, -0.0, 5e-324, -1.7976931348623157e308, -1, 0.1, 1e300, -1e15};
  while (values.size() < 20000) {
    const double value = std::bit_cast<double>(random());
    if (std::isfinite(value)) values.push_back(value);
  }
  {
    JournalWriter writer(directory / "j", kRun);
    for (std::size_t i = 0; i < values.size(); ++i) {
      writer.Add(std::to_string(i), {values[i], i % 2 == 0, static_cast<std::int64_t>(i)});
    }
  }
  const JournalContents contents = ReadJournal(directory / "j", kRun);
  ASSERT_EQ(contents.scores.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const JournalScore& score = contents.scores.at(std::to_string(i));
    ASSERT_EQ(std::bit_cast<std::uint64_t>(score.logprob), std::bit_cast<std::uint64_t>(values[i]));
    ASSERT_EQ(score.is_greedy, i % 2 == 0);
    ASSERT_EQ(score.num_tokens, static_cast<std::int64_t>(i));
  }
}

TEST(Journal, TextsReadBackByteForByte) {
  const testing::TempDirectory directory;
  const std::vector<std::string> texts = DifficultTexts();
  {
    JournalWriter writer(directory / "j", kRun);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      writer.Add("k#1", static_cast<std::int64_t>(i), {texts[i], "eos", 9});
    }
  }
  const JournalContents contents = ReadJournal(directory / "j", kRun);
  ASSERT_EQ(contents.generations.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const JournalGeneration& generation = contents.generations.at("k#1#" + std::to_string(i));
    EXPECT_EQ(generation.text, texts[i]);
    EXPECT_EQ(generation.stop_reason, "eos");
    EXPECT_EQ(generation.num_tokens, 9);
  }
  EXPECT_EQ(contents.dropped_bytes, 0);
}

TEST(Journal, LaterLinesWin) {
  const testing::TempDirectory directory;
  {
    JournalWriter writer(directory / "j", kRun);
    writer.Add("k", {-1, false, 1});
    writer.Add("k", 0, {"old", "eos", 1});
    writer.Add("k", {-2, true, 2});
    writer.Add("k", 0, {"new", "stop", 2});
  }
  const JournalContents contents = ReadJournal(directory / "j", kRun);
  EXPECT_EQ(contents.scores.at("k").logprob, -2);
  EXPECT_EQ(contents.generations.at("k#0").text, "new");
}

// Cut at every byte: the reader gives the lines that are whole, and a writer goes on behind them.
TEST(Journal, RecoversFromACutAtEveryByte) {
  const testing::TempDirectory directory;
  {
    JournalWriter writer(directory / "whole", kRun);
    writer.Add("a", {-1.5, false, 1});
    writer.Add("b", 0, {"caf\u00e9 \xFF", "eos", 1});
    writer.Add("c", {-2.5, true, 2});
  }
  const std::string whole = testing::ReadFile(directory / "whole");
  const std::filesystem::path path = directory / "cut";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    testing::WriteFile(path, whole.substr(0, size));
    const std::size_t line_end = size == 0 ? std::string::npos : whole.rfind('\n', size - 1);
    const std::size_t kept = line_end == std::string::npos ? 0 : line_end + 1;
    const auto all_lines = static_cast<std::size_t>(
        std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kept), '\n'));
    const std::size_t lines = all_lines == 0 ? 0 : all_lines - 1;  // but the first
    const JournalContents before = ReadJournal(path, kRun);
    ASSERT_EQ(before.scores.size() + before.generations.size(), lines) << size;
    ASSERT_EQ(before.dropped_bytes, static_cast<std::int64_t>(size - kept));
    { JournalWriter(path, kRun).Add("d", {-4, false, 4}); }
    const JournalContents after = ReadJournal(path, kRun);
    ASSERT_EQ(after.scores.size() + after.generations.size(), lines + 1) << size;
    ASSERT_EQ(after.dropped_bytes, 0);
    ASSERT_EQ(testing::ReadFile(path).substr(0, kept), whole.substr(0, kept));
  }
}

// A crash of the machine can leave garbage with a line end; it must not stay in the middle.
TEST(Journal, CutsALastLineOfGarbageToo) {
  const testing::TempDirectory directory;
  const std::filesystem::path path = directory / "j";
  std::string flipped = kGood;
  flipped[20] ^= 1;
  for (const std::string& garbage :
       {std::string("\n"), std::string("{}\n"), std::string(70000, '\0') + "\n",
        std::string(70000, '\0'), std::string(200000, 'x'), flipped,
        Signed(R"({"key":"b","logprob":1e999,"is_greedy":false,"num_tokens":1})")}) {
    for (const std::string& head : {std::string(), Header(), Header() + kGood}) {
      testing::WriteFile(path, head + garbage);
      EXPECT_EQ(ReadJournal(path, kRun).dropped_bytes, static_cast<std::int64_t>(garbage.size()));
      { JournalWriter(path, kRun).Add("b", {-2, true, 1}); }
      const JournalContents contents = ReadJournal(path, kRun);
      EXPECT_EQ(contents.scores.size(), head.size() > Header().size() ? 2U : 1U);
      EXPECT_EQ(contents.dropped_bytes, 0);
    }
  }
}

TEST(Journal, KeepsALastLineLongerThanOneBlock) {
  const testing::TempDirectory directory;
  const std::filesystem::path path = directory / "j";
  const std::string text(300000, 'x');
  { JournalWriter(path, kRun).Add("a", 0, {text, "eos", 1}); }
  { JournalWriter(path, kRun).Add("b", 0, {text, "eos", 1}); }
  { JournalWriter(path, kRun).Add("c", {-1, true, 1}); }
  const JournalContents contents = ReadJournal(path, kRun);
  EXPECT_EQ(contents.generations.size(), 2U);
  EXPECT_EQ(contents.generations.at("b#0").text, text);
  EXPECT_EQ(contents.scores.size(), 1U);
}

TEST(Journal, NamesTheLineThatIsNotOne) {
  const testing::TempDirectory directory;
  const std::filesystem::path path = directory / "j";
  testing::WriteFile(path, Header() + kGood + kGood);
  EXPECT_EQ(ErrorOf(path), "accepted");
  for (const std::string bad :
       {"{}", R"({"key":"a"})", R"({"key":1,"logprob":-1,"is_greedy":false,"num_tokens":1})",
        R"({"logprob":-1,"is_greedy":false,"num_tokens":1,"sample":0})",
        R"({"key":"a","logprob":"-1","is_greedy":false,"num_tokens":1})",
        R"({"key":"a","logprob":null,"is_greedy":false,"num_tokens":1})",
        R"({"key":"a","logprob":-1,"is_greedy":0,"num_tokens":1})",
        R"({"key":"a","logprob":-1,"is_greedy":false,"num_tokens":1.5})",
        R"({"key":"a","logprob":-1,"is_greedy":false,"num_tokens":1,"more":1})",
        R"({"key":"a","logprob":-1,"is_greedy":false,"other":1})",
        R"({"key":"a","logprob":NaN,"is_greedy":false,"num_tokens":1})",
        R"({"key":"a","sample":0,"text":"t","stop_reason":"eos"})",
        R"({"key":"a","sample":"0","text":"t","stop_reason":"eos","num_tokens":1})",
        R"({"key":"a","sample":0,"text":7,"stop_reason":"eos","num_tokens":1})",
        R"({"key":"a","sample":0,"text":"t","stop_reason":null,"num_tokens":1})",
        R"({"key":"a","sample":0,"text_hex":"abc","stop_reason":"eos","num_tokens":1})",
        R"({"key":"a","sample":0,"text_hex":"zz","stop_reason":"eos","num_tokens":1})",
        R"({"key":"a","sample":0,"other":"zz","stop_reason":"eos","num_tokens":1})"}) {
    testing::WriteFile(path, Header() + kGood + Signed(bad) + kGood);
    EXPECT_THAT(ErrorOf(path), HasSubstr(path.string() + ":3: expected a score or a completion"))
        << bad;
  }
  for (const std::string bad : {"", "x", "[]", "{}", "null", "\0", R"({"key":"a"})",
                                R"({"key":"a","logprob":-1,"is_greedy":false,"num_tokens":1})"}) {
    testing::WriteFile(path, Header() + kGood + bad + "\n" + kGood);
    EXPECT_THAT(ErrorOf(path), HasSubstr(path.string() + ":3: expected a journal line")) << bad;
  }
}

// Every byte of every line is under a checksum: a flip of any bit is seen, and the line named.
TEST(Journal, NoticesAFlippedBitAnywhere) {
  const testing::TempDirectory directory;
  const std::filesystem::path path = directory / "j";
  const std::string line =
      Signed(R"({"key":"b","sample":0,"text":"caf\u00e9","stop_reason":"eos","num_tokens":1})");
  const std::string head = Header() + kGood;
  testing::WriteFile(path, head + line + kGood);
  ASSERT_EQ(ErrorOf(path), "accepted");
  for (std::size_t byte = 0; byte + 1 < line.size(); ++byte) {
    for (const int bit : {0, 3, 6}) {
      std::string damaged = line;
      damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
      testing::WriteFile(path, head + damaged + kGood);
      EXPECT_THAT(ErrorOf(path),
                  AllOf(HasSubstr(path.string() + ":3: "),
                        HasSubstr("delete the line to have its request asked again")))
          << byte << ' ' << bit;
      EXPECT_THROW(JournalWriter(path, kRun), ReportError);
      EXPECT_EQ(testing::ReadFile(path), head + damaged + kGood);  // not ours to cut
    }
  }
  std::string damaged = line;
  damaged[8] = 'c';
  testing::WriteFile(path, head + damaged + kGood);
  EXPECT_THAT(ErrorOf(path), HasSubstr("the line is damaged: its checksum is " +
                                       Checksum(damaged.substr(0, damaged.size() - 29)) +
                                       ", it says " + line.substr(line.size() - 19, 16)));
  // What the message advises.
  testing::WriteFile(path, head + kGood);
  EXPECT_EQ(ErrorOf(path), "accepted");
}

TEST(Journal, NoticesADamagedFirstLine) {
  const testing::TempDirectory directory;
  const std::filesystem::path path = directory / "j";
  const std::string header = Header();
  for (std::size_t byte = 0; byte + 1 < header.size(); ++byte) {
    std::string damaged = header;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 1);
    testing::WriteFile(path, damaged + kGood + kGood);
    EXPECT_THAT(ErrorOf(path), HasSubstr(path.string() + ":1: ")) << byte;
  }
  testing::WriteFile(path, kGood + kGood);
  EXPECT_THAT(ErrorOf(path), AllOf(HasSubstr(":1: expected the journal's first line"),
                                   HasSubstr("delete the journal to begin again")));
}

TEST(Journal, OfAnotherRunIsRefusedAndLeftAlone) {
  const testing::TempDirectory directory;
  const std::filesystem::path path = directory / "j";
  for (const std::string& text :
       {Header("0ther"), Header("0ther") + kGood, Header("0ther") + kGood + "{\"torn"}) {
    testing::WriteFile(path, text);
    EXPECT_THAT(ErrorOf(path),
                AllOf(HasSubstr(path.string() + ":1: "), HasSubstr("(5eed), found that of another"),
                      HasSubstr("(0ther)"), HasSubstr("choose another --out")));
    EXPECT_THROW(JournalWriter(path, kRun), ReportError);
    EXPECT_EQ(testing::ReadFile(path), text);
  }
}

TEST(Journal, OfAnotherFormatIsRefusedAndLeftAlone) {
  const testing::TempDirectory directory;
  const std::filesystem::path path = directory / "j";
  const std::string first = R"({"key":"a","logprob":-1.0,"is_greedy":false,"num_tokens":1})"
                            "\n";
  for (const auto& [text, format] :
       std::vector<std::pair<std::string, std::string>>{{first, "1"},
                                                        {first + first, "1"},
                                                        {Header(kRun, 3), "3"},
                                                        {Header(kRun, 3) + "new\n", "3"}}) {
    testing::WriteFile(path, text);
    EXPECT_THAT(
        ErrorOf(path),
        AllOf(HasSubstr(":1: expected a journal of format 2, found one of format " + format),
              HasSubstr("the version of mistral-eval that began it")));
    EXPECT_THROW(JournalWriter(path, kRun), ReportError);
    EXPECT_EQ(testing::ReadFile(path), text);
  }
}

TEST(JournalWriter, SaysWhatWasThereWhenItOpened) {
  const testing::TempDirectory directory;
  {
    JournalWriter writer(directory / "j", kRun);
    EXPECT_TRUE(writer.finished().scores.empty());
    writer.Add("a", {-1, false, 1});
    EXPECT_TRUE(writer.finished().scores.empty());
  }
  const JournalWriter again(directory / "j", kRun);
  EXPECT_EQ(again.finished().scores.at("a").logprob, -1);
}

// The same line twice, as two overlapping attempts would have left it, is one result.
TEST(Journal, ALineTwiceCountsOnce) {
  const testing::TempDirectory directory;
  testing::WriteFile(directory / "j", Header() + kGood + kGood + kGood);
  EXPECT_EQ(ReadJournal(directory / "j", kRun).scores.size(), 1U);
}

TEST(JournalWriter, FlushHandsLinesToTheSystemAtOnce) {
  const testing::TempDirectory directory;
  JournalWriter writer(directory / "j", kRun);
  EXPECT_EQ(testing::ReadFile(directory / "j"), Header());
  writer.Add("a", {-1.0, false, 1});
  EXPECT_EQ(testing::ReadFile(directory / "j"), Header());
  writer.Flush();
  EXPECT_EQ(testing::ReadFile(directory / "j"), Header() + kGood);
}

TEST(Journal, RefusesWhatCannotBeAFile) {
  const testing::TempDirectory directory;
  EXPECT_THAT(ErrorOf(directory.path()), HasSubstr("is not a regular file"));
  EXPECT_THAT(ErrorOf("/proc/self/mem"), HasSubstr("/proc/self/mem: cannot be read"));
  EXPECT_THROW(JournalWriter(directory.path(), kRun), ReportError);
  EXPECT_THROW(JournalWriter(directory / "absent" / "j", kRun), ReportError);
  EXPECT_THROW(JournalWriter("/dev/full", kRun), ReportError);
}

TEST(Journal, RefusesASecondWriterWhileTheFirstLives) {
  const testing::TempDirectory directory;
  auto first = std::make_unique<JournalWriter>(directory / "j", kRun);
  first->Add("a", {-1, false, 1});
  try {
    JournalWriter second(directory / "j", kRun);
    FAIL();
  } catch (const ReportError& error) {
    EXPECT_THAT(error.what(), HasSubstr("another process is writing it"));
  }
  first.reset();
  EXPECT_NO_THROW(JournalWriter(directory / "j", kRun));
  EXPECT_EQ(ReadJournal(directory / "j", kRun).scores.size(), 1U);
}

TEST(Journal, RefusesValuesItCouldNotReadBack) {
  const testing::TempDirectory directory;
  JournalWriter writer(directory / "j", kRun);
  EXPECT_THROW(writer.Add("a", {std::nan(""), false, 1}), std::logic_error);
  EXPECT_THROW(writer.Add("a", {-std::numeric_limits<double>::infinity(), false, 1}),
               std::logic_error);
  EXPECT_THROW(writer.Add("\xFF", {-1, false, 1}), std::logic_error);
  EXPECT_THROW(writer.Add("\xFF", 0, {"t", "eos", 1}), std::logic_error);
  EXPECT_THROW(writer.Add("a", 0, {"t", "\xFF", 1}), std::logic_error);
  writer.Sync();
  EXPECT_EQ(testing::ReadFile(directory / "j"), Header());
}

TEST(Journal, SyncsByItselfEvery512Lines) {
  const testing::TempDirectory directory;
  JournalWriter writer(directory / "j", kRun);
  for (int i = 0; i < 511; ++i) writer.Add(Key(i), {-1, false, 1});
  EXPECT_EQ(ReadJournal(directory / "j", kRun).scores.size(), 0U);
  writer.Add(Key(511), {-1, false, 1});
  EXPECT_EQ(ReadJournal(directory / "j", kRun).scores.size(), 512U);
}

// A full disk in the middle of a line: the error says so, and once there is room the same writer
// goes on without a gap or a doubled byte.
TEST(Journal, GoesOnAfterAWriteThatFailedHalfWay) {
  const testing::TempDirectory directory;
  JournalWriter writer(directory / "j", kRun);
  for (int i = 0; i < 20; ++i) writer.Add(Key(i), {-0.5 * i, false, 1});
  rlimit old_limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 1000;
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::string message;
  try {
    writer.Sync();
  } catch (const ReportError& error) {
    message = error.what();
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  ::signal(SIGXFSZ, old_handler);
  EXPECT_THAT(message, HasSubstr("cannot be written"));
  EXPECT_EQ(testing::ReadFile(directory / "j").size(), 1000U);
  EXPECT_GT(ReadJournal(directory / "j", kRun).dropped_bytes, 0);
  writer.Sync();
  const JournalContents contents = ReadJournal(directory / "j", kRun);
  EXPECT_EQ(contents.scores.size(), 20U);
  EXPECT_EQ(contents.dropped_bytes, 0);
}

// The promise: kill -9 at any moment loses nothing that was synced, and the journal goes on.
TEST(Journal, SurvivesKill) {
  const testing::TempDirectory directory;
  const std::filesystem::path path = directory / "j";
  int next = 0;
  for (int round = 0; round < 5; ++round) {
    int synced[2];
    ASSERT_EQ(::pipe(synced), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(synced[0]);
      JournalWriter writer(path, kRun);
      for (int i = next;; ++i) {
        writer.Add(Key(i), {-1.0 / (i + 1), i % 3 == 0, i});
        if (i % 7 != 0) continue;
        writer.Sync();
        if (::write(synced[1], &i, sizeof i) != sizeof i) ::_exit(1);
      }
    }
    ::close(synced[1]);
    int last_synced = -1;
    for (int reads = 0; reads < 5 + 17 * round; ++reads) {
      ASSERT_EQ(::read(synced[0], &last_synced, sizeof last_synced),
                static_cast<ssize_t>(sizeof last_synced));
    }
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ::close(synced[0]);

    const JournalContents contents = ReadJournal(path, kRun);
    const int count = static_cast<int>(contents.scores.size());
    ASSERT_GT(count, last_synced) << "a synced line is gone";
    for (int i = 0; i < count; ++i) {
      const JournalScore& score = contents.scores.at(Key(i));
      ASSERT_EQ(score.logprob, -1.0 / (i + 1));
      ASSERT_EQ(score.num_tokens, i);
    }
    next = count;
  }
}

TEST(Journal, ReadsManyLinesFast) {
  const testing::TempDirectory directory;
  constexpr int kLines = 56168;  // MMLU: 14 042 records, 4 choices
  std::string text = Header();
  for (int i = 0; i < kLines; ++i) {
    text += Signed(R"({"key":")" + Key(i) +
                   R"(","logprob":-12.345678901234567,"is_greedy":false,)" + R"("num_tokens":3})");
  }
  testing::WriteFile(directory / "j", text);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(ReadJournal(directory / "j", kRun).scores.size(), static_cast<std::size_t>(kLines));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  RecordProperty("seconds", std::to_string(elapsed.count()));
  // Generous: a loaded machine with sanitizers. A quadratic reader takes minutes.
  EXPECT_LT(elapsed.count(), 10.0);
}

}  // namespace
}  // namespace meval
