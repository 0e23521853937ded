#include "engine/selftest/check_list.h"

#include <algorithm>

namespace meval::selftest {

CheckList::CheckList(std::initializer_list<Entry> entries, std::string_view only) {
  for (const Entry& entry : entries) {
    if (!std::string_view(entry.name).starts_with(only)) continue;
    SelftestCheck& check = checks_.emplace_back();
    check.name = entry.name;
    check.claim = entry.claim;
  }
}

bool CheckList::Wants(std::string_view prefix) const {
  return std::any_of(checks_.begin(), checks_.end(),
                     [&](const SelftestCheck& check) { return check.name.starts_with(prefix); });
}

SelftestCheck* CheckList::Find(std::string_view name) {
  const auto found = std::find_if(checks_.begin(), checks_.end(),
                                  [&](const SelftestCheck& check) { return check.name == name; });
  return found == checks_.end() ? nullptr : &*found;
}

void CheckList::Add(std::string_view name, const std::string& failure) {
  SelftestCheck* check = Find(name);
  if (check == nullptr) return;
  ++check->num_cases;
  if (failure.empty()) return;
  if (++check->num_failures == 1) check->first_failure = failure;
}

void CheckList::AddError(std::string_view name, double share, const std::string& failure) {
  if (SelftestCheck* check = Find(name)) check->worst = std::max(check->worst, share);
  Add(name, failure);
}

void CheckList::Skip(std::string_view name, const std::string& why) {
  if (SelftestCheck* check = Find(name)) check->why_skipped = why;
}

void CheckList::SkipUntried(const std::string& why) {
  for (SelftestCheck& check : checks_) {
    if (check.num_cases == 0 && check.why_skipped.empty()) check.why_skipped = why;
  }
}

}  // namespace meval::selftest
