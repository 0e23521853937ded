#include "tests/support/reference_forward.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace meval::testing {
namespace {

using Vector = std::vector<double>;
using Rows = std::vector<Vector>;

std::size_t Size(std::int64_t n) { return static_cast<std::size_t>(n); }

Vector MatVec(const std::vector<float>& matrix, const Vector& x) {
  Vector y(matrix.size() / x.size());
  for (std::size_t n = 0; n < y.size(); ++n) {
    for (std::size_t k = 0; k < x.size(); ++k) y[n] += double{matrix[n * x.size() + k]} * x[k];
  }
  return y;
}

Vector Norm(const Vector& x, const std::vector<float>& gain, double eps) {
  double squares = 0;
  for (const double value : x) squares += value * value;
  Vector y(x.size());
  for (std::size_t c = 0; c < x.size(); ++c) {
    y[c] = x[c] * double{gain[c]} / std::sqrt(squares / static_cast<double>(x.size()) + eps);
  }
  return y;
}

// Each head's pairs (i, i + D/2) turn by position * theta^(-2i/D).
void Rotate(Vector& x, std::size_t head_dim, double theta, std::size_t position) {
  const std::size_t half = head_dim / 2;
  for (std::size_t head = 0; head < x.size(); head += head_dim) {
    for (std::size_t i = 0; i < half; ++i) {
      const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(head_dim);
      const double angle = static_cast<double>(position) * std::pow(theta, exponent);
      const double a = x[head + i];
      const double b = x[head + i + half];
      x[head + i] = a * std::cos(angle) - b * std::sin(angle);
      x[head + i + half] = b * std::cos(angle) + a * std::sin(angle);
    }
  }
}

// Position t's heads over the keys it may see: itself and at most W - 1 before it.
Vector Attend(const ModelConfig& config, const Vector& q, const Rows& keys, const Rows& values,
              std::size_t t) {
  const std::size_t D = Size(config.head_dim);
  const std::size_t W = Size(config.sliding_window);
  const std::size_t group = Size(config.num_attention_heads / config.num_key_value_heads);
  const std::size_t first = W != 0 && t + 1 > W ? t + 1 - W : 0;
  Vector out(q.size());
  for (std::size_t h = 0; h < Size(config.num_attention_heads); ++h) {
    const std::size_t kv = h / group * D;
    Vector weights;
    double sum = 0;
    for (std::size_t j = first; j <= t; ++j) {
      double dot = 0;
      for (std::size_t d = 0; d < D; ++d) dot += q[h * D + d] * keys[j][kv + d];
      weights.push_back(std::exp(dot / std::sqrt(static_cast<double>(D))));
      sum += weights.back();
    }
    for (std::size_t j = first; j <= t; ++j) {
      for (std::size_t d = 0; d < D; ++d) {
        out[h * D + d] += weights[j - first] / sum * values[j][kv + d];
      }
    }
  }
  return out;
}

void Add(Vector& x, const Vector& delta) {
  for (std::size_t c = 0; c < x.size(); ++c) x[c] += delta[c];
}

void Layer(const ModelConfig& config, const PlainLayer& layer, Rows& x) {
  const std::size_t D = Size(config.head_dim);
  Rows queries, keys, values;
  for (std::size_t t = 0; t < x.size(); ++t) {
    const Vector h = Norm(x[t], layer.attention_norm, config.rms_norm_eps);
    queries.push_back(MatVec(layer.wq, h));
    keys.push_back(MatVec(layer.wk, h));
    values.push_back(MatVec(layer.wv, h));
    Rotate(queries[t], D, config.rope_theta, t);
    Rotate(keys[t], D, config.rope_theta, t);
  }
  for (std::size_t t = 0; t < x.size(); ++t) {
    Add(x[t], MatVec(layer.wo, Attend(config, queries[t], keys, values, t)));
    const Vector h = Norm(x[t], layer.ffn_norm, config.rms_norm_eps);
    Vector gated = MatVec(layer.gate, h);
    const Vector up = MatVec(layer.up, h);
    for (std::size_t f = 0; f < gated.size(); ++f) gated[f] *= up[f] / (1 + std::exp(-gated[f]));
    Add(x[t], MatVec(layer.down, gated));
  }
}

}  // namespace

std::vector<std::vector<double>> ReferenceForward(const ModelConfig& config,
                                                  const PlainWeights& weights,
                                                  std::span<const TokenId> tokens) {
  const auto C = static_cast<std::ptrdiff_t>(config.hidden_size);
  Rows x;
  for (const TokenId token : tokens) {
    const auto row = weights.embedding.begin() + token * C;
    x.emplace_back(row, row + C);
  }
  for (const PlainLayer& layer : weights.layers) Layer(config, layer, x);
  for (Vector& row : x) {
    row = MatVec(weights.lm_head, Norm(row, weights.final_norm, config.rms_norm_eps));
  }
  return x;
}

}  // namespace meval::testing
