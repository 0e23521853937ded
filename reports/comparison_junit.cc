#include <algorithm>
#include <ostream>
#include <string>

#include "reports/comparison_report.h"
#include "reports/comparison_text.h"
#include "reports/summary.h"
#include "reports/xml_text.h"

namespace meval {
namespace {

void WriteFlips(const TaskComparison& task, std::size_t run, std::size_t most_flips,
                std::ostream& out) {
  const PairComparison& pair = task.pairs[run - 1];
  const std::size_t shown = std::min(pair.flips.size(), most_flips);
  for (std::size_t i = 0; i < shown; ++i) {
    const Flip& flip = pair.flips[i];
    out << '\n'
        << ShownScore(task, flip.baseline_score) << " \u2192 "
        << ShownScore(task, flip.system_score) << ' ' << EscapeXml(FlipLine(flip, run));
  }
  if (shown < pair.flips.size()) {
    out << "\nand " << Grouped(static_cast<std::int64_t>(pair.flips.size() - shown)) << " more";
  }
}

void WriteCase(const Comparison& comparison, const TaskComparison& task, std::size_t run,
               const ComparisonGate& gate, std::ostream& out) {
  const PairComparison& pair = task.pairs[run - 1];
  const std::string sentence = VerdictSentence(comparison, task, run);
  out << "    <testcase" << XmlAttribute("classname", "mistral-eval." + task.task)
      << XmlAttribute("name", task.metric + " of " + comparison.runs[run].name) << ">\n";
  if (gate.Fails(pair.verdict)) {
    out << "      <failure" << XmlAttribute("type", Name(pair.verdict))
        << XmlAttribute("message", sentence) << '>';
    WriteFlips(task, run, gate.most_flips, out);
    out << "\n      </failure>\n";
  }
  out << "      <system-out>" << EscapeXml(sentence);
  if (const std::string speed = SpeedSentence(task, run); !speed.empty()) {
    out << '\n' << EscapeXml(speed);
  }
  out << "</system-out>\n    </testcase>\n";
}

void WriteSuite(const Comparison& comparison, const TaskComparison& task,
                const ComparisonGate& gate, std::ostream& out) {
  const auto failures =
      std::count_if(task.pairs.begin(), task.pairs.end(),
                    [&](const PairComparison& pair) { return gate.Fails(pair.verdict); });
  out << "  <testsuite" << XmlAttribute("name", task.task)
      << XmlAttribute("tests", std::to_string(task.pairs.size()))
      << XmlAttribute("failures", std::to_string(failures)) << " errors=\"0\" skipped=\"0\">\n";
  for (std::size_t run = 1; run < comparison.runs.size(); ++run) {
    WriteCase(comparison, task, run, gate, out);
  }
  for (const std::string& note : task.notes) {
    out << "    <system-out>" << EscapeXml(note) << "</system-out>\n";
  }
  out << "  </testsuite>\n";
}

}  // namespace

void WriteComparisonJunit(const Comparison& comparison, const ComparisonGate& gate,
                          std::ostream& out) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites"
      << XmlAttribute("name", "mistral-eval compare: " + Tally(comparison)) << ">\n";
  for (const TaskComparison& task : comparison.tasks) WriteSuite(comparison, task, gate, out);
  out << "</testsuites>\n";
}

}  // namespace meval
