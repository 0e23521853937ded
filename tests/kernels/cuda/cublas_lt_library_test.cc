// Loading cuBLASLt, from stand-ins that CMake builds: what is missing is said clearly.

#include "kernels/cuda/cublas_lt_library.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/check.h"

namespace meval::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Stub(const std::string& name) {
  return std::string(MEVAL_STUB_DIR) + "/libcublasLt_" + name + ".so";
}

std::string WhyNot(const std::vector<std::string>& paths) {
  try {
    cuda::LoadCublasLtFrom(paths);
  } catch (const DeviceError& error) {
    return error.what();
  }
  return "loaded";
}

TEST(CublasLtLibrary, ComesFromTheFirstFileThatLoads) {
  const cuda::CublasLtLibrary lt =
      cuda::LoadCublasLtFrom(std::vector<std::string>{"/absent/libcublasLt.so.13", Stub("whole")});
  EXPECT_EQ(lt.get_version(), 130100U);
  EXPECT_NE(lt.matmul, nullptr);
}

TEST(CublasLtLibrary, NoLibraryIsAnErrorThatNamesWhatToInstall) {
  EXPECT_THAT(
      WhyNot({"/absent/libcublasLt.so.13"}),
      AllOf(StartsWith("cuda: libcublasLt.so.13 does not load (/absent/libcublasLt.so.13: "),
            HasSubstr("No such file"),
            EndsWith("; install cuBLAS of the CUDA Toolkit 13 or put its folder on "
                     "LD_LIBRARY_PATH")));
}

TEST(CublasLtLibrary, SaysWhatIsWrongWithEachFileThatDoesNotLoad) {
  EXPECT_THAT(WhyNot({Stub("incomplete"), "/absent/libcublasLt.so.13"}),
              AllOf(HasSubstr("undefined symbol: function_of_a_library_that_is_absent"),
                    HasSubstr("; /absent/libcublasLt.so.13: ")));
}

TEST(CublasLtLibrary, ALibraryWithoutAFunctionIsAnErrorThatNamesBoth) {
  EXPECT_EQ(WhyNot({Stub("lacking")}), "cuda: " + Stub("lacking") +
                                           " has no function cublasLtMatmulAlgoCheck; it is of "
                                           "another version than this build");
}

// All functions are there, but their structures are other ones.
TEST(CublasLtLibrary, AnOlderVersionUnderTheNameOfThisOneIsAnError) {
  EXPECT_EQ(WhyNot({Stub("old")}),
            "cuda: " + Stub("old") +
                " is cuBLASLt of version number 120804, and this build needs 130000 to 139999; "
                "install cuBLAS of the CUDA Toolkit 13");
}

// A library that is no cuBLASLt at all.
TEST(CublasLtLibrary, AnotherLibraryIsAnError) {
  EXPECT_EQ(WhyNot({"libm.so.6"}),
            "cuda: libcublasLt.so.13 has no function cublasLtGetVersion; it is of another version "
            "than this build");
}

// The names are those of the real one.
TEST(CublasLtLibrary, TheToolkitsOwnHasAllFunctions) {
  const std::string path = "/usr/local/cuda/lib64/libcublasLt.so.13";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  EXPECT_EQ(WhyNot({path}), "loaded");
}

}  // namespace
}  // namespace meval::testing
