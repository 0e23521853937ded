#include "tasks/digest.h"

#include <string>

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(Sha256, AgreesWithTheStandardsExamples) {
  // FIPS 180-4, example values.
  EXPECT_EQ(Sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(DigestBuilder, HashesEachPartWithItsLengthInFront) {
  EXPECT_EQ(DigestBuilder().Add("ab").Add("c").Finish(), Sha256("2:ab1:c"));
  EXPECT_EQ(DigestBuilder().Finish(), Sha256(""));
  EXPECT_NE(DigestBuilder().Add("ab").Add("c").Finish(),
            DigestBuilder().Add("a").Add("bc").Finish());
  EXPECT_NE(DigestBuilder().Add("").Finish(), DigestBuilder().Finish());
}

TEST(DigestBuilder, ACopyGoesOnFromWhatItWasMadeOf) {
  DigestBuilder first;
  first.Add("ab");
  DigestBuilder second = first;
  EXPECT_EQ(second.Add("c").Finish(), Sha256("2:ab1:c"));
  EXPECT_EQ(first.Add("d").Finish(), Sha256("2:ab1:d"));
}

}  // namespace
}  // namespace meval
