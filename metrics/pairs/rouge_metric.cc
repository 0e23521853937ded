#include <cstddef>

#include "metrics/pairs/families.h"
#include "metrics/rouge.h"
#include "metrics/signature.h"

namespace meval::pairs {
namespace {

std::vector<PairScore> Scores(const std::vector<std::string>& types) {
  std::vector<PairScore> scores;
  for (const std::string& type : types) {
    scores.push_back({.name = type, .unit = "percent", .highest = 100});
  }
  return scores;
}

// 100 F of each type, against the reference where it is highest.
class RougeMetric final : public MeanMetric {
 public:
  RougeMetric(const std::vector<std::string>& types, bool use_stemmer)
      : MeanMetric(Scores(types)), use_stemmer_(use_stemmer), rouge_(types, use_stemmer) {}

  std::string SignatureOf(std::size_t /*score*/, std::span<const AnswerPair> pairs) const override {
    return Signature()
        .Add("nrefs", ReferenceField(pairs))
        .Add("stem", use_stemmer_ ? "porter" : "no")
        .Text();
  }

 protected:
  void ScorePair(const AnswerPair& pair, std::span<double> scores) const override {
    const auto values = rouge_.ScoreMulti(pair.references, pair.predictions[0]);
    for (std::size_t i = 0; i < values.size(); ++i) scores[i] = 100 * values[i].fmeasure;
  }

 private:
  bool use_stemmer_;
  Rouge rouge_;
};

Family Make(const std::string& name, const std::string& title,
            const std::vector<std::string>& types) {
  return {{.name = name,
           .title = title,
           .scores = types,
           .parameters = {FlagParameter("stemmer", false,
                                        "Porter's stemmer, as papers on summaries use it")}},
          [types](const Parameters& parameters) -> std::unique_ptr<PairMetric> {
            return std::make_unique<RougeMetric>(types, parameters.Flag("stemmer"));
          }};
}

}  // namespace

std::vector<Family> RougeFamilies() {
  std::vector<Family> families = {Make("rouge", "F of ROUGE-1, 2, L and Lsum, times 100",
                                       {"rouge1", "rouge2", "rougeL", "rougeLsum"})};
  for (int n = 1; n <= 9; ++n) {
    const std::string type = "rouge" + std::to_string(n);
    families.push_back(Make(type, "F of ROUGE-" + std::to_string(n) + ", times 100", {type}));
  }
  families.push_back(Make("rougeL", "F of ROUGE-L, times 100", {"rougeL"}));
  families.push_back(Make("rougeLsum", "F of ROUGE-L line by line, times 100", {"rougeLsum"}));
  return families;
}

}  // namespace meval::pairs
