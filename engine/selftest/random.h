#ifndef MEVAL_ENGINE_SELFTEST_RANDOM_H_
#define MEVAL_ENGINE_SELFTEST_RANDOM_H_

// Random numbers that are the same on every machine: the standard fixes mt19937_64, but not its
// distributions.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

namespace meval::selftest {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  // A stream of its own for each (seed, name): a check gets the same cases whether it runs alone or
  // among others.
  Random(std::uint64_t seed, std::string_view name) : engine_(Mix(seed, name)) {}

  std::uint64_t Bits() { return engine_(); }
  // In [0, n), n > 0. The modulus favours small values by n / 2^64: nothing here.
  std::int64_t Below(std::int64_t n) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n));
  }
  // In [low, high].
  std::int64_t Between(std::int64_t low, std::int64_t high) { return low + Below(high - low + 1); }
  // In [-scale, scale).
  float Uniform(float scale) {
    return (static_cast<float>(engine_() >> 40) * 0x1p-23F - 1.0F) * scale;
  }
  bool Chance(double probability) {
    return static_cast<double>(engine_() >> 11) * 0x1p-53 < probability;
  }
  template <typename T>
  T Pick(std::initializer_list<T> values) {
    return *(values.begin() + Below(static_cast<std::int64_t>(values.size())));
  }
  std::vector<float> Vector(std::int64_t size, float scale) {
    std::vector<float> values(static_cast<std::size_t>(size));
    for (float& value : values) value = Uniform(scale);
    return values;
  }
  // Fisher and Yates.
  template <typename T>
  void Shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1],
                values[static_cast<std::size_t>(Below(static_cast<std::int64_t>(i)))]);
    }
  }

 private:
  static std::uint64_t Mix(std::uint64_t seed, std::string_view name) {
    std::uint64_t hash = seed ^ 0xcbf29ce484222325U;  // FNV-1a over the name, begun at the seed
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
  }

  std::mt19937_64 engine_;
};

}  // namespace meval::selftest

#endif  // MEVAL_ENGINE_SELFTEST_RANDOM_H_
