#ifndef MEVAL_ENGINE_SELFTEST_CHECK_LIST_H_
#define MEVAL_ENGINE_SELFTEST_CHECK_LIST_H_

// The checks of one proof and what has become of them so far.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "engine/selftest.h"

namespace meval::selftest {

class CheckList {
 public:
  struct Entry {
    const char* name;
    const char* claim;
  };

  // The entries whose name begins with `only`.
  CheckList(std::initializer_list<Entry> entries, std::string_view only);

  // Whether there is a check whose name begins with `prefix`.
  bool Wants(std::string_view prefix) const;
  // One more case of a check; `failure` is empty where it passed, else which case, expected and
  // found. Nothing happens where the check is not wanted.
  void Add(std::string_view name, const std::string& failure);
  // The same for a case with errors, the largest of which is `share` of what is allowed.
  void AddError(std::string_view name, double share, const std::string& failure);
  // Why a check without cases has none.
  void Skip(std::string_view name, const std::string& why);
  // The same for each that has no case yet and no reason.
  void SkipUntried(const std::string& why);

  const std::vector<SelftestCheck>& checks() const { return checks_; }

 private:
  SelftestCheck* Find(std::string_view name);

  std::vector<SelftestCheck> checks_;
};

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_CHECK_LIST_H_
