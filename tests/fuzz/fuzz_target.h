#ifndef MEVAL_TESTS_FUZZ_FUZZ_TARGET_H_
#define MEVAL_TESTS_FUZZ_FUZZ_TARGET_H_

// Fuzz targets: functions that may be given any bytes whatever. libFuzzer looks for inputs that
// break them (scripts/fuzz); replay_test.cc runs every seed and every finding through them, in any
// build.
//
//   MEVAL_FUZZ_TARGET(numeric_match) {
//     const std::string a = input.Text();
//     fuzz::Require(NumericMatch(a, a) == CanonicalDecimal(a).has_value(), "a number equals
//     itself");
//   }

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace meval::fuzz {

// A property that does not hold. It is no std::exception, so that no catch clause of a target,
// which expects errors, takes it for one.
struct Failure {
  std::string what;
};

void Require(bool holds, const std::string& what);

// An input's parts: its bytes, split at FF, which no UTF-8 text contains. So seeds and findings are
// files that can be read and written by hand.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  // The next part, without the FF behind it; empty at the end.
  std::string Text();
  // All parts that are left; none at the end.
  std::vector<std::string> Texts();
  // The bytes that are left, FF included.
  std::string Bytes();
  // 0 .. n - 1 from one byte: '0' is 0, '1' is 1. 0 at the end.
  std::size_t Below(std::size_t n);
  bool Flag() { return Below(2) == 1; }

 private:
  std::string_view rest_;
  bool is_at_end_ = false;
};

struct Target {
  std::string name;
  void (*run)(Input& input);
};

// All targets that are linked in.
std::vector<Target>& Targets();

struct Registration {
  Registration(const char* name, void (*run)(Input&)) { Targets().push_back({name, run}); }
};

}  // namespace meval::fuzz

// Defines and registers a target; `input` is what it is given. In namespace meval.
#define MEVAL_FUZZ_TARGET(name)                                                           \
  static void FuzzTarget_##name(::meval::fuzz::Input& input);                             \
  static const ::meval::fuzz::Registration registration_##name(#name, FuzzTarget_##name); \
  static void FuzzTarget_##name([[maybe_unused]] ::meval::fuzz::Input& input)

#endif  // MEVAL_TESTS_FUZZ_FUZZ_TARGET_H_
