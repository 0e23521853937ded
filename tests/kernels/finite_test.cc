#include "kernels/finite.h"

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/context.h"

namespace meval {
namespace {

TEST(FindNotFinite, FindsTheFirstWhereverItStands) {
  Context ctx({.num_threads = 2});
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const std::size_t place : {0U, 5U, 6U, 20U}) {
    std::vector<float> x(21, std::numeric_limits<float>::max());
    const TensorView view(x.data(), DType::kF32, {3, 7});
    EXPECT_FALSE(FindNotFinite(ctx, view).has_value());
    x[20] = kInfinity;
    x[place] = -kInfinity;
    EXPECT_EQ(FindNotFinite(ctx, view), std::optional(-kInfinity)) << place;
    x[place] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isnan(FindNotFinite(ctx, view).value())) << place;
  }
}

TEST(FindNotFinite, LooksAtTheMatrixAlone) {
  Context ctx({.num_threads = 1});
  std::vector<float> x(12, std::numeric_limits<float>::quiet_NaN());
  TensorView view(x.data(), DType::kF32, {3, 2});
  view.row_stride = 4;
  for (std::size_t row = 0; row < 3; ++row) x[4 * row] = x[4 * row + 1] = 1;
  EXPECT_FALSE(FindNotFinite(ctx, view).has_value());
  EXPECT_FALSE(FindNotFinite(ctx, view.Rows(0, 0)).has_value());
}

}  // namespace
}  // namespace meval
