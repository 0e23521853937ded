#include "tasks/jinja/rendering.h"

#include <stdexcept>

namespace meval::tasks::jinja {
namespace {

thread_local Rendering* current = nullptr;

}  // namespace

Rendering::Rendering() { current = this; }

Rendering::~Rendering() {
  current = nullptr;
  // All are held while they are emptied, so that none is destroyed inside another.
  std::vector<std::shared_ptr<Members>> held;
  for (const std::weak_ptr<Members>& names : namespaces_) held.push_back(names.lock());
  for (const std::shared_ptr<Members>& members : held) {
    if (members != nullptr) members->clear();
  }
}

void Rendering::Spend(std::int64_t units) {
  if (current == nullptr) return;
  current->work_ += units;
  if (current->work_ > kMostWork) {
    throw std::invalid_argument("expected a template of at most 2,000,000 operations, found more");
  }
}

void Rendering::SpendText(std::size_t bytes) {
  constexpr std::size_t kBytesOfAnOperation = 32;
  Spend(static_cast<std::int64_t>(bytes / kBytesOfAnOperation));
}

void Rendering::Keep(const Namespace& names) {
  if (current != nullptr) current->namespaces_.push_back(names.members);
}

}  // namespace meval::tasks::jinja
