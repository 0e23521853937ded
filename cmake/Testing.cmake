# meval_test(name SOURCES ... LINKS ... [PROPERTIES ...]): one GoogleTest program per folder of tests/, every TEST a ctest entry
# with these properties.
enable_testing()
include(GoogleTest)

# What compiles a test, whatever it links: one set of flags, so that one precompiled header serves every program.
add_library(meval_test_flags INTERFACE)
target_link_libraries(meval_test_flags INTERFACE meval_flags meval_precompiled_flags GTest::gmock)
# A quarter less to compile. What is tested keeps its own flags.
target_compile_options(meval_test_flags INTERFACE $<$<CONFIG:RelWithDebInfo>:-O1>)

# Parsing these takes longer than compiling most tests. An executable, since code of another kind is another header to GCC.
file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/generated/test_headers.cc" CONTENT "int main() { return 0; }\n")
add_executable(meval_test_headers "${PROJECT_BINARY_DIR}/generated/test_headers.cc")
target_link_libraries(meval_test_headers PRIVATE meval_test_flags)
target_precompile_headers(meval_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h> <nlohmann/json.hpp>)

function(meval_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PROPERTIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} meval_test_flags GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE MEVAL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_precompile_headers(${name} REUSE_FROM meval_test_headers)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600 ${ARG_PROPERTIES})
endfunction()
