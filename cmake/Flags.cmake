# Language level, warnings and sanitizers, the same for every target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(MEVAL_TESTS "Build the tests" ON)
option(MEVAL_BENCHMARKS "Build the Google Benchmark programs" ON)
option(MEVAL_WERROR "Treat warnings as errors" ON)
set(MEVAL_SANITIZER "" CACHE STRING "Sanitizers to build with: empty, 'address,undefined' or 'thread'")
option(MEVAL_FUZZ "Build the libFuzzer programs of tests/fuzz (clang only)" OFF)
set(MEVAL_CUDA AUTO CACHE STRING "Compile CUDA code: AUTO (where nvcc is found), ON or OFF")
set_property(CACHE MEVAL_CUDA PROPERTY STRINGS AUTO ON OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(MEVAL_CCACHE ccache)
if(MEVAL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Sloppy in what ccache wants for precompiled headers, which the tests have.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${MEVAL_CCACHE}")
endif()

add_library(meval_flags INTERFACE)
target_include_directories(meval_flags INTERFACE "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/generated")
# -ffp-contract=off: sums and products happen in the order and precision the code states
# (docs/numerics.md); kernels that want fused multiply-add ask for it by name.
target_compile_options(meval_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
  -ffp-contract=off $<$<BOOL:${MEVAL_WERROR}>:-Werror>)
# g++ 12 reports std::string concatenation as overlapping memcpy at -O3 (GCC bug 105651): a false alarm.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(meval_flags INTERFACE -Wno-restrict)
endif()
if(MEVAL_SANITIZER)
  target_compile_options(meval_flags INTERFACE -fsanitize=${MEVAL_SANITIZER} -fno-omit-frame-pointer -g)
  target_link_options(meval_flags INTERFACE -fsanitize=${MEVAL_SANITIZER})
  if(MEVAL_SANITIZER MATCHES "undefined")
    target_compile_options(meval_flags INTERFACE -fno-sanitize-recover=undefined)
  endif()
endif()
if(MEVAL_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "MEVAL_FUZZ=ON needs clang, found ${CMAKE_CXX_COMPILER_ID}: use the preset fuzz "
                        "(Debian packages: scripts/dependencies.sh --list fuzz)")
  endif()
  target_compile_options(meval_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# -fpch-preprocess: without it ccache does not see that GCC reads the header. The warnings: what GCC 12 says of std::string (GCC
# bug 105651) it takes for our code once it comes from a precompiled header.
add_library(meval_precompiled_flags INTERFACE)
target_compile_options(meval_precompiled_flags INTERFACE
  "$<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess;-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread>")

# meval_precompile_headers(target headers...)
function(meval_precompile_headers target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  target_link_libraries(${target} PRIVATE meval_precompiled_flags)
endfunction()

# What waits for the engine all the time: in the dev preset a third less to compile, at no cost that a test would notice.
# Releases (-O3) keep their flags.
function(meval_compile_quickly target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1>)
endfunction()

# meval_library(name SOURCES ... LINKS ... PRIVATE_LINKS ...): the one way a folder becomes a target.
function(meval_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(meval_${name} STATIC ${ARG_SOURCES})
  add_library(meval::${name} ALIAS meval_${name})
  target_link_libraries(meval_${name} PUBLIC meval_flags ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
endfunction()
