// Answers to questions of a dialogue, as QuAC's script scores them (metrics/quac.h).

#include <utility>

#include "metrics/pairs/families.h"
#include "metrics/quac.h"
#include "metrics/signature.h"

namespace meval::pairs {
namespace {

// The mean of the largest F1 over all references.
class QuacMetric final : public MeanMetric {
 public:
  QuacMetric() : MeanMetric({{.name = "quac_f1", .unit = "fraction", .highest = 1}}) {}
  std::string SignatureOf(std::size_t /*score*/, std::span<const AnswerPair> pairs) const override {
    return Signature().Add("nrefs", ReferenceField(pairs)).Add("rules", "squad_v1").Text();
  }

 protected:
  void ScorePair(const AnswerPair& pair, std::span<double> scores) const override {
    scores[0] = QuacF1(pair.predictions[0], pair.references);
  }
};

// Over the questions that people agree on. Statistics: their scores, and how many they are.
class OfficialQuacMetric final : public PairMetric {
 public:
  OfficialQuacMetric(const std::string& name, bool is_heq)
      : PairMetric({{.name = name, .unit = "fraction", .highest = 1, .is_mean = false}}),
        is_heq_(is_heq) {}
  std::size_t num_statistics() const override { return 2; }
  double Score(std::size_t /*score*/, std::span<const double> sums) const override {
    return sums[1] == 0 ? 0 : sums[0] / sums[1];
  }
  std::string SignatureOf(std::size_t /*score*/, std::span<const AnswerPair> pairs) const override {
    return Signature().Add("nrefs", ReferenceField(pairs)).Add("rules", "quac").Text();
  }

 protected:
  void CountPair(const AnswerPair& pair, std::span<double> statistics) const override {
    const auto score = ScoreQuacOfficially(pair.predictions[0], pair.references);
    statistics[0] = !score ? 0 : is_heq_ ? (score->equals_human ? 1 : 0) : score->f1;
    statistics[1] = score ? 1 : 0;
  }

 private:
  bool is_heq_;
};

Family Official(const std::string& name, const std::string& title, bool is_heq) {
  return {{.name = name, .title = title, .scores = {name}, .parameters = {}},
          [name, is_heq](const Parameters& /*none*/) -> std::unique_ptr<PairMetric> {
            return std::make_unique<OfficialQuacMetric>(name, is_heq);
          }};
}

}  // namespace

std::vector<Family> DialogueFamilies() {
  std::vector<Family> families;
  families.push_back({{.name = "quac_f1",
                       .title = "F1 of QuAC, the best over all references",
                       .scores = {"quac_f1"},
                       .parameters = {}},
                      [](const Parameters& /*none*/) -> std::unique_ptr<PairMetric> {
                        return std::make_unique<QuacMetric>();
                      }});
  families.push_back(Official("quac_f1_official",
                              "F1 of QuAC as its script has it: each reference left out once, "
                              "questions without agreement left out",
                              false));
  families.push_back(
      Official("quac_heq",
               "share of QuAC's questions answered at least as well as people do (HEQ-Q)", true));
  return families;
}

}  // namespace meval::pairs
