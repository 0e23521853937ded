#include "kernels/tensor.h"

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(TensorView, IsDenseAfterConstruction) {
  std::vector<float> data(24);
  const TensorView view(data.data(), DType::kF32, {2, 3, 4});
  EXPECT_EQ(view.rank, 3);
  EXPECT_EQ(view.rows(), 2);
  EXPECT_EQ(view.row_elements(), 12);
  EXPECT_EQ(view.num_elements(), 24);
  EXPECT_EQ(view.row_stride, 12);
  EXPECT_TRUE(view.dense());
}

TEST(TensorView, OfRankOneHasRowsOfOneElement) {
  std::vector<float> data(5);
  const TensorView view(data.data(), DType::kF32, {5});
  EXPECT_EQ(view.row_elements(), 1);
  EXPECT_EQ(view.num_elements(), 5);
  EXPECT_TRUE(view.dense());
}

TEST(TensorView, OfNothingHoldsNothing) {
  const TensorView view;
  EXPECT_EQ(view.rows(), 0);
  EXPECT_EQ(view.num_elements(), 0);
}

TEST(TensorView, MayBeNullOnlyWhenEmpty) {
  EXPECT_NO_THROW(TensorView(nullptr, DType::kF32, {0, 4}));
  EXPECT_THROW(TensorView(nullptr, DType::kF32, {1, 4}), std::invalid_argument);
}

TEST(TensorView, RefusesBadShapes) {
  float value = 0;
  EXPECT_THROW(TensorView(&value, DType::kF32, {}), std::invalid_argument);
  EXPECT_THROW(TensorView(&value, DType::kF32, {1, 1, 1, 1, 1}), std::invalid_argument);
  EXPECT_THROW(TensorView(&value, DType::kF32, {-1, 2}), std::invalid_argument);
}

TEST(TensorView, RowsKeepTheStride) {
  std::vector<float> data(12);
  const TensorView view(data.data(), DType::kF32, {4, 3});
  const TensorView rows = view.Rows(1, 2);
  EXPECT_EQ(rows.data, data.data() + 3);
  EXPECT_EQ(rows.rows(), 2);
  EXPECT_EQ(rows.row_stride, 3);
  EXPECT_EQ(view.Rows(4, 0).rows(), 0);
  EXPECT_THROW(view.Rows(3, 2), std::invalid_argument);
  EXPECT_THROW(view.Rows(-1, 1), std::invalid_argument);
  EXPECT_THROW(view.Rows(0, -1), std::invalid_argument);
}

TEST(TensorView, ColumnsKeepTheRowsApart) {
  std::vector<std::uint16_t> data(12);
  const TensorView view(data.data(), DType::kBF16, {3, 4});
  const TensorView columns = view.Columns(1, 2);
  EXPECT_EQ(columns.data, data.data() + 1);
  EXPECT_EQ(columns.shape[1], 2);
  EXPECT_EQ(columns.row_stride, 4);
  EXPECT_FALSE(columns.dense());
  EXPECT_EQ(columns.Rows(1, 1).data, data.data() + 5);
  EXPECT_THROW(view.Columns(3, 2), std::invalid_argument);
  EXPECT_THROW(view.Columns(-1, 2), std::invalid_argument);
}

TEST(TensorView, ColumnsNeedRankTwo) {
  std::vector<float> data(8);
  EXPECT_THROW(TensorView(data.data(), DType::kF32, {8}).Columns(0, 1), std::invalid_argument);
}

TEST(TensorView, WithRowShapeRegroupsTheRow) {
  std::vector<float> data(24);
  const TensorView columns = TensorView(data.data(), DType::kF32, {2, 12}).Columns(0, 6);
  const TensorView heads = columns.WithRowShape({3, 2});
  EXPECT_EQ(heads.rank, 3);
  EXPECT_EQ(heads.row_stride, 12);
  EXPECT_EQ(ToString(heads), "[2, 3, 2] f32");
  EXPECT_THROW(columns.WithRowShape({4, 2}), std::invalid_argument);
  EXPECT_THROW(columns.WithRowShape({1, 1, 1, 6}), std::invalid_argument);
}

TEST(DType, HasSizeAndName) {
  EXPECT_EQ(SizeOf(DType::kF32), 4);
  EXPECT_EQ(SizeOf(DType::kBF16), 2);
  EXPECT_EQ(SizeOf(DType::kF16), 2);
  EXPECT_STREQ(Name(DType::kF32), "f32");
  EXPECT_STREQ(Name(DType::kBF16), "bf16");
  EXPECT_STREQ(Name(DType::kF16), "f16");
  EXPECT_STREQ(Name(Device::kCpu), "cpu");
  EXPECT_STREQ(Name(Device::kCuda), "cuda");
}

}  // namespace
}  // namespace meval
