#ifndef MEVAL_REPORTS_BENCH_REPORT_H_
#define MEVAL_REPORTS_BENCH_REPORT_H_

// The formats of a benchmark. docs/report-schema.md describes the keys of bench.json.

#include <iosfwd>
#include <string>

#include "reports/bench_record.h"

namespace meval {

void WriteBenchConsole(const BenchReport& report, int width, bool color, std::ostream& out);
void WriteBenchMarkdown(const BenchReport& report, std::ostream& out);
// One row for each figure of each test.
void WriteBenchCsv(const BenchReport& report, std::ostream& out);

// bench.json: everything, with every measurement. std::logic_error for a number that is not finite,
// naming its field.
void WriteBenchJson(const BenchReport& report, std::ostream& out);
// Reads it back. Throws ReportError naming `name` and the field.
BenchReport ReadBenchJson(std::istream& in, const std::string& name);

// One line for each throughput test of one sequence with the keys of `llama-bench -o jsonl`, which
// llama.cpp's scripts/compare-llama-bench.py reads. The build's name stands for its commit.
void WriteLlamaBenchJsonl(const BenchReport& report, std::ostream& out);

// A serving test with the keys of `vllm bench serve --save-result`.
void WriteVllmJson(const BenchReport& report, const ServingTest& test, std::ostream& out);
// All serving tests as the records that vLLM's compare-json-results.py reads.
void WriteVllmResults(const BenchReport& report, std::ostream& out);

// A page with roofline, throughput and latency by batch, and percentiles: no script, no network.
void WriteBenchHtml(const BenchReport& report, std::ostream& out);

}  // namespace meval

#endif  // MEVAL_REPORTS_BENCH_REPORT_H_
