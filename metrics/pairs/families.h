#ifndef MEVAL_METRICS_PAIRS_FAMILIES_H_
#define MEVAL_METRICS_PAIRS_FAMILIES_H_

// The parts of the catalogue: what each file of this folder adds to it.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "metrics/pair_metric.h"
#include "metrics/pairs/parameters.h"

namespace meval::pairs {

struct Family {
  PairMetricEntry entry;
  std::function<std::unique_ptr<PairMetric>(const Parameters&)> make;
};

std::vector<Family> OverlapFamilies();      // bleu, chrf, chrf++, ter
std::vector<Family> RougeFamilies();        // rouge, rouge1 .. rouge9, rougeL, rougeLsum
std::vector<Family> AnswerFamilies();       // exact_match, numeric
std::vector<Family> QuestionFamilies();     // squad, squad_v2, nq_em, triviaqa, coqa, drop
std::vector<Family> MathFamilies();         // hendrycks_math, minerva_math, math_equiv_symbolic
std::vector<Family> LabelFamilies();        // labels, accuracy, macro_f1, mcc, ...
std::vector<Family> DialogueFamilies();     // quac_f1, quac_f1_official, quac_heq
std::vector<Family> InstructionFamilies();  // ifeval_prompt_strict, ifeval_inst_loose, ...

// The field nrefs of a signature.
std::string ReferenceField(std::span<const AnswerPair> pairs);

// A metric whose scores are means over pairs. Its statistics are the pair's scores and a 1.
class MeanMetric : public PairMetric {
 public:
  using PairMetric::PairMetric;
  std::size_t num_statistics() const final { return scores().size() + 1; }
  double Score(std::size_t score, std::span<const double> sums) const final {
    return sums[score] / sums.back();
  }

 protected:
  void CountPair(const AnswerPair& pair, std::span<double> statistics) const final {
    ScorePair(pair, statistics.first(scores().size()));
    statistics.back() = 1;
  }
  // Writes the pair's scores.
  virtual void ScorePair(const AnswerPair& pair, std::span<double> scores) const = 0;
};

}  // namespace meval::pairs

#endif  // MEVAL_METRICS_PAIRS_FAMILIES_H_
