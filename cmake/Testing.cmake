# meval_test(name SOURCES ... LINKS ...): one GoogleTest program per folder of tests/, every TEST a ctest entry.
enable_testing()
include(GoogleTest)

function(meval_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} meval_flags GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE MEVAL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600)
endfunction()
