#include "metrics/python_random.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <unordered_set>

namespace meval {
namespace {

constexpr std::size_t kStateSize = 624;
constexpr std::size_t kShiftSize = 397;

std::invalid_argument BadArgument(const std::string& what) {
  return std::invalid_argument("PythonRandom::" + what);
}

// The absolute value in 32-bit words, least significant first, without leading zeros.
std::vector<std::uint32_t> WordsOf(std::int64_t seed) {
  const std::uint64_t magnitude =
      seed < 0 ? ~static_cast<std::uint64_t>(seed) + 1 : static_cast<std::uint64_t>(seed);
  std::vector<std::uint32_t> words = {static_cast<std::uint32_t>(magnitude)};
  if (magnitude >> 32 != 0) {
    words.push_back(static_cast<std::uint32_t>(magnitude >> 32));
  }
  return words;
}

}  // namespace

PythonRandom::PythonRandom(std::int64_t seed)
    : PythonRandom(std::span<const std::uint32_t>(WordsOf(seed))) {}

// init_by_array of mt19937ar.c (Matsumoto & Nishimura 2002).
PythonRandom::PythonRandom(std::span<const std::uint32_t> key) : state_{} {
  if (key.empty()) {
    throw BadArgument("PythonRandom: expected a key of at least one word");
  }
  state_[0] = 19650218u;
  for (std::uint32_t i = 1; i < kStateSize; ++i) {
    state_[i] = 1812433253u * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
  }
  std::size_t i = 1;
  std::size_t j = 0;
  const auto advance = [&] {
    if (++i >= kStateSize) {
      state_[0] = state_[kStateSize - 1];
      i = 1;
    }
  };
  for (std::size_t k = std::max(kStateSize, key.size()); k > 0; --k) {
    state_[i] = (state_[i] ^ ((state_[i - 1] ^ (state_[i - 1] >> 30)) * 1664525u)) + key[j] +
                static_cast<std::uint32_t>(j);
    advance();
    j = (j + 1) % key.size();
  }
  for (std::size_t k = 1; k < kStateSize; ++k) {
    state_[i] = (state_[i] ^ ((state_[i - 1] ^ (state_[i - 1] >> 30)) * 1566083941u)) -
                static_cast<std::uint32_t>(i);
    advance();
  }
  state_[0] = 0x80000000u;
}

// The whole state at once, in three runs without a wrap of indices, so that compilers can use
// vector instructions.
void PythonRandom::Refill() {
  const auto twisted = [this](std::size_t k, std::size_t next, std::size_t shifted) {
    const std::uint32_t y = (state_[k] & 0x80000000u) | (state_[next] & 0x7FFFFFFFu);
    return state_[shifted] ^ (y >> 1) ^ ((0u - (y & 1u)) & 0x9908B0DFu);
  };
  std::size_t k = 0;
  for (; k < kStateSize - kShiftSize; ++k) {
    state_[k] = twisted(k, k + 1, k + kShiftSize);
  }
  for (; k < kStateSize - 1; ++k) {
    state_[k] = twisted(k, k + 1, k + kShiftSize - kStateSize);
  }
  state_[k] = twisted(k, 0, kShiftSize - 1);
  for (std::size_t i = 0; i < kStateSize; ++i) {
    std::uint32_t y = state_[i];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9D2C5680u;
    y ^= (y << 15) & 0xEFC60000u;
    outputs_[i] = y ^ (y >> 18);
  }
  position_ = 0;
}

std::uint32_t PythonRandom::NextUint32() {
  if (position_ == kStateSize) {
    Refill();
  }
  return outputs_[position_++];
}

double PythonRandom::Random() {
  const std::uint32_t a = NextUint32() >> 5;
  const std::uint32_t b = NextUint32() >> 6;
  return (a * 67108864.0 + b) * (1.0 / 9007199254740992.0);
}

std::uint64_t PythonRandom::GetRandBits(int bits) {
  if (bits < 1 || bits > 64) {
    throw BadArgument("GetRandBits: expected 1 to 64 bits, got " + std::to_string(bits));
  }
  if (bits <= 32) {
    return NextUint32() >> (32 - bits);
  }
  // Words fill from the least significant end; the last one is cut on the right.
  const std::uint64_t low = NextUint32();
  const std::uint64_t high = NextUint32() >> (64 - bits);
  return (high << 32) | low;
}

std::int64_t PythonRandom::Below(std::int64_t n) {
  if (n < 1) {
    throw BadArgument("Below: expected n >= 1, got " + std::to_string(n));
  }
  const auto bound = static_cast<std::uint64_t>(n);
  const int bits = static_cast<int>(std::bit_width(bound));
  std::uint64_t value = GetRandBits(bits);
  while (value >= bound) {
    value = GetRandBits(bits);
  }
  return static_cast<std::int64_t>(value);
}

std::vector<std::int64_t> PythonRandom::Choices(std::int64_t n, std::int64_t k) {
  if (n < 1 || k < 0) {
    throw BadArgument("Choices: expected n >= 1 and k >= 0, got n = " + std::to_string(n) +
                      ", k = " + std::to_string(k));
  }
  std::vector<std::int64_t> drawn(static_cast<std::size_t>(k));
  Choices(n, drawn);
  return drawn;
}

void PythonRandom::Choices(std::int64_t n, std::span<std::int64_t> drawn) {
  if (n < 1) {
    throw BadArgument("Choices: expected n >= 1, got n = " + std::to_string(n));
  }
  // floor(Random() * n); a division by a power of two may come first or last, the bits are equal.
  const double scale = static_cast<double>(n) * (1.0 / 9007199254740992.0);
  for (std::size_t done = 0; done < drawn.size();) {
    if (position_ + 1 >= kStateSize) {
      drawn[done++] = static_cast<std::int64_t>(Random() * static_cast<double>(n));
      continue;
    }
    // Pairs of outputs that lie in the block at hand.
    const std::size_t count = std::min(drawn.size() - done, (kStateSize - position_) / 2);
    const std::uint32_t* pair = &outputs_[position_];
    for (std::size_t i = 0; i < count; ++i, pair += 2) {
      const double value = (pair[0] >> 5) * 67108864.0 + (pair[1] >> 6);
      drawn[done + i] = static_cast<std::int64_t>(value * scale);
    }
    done += count;
    position_ += 2 * count;
  }
}

std::vector<std::int64_t> PythonRandom::Sample(std::int64_t n, std::int64_t k) {
  if (k < 0 || k > n) {
    throw BadArgument("Sample: expected 0 <= k <= n, got n = " + std::to_string(n) +
                      ", k = " + std::to_string(k));
  }
  // Where a pool is cheaper than a set of the drawn ones: the rule of random.sample, which decides
  // how many numbers are drawn and so is part of the result.
  double set_size = 21;
  if (k > 5) {
    set_size += std::pow(4.0, std::ceil(std::log(static_cast<double>(3 * k)) / std::log(4.0)));
  }
  std::vector<std::int64_t> drawn;
  drawn.reserve(static_cast<std::size_t>(k));
  if (static_cast<double>(n) <= set_size) {
    std::vector<std::int64_t> pool(static_cast<std::size_t>(n));
    std::iota(pool.begin(), pool.end(), std::int64_t{0});
    for (std::int64_t i = 0; i < k; ++i) {
      const auto j = static_cast<std::size_t>(Below(n - i));
      drawn.push_back(pool[j]);
      pool[j] = pool[static_cast<std::size_t>(n - i - 1)];
    }
    return drawn;
  }
  std::unordered_set<std::int64_t> taken;
  while (static_cast<std::int64_t>(drawn.size()) < k) {
    const std::int64_t j = Below(n);
    if (taken.insert(j).second) {
      drawn.push_back(j);
    }
  }
  return drawn;
}

void PythonRandom::Shuffle(std::span<std::int64_t> values) {
  for (std::size_t i = values.size(); i > 1; --i) {
    const auto j = static_cast<std::size_t>(Below(static_cast<std::int64_t>(i)));
    std::swap(values[i - 1], values[j]);
  }
}

}  // namespace meval
