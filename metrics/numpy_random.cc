#include "metrics/numpy_random.h"

#include <bit>
#include <stdexcept>
#include <vector>

namespace meval {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr Uint128 Join(std::uint64_t high, std::uint64_t low) {
  return (static_cast<Uint128>(high) << 64) | low;
}

// SeedSequence: hashes any entropy into a pool of four words, and the pool into any state.
class SeedSequence {
 public:
  explicit SeedSequence(std::span<const std::uint32_t> entropy) {
    std::uint32_t constant = 0x43B0D7E5u;
    const auto hash = [&](std::uint32_t value) { return Hash(value, constant, 0x931E8875u); };
    for (std::size_t i = 0; i < pool_.size(); ++i) {
      pool_[i] = hash(i < entropy.size() ? entropy[i] : 0);
    }
    for (std::size_t from = 0; from < pool_.size(); ++from) {
      for (std::size_t to = 0; to < pool_.size(); ++to) {
        if (from != to) {
          pool_[to] = Mix(pool_[to], hash(pool_[from]));
        }
      }
    }
    for (std::size_t i = pool_.size(); i < entropy.size(); ++i) {
      for (std::uint32_t& word : pool_) {
        word = Mix(word, hash(entropy[i]));
      }
    }
  }

  // Four 64-bit words, each from two 32-bit ones, the lower first.
  std::array<std::uint64_t, 4> State() const {
    std::uint32_t constant = 0x8B51F9DDu;
    const auto next = [&](std::size_t i) {
      return std::uint64_t{Hash(pool_[i % pool_.size()], constant, 0x58F38DEDu)};
    };
    std::array<std::uint64_t, 4> state{};
    for (std::size_t i = 0; i < state.size(); ++i) {
      const std::uint64_t low = next(2 * i);
      state[i] = low | next(2 * i + 1) << 32;
    }
    return state;
  }

 private:
  static std::uint32_t Hash(std::uint32_t value, std::uint32_t& constant, std::uint32_t factor) {
    value ^= constant;
    constant *= factor;
    value *= constant;
    return value ^ (value >> 16);
  }
  static std::uint32_t Mix(std::uint32_t a, std::uint32_t b) {
    const std::uint32_t mixed = 0xCA01F9DDu * a - 0x4973F715u * b;
    return mixed ^ (mixed >> 16);
  }

  std::array<std::uint32_t, 4> pool_{};
};

// Each number in 32-bit words, least significant first, without leading zeros; 0 is one word.
std::vector<std::uint32_t> WordsOf(std::span<const std::uint64_t> entropy) {
  std::vector<std::uint32_t> words;
  for (const std::uint64_t number : entropy) {
    words.push_back(static_cast<std::uint32_t>(number));
    if (number >> 32 != 0) {
      words.push_back(static_cast<std::uint32_t>(number >> 32));
    }
  }
  return words;
}

}  // namespace

NumpyRandom::NumpyRandom(std::uint64_t seed) : NumpyRandom({seed}) {}

NumpyRandom::NumpyRandom(std::initializer_list<std::uint64_t> entropy) {
  const std::vector<std::uint32_t> words = WordsOf({entropy.begin(), entropy.size()});
  const std::array<std::uint64_t, 4> seed = SeedSequence(words).State();
  const Uint128 increment = Join(seed[2], seed[3]) << 1 | 1;
  increment_high_ = static_cast<std::uint64_t>(increment >> 64);
  increment_low_ = static_cast<std::uint64_t>(increment);
  Step();
  const Uint128 state = Join(state_high_, state_low_) + Join(seed[0], seed[1]);
  state_high_ = static_cast<std::uint64_t>(state >> 64);
  state_low_ = static_cast<std::uint64_t>(state);
  Step();
}

void NumpyRandom::Step() {
  constexpr Uint128 kMultiplier = Join(0x2360ED051FC65DA4u, 0x4385DF649FCCF645u);
  const Uint128 state =
      Join(state_high_, state_low_) * kMultiplier + Join(increment_high_, increment_low_);
  state_high_ = static_cast<std::uint64_t>(state >> 64);
  state_low_ = static_cast<std::uint64_t>(state);
}

std::uint64_t NumpyRandom::NextUint64() {
  Step();
  return std::rotr(state_high_ ^ state_low_, static_cast<int>(state_high_ >> 58));
}

std::uint32_t NumpyRandom::NextUint32() {
  if (has_waiting_) {
    has_waiting_ = false;
    return waiting_;
  }
  const std::uint64_t both = NextUint64();
  waiting_ = static_cast<std::uint32_t>(both >> 32);
  has_waiting_ = true;
  return static_cast<std::uint32_t>(both);
}

double NumpyRandom::Random() {
  return static_cast<double>(NextUint64() >> 11) * (1.0 / 9007199254740992.0);
}

// Lemire 2019: the high word of output * n, redrawn where the low word shows a bias.
std::uint32_t NumpyRandom::Below(std::uint32_t n) {
  if (n == 0) {
    throw std::invalid_argument("NumpyRandom::Below: expected n >= 1, got 0");
  }
  if (n == 1) {
    return 0;  // nothing is drawn
  }
  std::uint64_t product = std::uint64_t{NextUint32()} * n;
  if (static_cast<std::uint32_t>(product) < n) {
    const std::uint32_t biased = (0u - n) % n;
    while (static_cast<std::uint32_t>(product) < biased) {
      product = std::uint64_t{NextUint32()} * n;
    }
  }
  return static_cast<std::uint32_t>(product >> 32);
}

bool NumpyBooleans::Next() {
  if (num_bits_ == 0) {
    bits_ = random_.NextUint32();
    num_bits_ = 32;
  }
  const bool bit = (bits_ & 1) != 0;
  bits_ >>= 1;
  --num_bits_;
  return bit;
}

}  // namespace meval
