#ifndef MEVAL_METRICS_NUMPY_RANDOM_H_
#define MEVAL_METRICS_NUMPY_RANDOM_H_

// numpy.random.default_rng(seed), bit for bit: PCG64 (XSL-RR, O'Neill 2014) seeded by numpy's
// SeedSequence (O'Neill 2015). Significance tests of sacrebleu draw from it; resampling of this
// project's own uses it too, one generator a replicate, so that replicates can be drawn in any
// order and by any number of threads.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace meval {

class NumpyRandom {
 public:
  // As default_rng(seed).
  explicit NumpyRandom(std::uint64_t seed);
  // As default_rng([seed, ...]): independent streams of one seed, for instance {seed, replicate}.
  NumpyRandom(std::initializer_list<std::uint64_t> entropy);

  std::uint64_t NextUint64();
  // The low half of a 64-bit output, then its high half, which waits for the next call.
  std::uint32_t NextUint32();
  double Random();  // [0, 1), 53 bits
  // integers(n) for 1 <= n < 2^32, else std::invalid_argument; choice(n, replace=True) draws them.
  std::uint32_t Below(std::uint32_t n);

 private:
  void Step();

  std::uint64_t state_high_ = 0;
  std::uint64_t state_low_ = 0;
  std::uint64_t increment_high_ = 0;
  std::uint64_t increment_low_ = 0;
  std::uint32_t waiting_ = 0;  // a high half
  bool has_waiting_ = false;
};

// integers(2, dtype=bool) of one call: 32 bits an output, lowest first. A new call, a new object.
class NumpyBooleans {
 public:
  explicit NumpyBooleans(NumpyRandom& random) : random_(random) {}
  bool Next();

 private:
  NumpyRandom& random_;
  std::uint32_t bits_ = 0;
  int num_bits_ = 0;
};

}  // namespace meval

#endif  // MEVAL_METRICS_NUMPY_RANDOM_H_
