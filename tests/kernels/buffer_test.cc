#include "kernels/buffer.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include <gtest/gtest.h>

#include "kernels/check.h"

namespace meval {
namespace {

TEST(Buffer, IsAlignedAndWritable) {
  for (const std::size_t bytes :
       {std::size_t{1}, std::size_t{63}, std::size_t{4097}, std::size_t{5} << 20}) {
    const Buffer buffer(bytes);
    ASSERT_NE(buffer.data(), nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64, 0U);
    EXPECT_EQ(buffer.bytes(), bytes);
    std::memset(buffer.data(), 0x5a, bytes);
    EXPECT_EQ(buffer.As<unsigned char>()[bytes - 1], 0x5a);
  }
}

TEST(Buffer, OfNoBytesIsNull) {
  EXPECT_EQ(Buffer().data(), nullptr);
  EXPECT_EQ(Buffer(0).data(), nullptr);
}

TEST(Buffer, MovesItsMemory) {
  Buffer a(128);
  void* data = a.data();
  Buffer b(std::move(a));
  EXPECT_EQ(b.data(), data);
  Buffer c(64);
  c = std::move(b);
  EXPECT_EQ(c.data(), data);
  EXPECT_EQ(c.bytes(), 128U);
}

TEST(Buffer, GivesBackMemoryItTookOverAsItWasTold) {
  static int given_back = 0;
  int memory = 0;
  {
    Buffer buffer(&memory, sizeof(memory),
                  [](void* data) { given_back += *static_cast<int*>(data); });
    memory = 3;
    Buffer moved = std::move(buffer);
    Buffer other(8);
    std::swap(moved, other);
    EXPECT_EQ(other.data(), &memory);
    EXPECT_EQ(given_back, 0);
  }
  EXPECT_EQ(given_back, 3) << "once";
}

TEST(Buffer, RefusesTheImpossibleByName) {
  try {
    const Buffer buffer(std::size_t{1} << 60);
    FAIL() << "an exbibyte was allocated";
  } catch (const DeviceError& error) {
    EXPECT_NE(std::string(error.what()).find("1152921504606846976 bytes"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace meval
