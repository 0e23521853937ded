#include "metrics/signature.h"

#include <vector>

#include <gtest/gtest.h>

namespace meval {
namespace {

TEST(Signature, NamesFieldsInTheOrderAddedAndTheVersionLast) {
  EXPECT_EQ(Signature().Text(), "version:mistral-eval-1");
  EXPECT_EQ(Signature().Add("nrefs", "1").Add("tok", "13a").Text(),
            "nrefs:1|tok:13a|version:mistral-eval-1");
}

TEST(Signature, KeepsFieldsApartAndOnOneLineWhateverTheirText) {
  EXPECT_EQ(Signature().Add("regex", "(a|b)").Text(), "regex:(a%7Cb)|version:mistral-eval-1");
  EXPECT_EQ(Signature().Add("x", "50%\n\x7F").Text(), "x:50%25%0A%7F|version:mistral-eval-1");
  EXPECT_EQ(Signature().Add("x", "caf\u00e9: 1").Text(), "x:caf\u00e9: 1|version:mistral-eval-1");
}

TEST(Signature, CountsReferences) {
  EXPECT_EQ(ReferenceCount({}), "0");
  EXPECT_EQ(ReferenceCount(std::vector<std::size_t>{1, 1, 1}), "1");
  EXPECT_EQ(ReferenceCount(std::vector<std::size_t>{4}), "4");
  EXPECT_EQ(ReferenceCount(std::vector<std::size_t>{2, 1, 2}), "var");
}

}  // namespace
}  // namespace meval
