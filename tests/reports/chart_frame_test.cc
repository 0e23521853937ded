#include "reports/chart_frame.h"

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(ChartFrame, HoldsEveryPointAndItsInterval) {
  const std::vector<ChartPoint> points = {{1, 0.5, 0.4, 0.6}, {2, 0.7, {}, {}}, {4, 0.3, 0.1, 0.5}};
  const ChartFrame frame(points);
  for (const ChartPoint& point : points) {
    EXPECT_GT(frame.X(point.x), ChartFrame::kLeft);
    EXPECT_LT(frame.X(point.x), ChartFrame::kRight);
    for (const double value : {point.value, point.low.value_or(0.5), point.high.value_or(0.5)}) {
      EXPECT_GT(frame.Y(value), ChartFrame::kTop);
      EXPECT_LT(frame.Y(value), ChartFrame::kBottom);
    }
  }
  EXPECT_LT(frame.Y(0.7), frame.Y(0.3));  // the greater value is higher on the page
  EXPECT_NEAR(frame.X(4) - frame.X(2), 2 * (frame.X(2) - frame.X(1)), 1e-9);
}

TEST(ChartFrame, ShowsWideRangesByTheirLogarithm) {
  const std::vector<ChartPoint> wide = {{10, 1, {}, {}}, {100, 1, {}, {}}, {1000, 2, {}, {}}};
  const ChartFrame frame(wide);
  EXPECT_TRUE(frame.is_logarithmic());
  EXPECT_NEAR(frame.X(1000) - frame.X(100), frame.X(100) - frame.X(10), 1e-9);
  const std::vector<ChartPoint> from_zero = {{0, 1, {}, {}}, {1000, 2, {}, {}}};
  EXPECT_FALSE(ChartFrame(from_zero).is_logarithmic());
}

TEST(ChartFrame, PutsASinglePointInTheMiddle) {
  const std::vector<ChartPoint> one = {{5, 0, {}, {}}};
  const ChartFrame frame(one);
  EXPECT_EQ(frame.X(5), (ChartFrame::kLeft + ChartFrame::kRight) / 2);
  EXPECT_NEAR(frame.Y(0), (ChartFrame::kTop + ChartFrame::kBottom) / 2, 1e-9);
}

TEST(ChartFrame, HasTicksFromBottomToTop) {
  const std::vector<ChartPoint> points = {{1, -2, {}, {}}, {2, 8, {}, {}}};
  const ChartFrame frame(points);
  const std::vector<double> ticks = frame.Ticks();
  EXPECT_NEAR(frame.Y(ticks.front()), ChartFrame::kBottom, 1e-9);
  EXPECT_NEAR(frame.Y(ticks.back()), ChartFrame::kTop, 1e-9);
}

}  // namespace
}  // namespace meval
