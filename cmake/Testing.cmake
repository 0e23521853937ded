# meval_test(name SOURCES ... LINKS ... [PROPERTIES ...]): one GoogleTest program per folder of tests/, every TEST a ctest entry
# with these properties.
enable_testing()
include(GoogleTest)

# Parsing these two takes longer than compiling most tests.
function(meval_precompile_test_headers name)
  target_precompile_headers(${name} PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
  # The first: without it ccache does not see that GCC reads them. The others: what GCC 12 warns of in std::string (GCC bug
  # 105651) it takes for our code once it comes from a precompiled header.
  target_compile_options(${name} PRIVATE
    "$<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess;-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread>")
endfunction()

function(meval_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PROPERTIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} meval_flags GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE MEVAL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # A quarter less to compile. What is tested keeps its own flags.
  target_compile_options(${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1>)
  list(LENGTH ARG_SOURCES num_sources)
  if(num_sources GREATER 2)
    meval_precompile_test_headers(${name})
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600 ${ARG_PROPERTIES})
endfunction()
