// Metrics over labels: the prediction is one label, the only reference another.

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>

#include "metrics/classification.h"
#include "metrics/metric_error.h"
#include "metrics/pairs/families.h"
#include "metrics/signature.h"

namespace meval::pairs {
namespace {

// A pair has three statistics for each label of the set, so their number has a limit.
constexpr std::size_t kMostLabels = 1000;

struct LabelScore {
  PairScore about;
  const char* title;
  double (*value)(std::span<const ClassCounts> classes);
};

double MacroPrecision(std::span<const ClassCounts> classes) {
  return MacroAverage(classes).precision;
}
double MacroRecall(std::span<const ClassCounts> classes) { return MacroAverage(classes).recall; }
double MacroF1(std::span<const ClassCounts> classes) { return MacroAverage(classes).f1; }
double MicroF1(std::span<const ClassCounts> classes) { return MicroAverage(classes).f1; }
double WeightedF1(std::span<const ClassCounts> classes) { return WeightedAverage(classes).f1; }

PairScore Fraction(const std::string& name, bool is_mean) {
  return {.name = name, .unit = "fraction", .highest = 1, .is_mean = is_mean};
}

PairScore Coefficient(const std::string& name) {
  return {.name = name, .unit = "coefficient", .lowest = -1, .highest = 1, .is_mean = false};
}

std::vector<LabelScore> LabelScores() {
  return {
      {Fraction("accuracy", true), "share of predicted labels that are right", Accuracy},
      {Fraction("balanced_accuracy", false), "mean recall over the labels", BalancedAccuracy},
      {Fraction("macro_precision", false), "mean precision over the labels", MacroPrecision},
      {Fraction("macro_recall", false), "mean recall over the labels of both sides", MacroRecall},
      {Fraction("macro_f1", false), "mean F1 over the labels", MacroF1},
      {Fraction("micro_f1", false), "F1 over the documents", MicroF1},
      {Fraction("weighted_f1", false), "mean F1, labels weighted by their share", WeightedF1},
      {Coefficient("mcc"), "correlation of predicted and right labels, -1 to 1",
       MatthewsCorrelation},
      {Coefficient("kappa"), "Cohen's kappa: agreement beyond chance, -1 to 1", CohenKappa}};
}

// Whole numbers by value and before texts; texts by code points.
struct LabelOrder {
  static std::tuple<bool, std::int64_t, const std::string&> Key(const std::string& label) {
    std::int64_t number = 0;
    const char* const end = label.data() + label.size();
    const auto result = std::from_chars(label.data(), end, number);
    const bool is_number = result.ec == std::errc() && result.ptr == end;
    return {!is_number, is_number ? number : 0, label};
  }
  bool operator()(const std::string& a, const std::string& b) const { return Key(a) < Key(b); }
};

class LabelMetric final : public PairMetric {
 public:
  explicit LabelMetric(const std::vector<LabelScore>& scores) : PairMetric(About(scores)) {
    for (const LabelScore& score : scores) values_.push_back(score.value);
  }

  void Prepare(std::span<const AnswerPair> pairs) override {
    for (const AnswerPair& pair : pairs) {
      for (const auto* texts : {&pair.predictions, &pair.references}) {
        for (const std::string& label : *texts) places_.emplace(label, places_.size());
      }
    }
    if (places_.size() <= kMostLabels) return;
    throw MetricError(scores().front().name, "",
                      std::to_string(places_.size()) + " different labels: expected at most " +
                          std::to_string(kMostLabels) + "; exact_match compares free texts");
  }

  // For each label: predicted rightly, predicted, right.
  std::size_t num_statistics() const override { return 3 * places_.size(); }

  // Labels that do not occur in the sums, because only another system gave them or a resample left
  // them out, do not count.
  double Score(std::size_t score, std::span<const double> sums) const override {
    std::vector<ClassCounts> classes;
    for (const auto& [label, place] : places_) {
      const std::span<const double> sum = sums.subspan(3 * place, 3);
      const auto at = [sum](std::size_t i) { return static_cast<std::int64_t>(sum[i]); };
      const ClassCounts counts = {.correct = at(0), .predicted = at(1), .gold = at(2)};
      if (counts.predicted > 0 || counts.gold > 0) classes.push_back(counts);
    }
    const double value = values_[score](classes);
    if (value == value) return value;
    throw MetricError(scores()[score].name, "",
                      "not defined where one label is all there is: expected two or more");
  }

  // A single label is right or wrong; the other scores say something of a set only.
  std::optional<double> ScoreOfPair(std::size_t score,
                                    std::span<const double> statistics) const override {
    if (!scores()[score].is_mean) return std::nullopt;
    return Score(score, statistics);
  }

  std::string SignatureOf(std::size_t /*score*/, std::span<const AnswerPair> pairs) const override {
    return Signature().Add("nrefs", ReferenceField(pairs)).Add("labels", "seen").Text();
  }

 protected:
  void CountPair(const AnswerPair& pair, std::span<double> statistics) const override {
    const std::string& metric = scores().front().name;
    if (pair.references.size() != 1) {
      throw MetricError(metric, "",
                        std::to_string(pair.references.size()) + " references: expected one label");
    }
    RequireUtf8(metric, "prediction", pair.predictions[0]);
    RequireUtf8(metric, "reference", pair.references[0]);
    const std::size_t predicted = places_.at(pair.predictions[0]);
    const std::size_t gold = places_.at(pair.references[0]);
    std::fill(statistics.begin(), statistics.end(), 0);
    statistics[3 * predicted] = predicted == gold ? 1 : 0;
    statistics[3 * predicted + 1] = 1;
    statistics[3 * gold + 2] = 1;
  }

 private:
  static std::vector<PairScore> About(const std::vector<LabelScore>& scores) {
    std::vector<PairScore> about;
    for (const LabelScore& score : scores) about.push_back(score.about);
    return about;
  }

  std::vector<double (*)(std::span<const ClassCounts>)> values_;
  std::map<std::string, std::size_t, LabelOrder> places_;  // in the order their scores are summed
};

Family Make(const std::string& name, const std::string& title,
            const std::vector<LabelScore>& scores) {
  PairMetricEntry entry = {.name = name, .title = title, .scores = {}, .parameters = {}};
  for (const LabelScore& score : scores) entry.scores.push_back(score.about.name);
  return {std::move(entry), [scores](const Parameters& /*none*/) -> std::unique_ptr<PairMetric> {
            return std::make_unique<LabelMetric>(scores);
          }};
}

}  // namespace

std::vector<Family> LabelFamilies() {
  const std::vector<LabelScore> scores = LabelScores();
  std::vector<Family> families = {Make("labels", "all of the scores of labels below", scores)};
  for (const LabelScore& score : scores) {
    families.push_back(Make(score.about.name, score.title, {score}));
  }
  return families;
}

}  // namespace meval::pairs
