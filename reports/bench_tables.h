#ifndef MEVAL_REPORTS_BENCH_TABLES_H_
#define MEVAL_REPORTS_BENCH_TABLES_H_

// A benchmark in the words and rounded numbers people read. Console, Markdown and HTML lay out what
// is made here, so they cannot disagree.

#include <iosfwd>
#include <string>
#include <vector>

#include "reports/bench_record.h"
#include "reports/text_table.h"

namespace meval {

struct BenchTable {
  std::string title;
  TextTable table;
  std::vector<std::string> notes;  // sentences below it
};

// One for each kind of test that ran.
std::vector<BenchTable> BenchTables(const BenchReport& report);

// "mistral-eval 0.1.0 (label): model tiny, f32"
std::string BenchHeadline(const BenchReport& report);
// The machine and what it can do at most, in sentences.
std::vector<std::string> BenchFacts(const BenchReport& report);

// A table as Markdown, and an empty line.
void WriteMarkdownTable(const TextTable& table, std::ostream& out);

// "512+128 (server, 2.5/s)": what tells one serving test of a report from another.
std::string ServingTitle(const ServingTest& test);

}  // namespace meval

#endif  // MEVAL_REPORTS_BENCH_TABLES_H_
