#ifndef MEVAL_METRICS_PYTHON_RANDOM_H_
#define MEVAL_METRICS_PYTHON_RANDOM_H_

// CPython's random.Random(seed), bit for bit: MT19937 (Matsumoto & Nishimura 1998) seeded by
// init_by_array. Few-shot draws and bootstrap resamples of the reference harness come from it
// (specifications in docs/scoring.md).

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace meval {

class PythonRandom {
 public:
  // As random.Random(seed) for an int: absolute value, 32-bit words, least significant first.
  explicit PythonRandom(std::int64_t seed);
  // As init_by_array(key); what an int seed of any size becomes. Throws std::invalid_argument if
  // the key is empty.
  explicit PythonRandom(std::span<const std::uint32_t> key);

  std::uint32_t NextUint32();
  double Random();                                                    // [0, 1), 53 bits
  std::uint64_t GetRandBits(int bits);                                // 1 .. 64
  std::int64_t Below(std::int64_t n);                                 // randrange(n); n >= 1
  std::vector<std::int64_t> Choices(std::int64_t n, std::int64_t k);  // choices(range(n), k=k)
  void Choices(std::int64_t n, std::span<std::int64_t> drawn);        // fills all of `drawn`
  // sample(range(n), k). Throws std::invalid_argument unless 0 <= k <= n.
  std::vector<std::int64_t> Sample(std::int64_t n, std::int64_t k);
  void Shuffle(std::span<std::int64_t> values);

 private:
  void Refill();

  std::array<std::uint32_t, 624> state_;
  std::array<std::uint32_t, 624> outputs_{};  // of the state, tempered
  std::size_t position_ = 624;                // of the next output
};

}  // namespace meval

#endif  // MEVAL_METRICS_PYTHON_RANDOM_H_
