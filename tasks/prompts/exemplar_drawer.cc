#include "tasks/prompts/exemplar_drawer.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "tasks/digest.h"
#include "tasks/error.h"

namespace meval::tasks {
namespace {

std::int64_t SeedFor(std::int64_t seed, const std::string& task, const std::string& subject) {
  const std::string digest =
      DigestBuilder().Add(std::to_string(seed)).Add(task).Add(subject).Finish();
  return static_cast<std::int64_t>(std::stoull(digest.substr(0, 16), nullptr, 16) >> 1U);
}

}  // namespace

ExemplarDrawer::ExemplarDrawer(const TaskDefinition& definition, const TaskData& data,
                               const PromptOptions& options)
    : definition_(definition), options_(options) {
  for (const Document& exemplar : data.exemplars) pools_[exemplar.group].push_back(&exemplar);
  if (options.shots == 0) return;
  for (const Document& document : data.documents) {
    const auto size = static_cast<std::int64_t>(PoolOf(document).size());
    if (size >= num_drawn() || (definition.allows_fewer_shots && size > 0)) continue;
    const bool has_group = !document.group.empty();
    const bool one_extra = num_drawn() > options.shots;
    throw DataError("task \"" + definition.name + "\": " + std::to_string(options.shots) +
                    " shots asked for, but the exemplar pool" +
                    (has_group ? " of \"" + document.group + "\"" : "") + " holds " +
                    std::to_string(size) + " records" +
                    (one_extra ? " and one more than the shots is drawn" : "") +
                    "; lower --shots or supply more exemplars");
  }
}

std::int64_t ExemplarDrawer::num_drawn() const {
  return options_.shots + (definition_.draws_one_extra ? 1 : 0);
}

const ExemplarDrawer::Pool& ExemplarDrawer::PoolOf(const Document& document) const {
  static const Pool none;
  auto pool = pools_.find(document.group);
  if (pool == pools_.end()) pool = pools_.find("");  // those that serve all groups
  return pool == pools_.end() ? none : pool->second;
}

std::vector<std::int64_t> ExemplarDrawer::DrawIndices(const Document& document,
                                                      std::int64_t pool_size) {
  if (definition_.sampler == ExemplarSampler::kFirstN) {
    const std::int64_t shown = std::min(options_.shots, pool_size);
    std::vector<std::int64_t> indices(static_cast<std::size_t>(shown));
    std::iota(indices.begin(), indices.end(), 0);
    return indices;
  }
  switch (options_.mode) {
    case FewShotMode::kTask:
      return generators_.try_emplace(document.group, options_.seed)
          .first->second.Sample(pool_size, num_drawn());
    case FewShotMode::kPerDocument:
      return PythonRandom(SeedFor(options_.seed, definition_.name, document.id))
          .Sample(pool_size, num_drawn());
    case FewShotMode::kFixed:
      return PythonRandom(SeedFor(options_.seed, definition_.name, document.group))
          .Sample(pool_size, num_drawn());
  }
  return {};
}

std::vector<const Document*> ExemplarDrawer::Draw(const Document& document) {
  if (options_.shots == 0) return {};
  const Pool& pool = PoolOf(document);
  std::vector<const Document*> drawn;
  for (const std::int64_t index : DrawIndices(document, static_cast<std::int64_t>(pool.size()))) {
    const Document* exemplar = pool[static_cast<std::size_t>(index)];
    const bool is_itself =
        definition_.draws_one_extra && exemplar->record_digest == document.record_digest;
    if (!is_itself) drawn.push_back(exemplar);
  }
  drawn.resize(std::min(drawn.size(), static_cast<std::size_t>(options_.shots)));
  return drawn;
}

}  // namespace meval::tasks
