# Every third-party package, found here and nowhere else. README lists the Debian package of each.
# Debian's RE2 and sentencepiece come with pkg-config files only.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)                       # nlohmann-json3-dev
find_package(CLI11 2.1 REQUIRED)                                # libcli11-dev
find_package(fmt 9 REQUIRED)                                    # libfmt-dev
find_package(yaml-cpp 0.7 REQUIRED)                             # libyaml-cpp-dev
find_package(tsl-robin-map 1.2 REQUIRED)                        # robin-map-dev
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)              # libssl-dev
find_package(ICU 72 REQUIRED COMPONENTS uc)                     # libicu-dev
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)             # libre2-dev
pkg_check_modules(gmp REQUIRED IMPORTED_TARGET gmpxx)                     # libgmp-dev
add_library(GMP::gmp ALIAS PkgConfig::gmp)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)          # libseccomp-dev
pkg_check_modules(sentencepiece REQUIRED IMPORTED_TARGET sentencepiece)  # libsentencepiece-dev

# A library without a package configuration: tells languages.
find_path(MEVAL_CLD2_INCLUDE cld2/public/compact_lang_det.h REQUIRED)  # libcld2-dev
find_library(MEVAL_CLD2_LIBRARY cld2 REQUIRED)
add_library(CLD2::cld2 UNKNOWN IMPORTED)
set_target_properties(CLD2::cld2 PROPERTIES IMPORTED_LOCATION "${MEVAL_CLD2_LIBRARY}"
                      INTERFACE_INCLUDE_DIRECTORIES "${MEVAL_CLD2_INCLUDE}")

# A header without a package configuration. Its own warnings are none of ours.
find_path(MEVAL_MUSTACHE_INCLUDE kainjow/mustache.hpp REQUIRED)  # libkainjow-mustache-dev
add_library(kainjow::mustache INTERFACE IMPORTED)
set_target_properties(kainjow::mustache PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${MEVAL_MUSTACHE_INCLUDE}")

# Draws the charts of report.html, which holds it: a script, nothing to link.
find_file(MEVAL_CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js /usr/local/share/javascript/chart.js
          NO_DEFAULT_PATH REQUIRED)                              # libjs-chart.js

# oneDNN is optional: without it the built-in GEMM kernels serve every machine. Found by file, since Debian's own package
# configuration insists on OpenCL headers that only its GPU interface needs.
find_path(MEVAL_DNNL_INCLUDE oneapi/dnnl/dnnl.hpp)              # libdnnl-dev
find_library(MEVAL_DNNL_LIBRARY dnnl)
if(MEVAL_DNNL_INCLUDE AND MEVAL_DNNL_LIBRARY)
  add_library(DNNL::dnnl UNKNOWN IMPORTED)
  set_target_properties(DNNL::dnnl PROPERTIES IMPORTED_LOCATION "${MEVAL_DNNL_LIBRARY}"
                        INTERFACE_INCLUDE_DIRECTORIES "${MEVAL_DNNL_INCLUDE}")
  message(STATUS "mistral-eval: oneDNN found: bf16 matmul on chips with bf16 instructions")
else()
  message(STATUS "mistral-eval: oneDNN not found: built-in matmul kernels only (Debian package: libdnnl-dev)")
endif()

if(MEVAL_TESTS)
  find_package(GTest 1.12 REQUIRED)                             # libgtest-dev libgmock-dev
  find_path(MEVAL_VALIJSON_INCLUDE valijson/validator.hpp REQUIRED)  # libvalijson-dev
endif()
if(MEVAL_BENCHMARKS)
  find_package(benchmark 1.7 REQUIRED)                          # libbenchmark-dev
endif()

# CUDA: AUTO compiles the device code where nvcc is found and says which build this is.
set(MEVAL_HAVE_CUDA OFF)
if(NOT MEVAL_CUDA STREQUAL "OFF")
  include(CheckLanguage)
  if(NOT CMAKE_CUDA_COMPILER)
    find_program(MEVAL_NVCC nvcc PATHS /usr/local/cuda/bin "$ENV{CUDA_HOME}/bin")
    if(MEVAL_NVCC)
      set(CMAKE_CUDA_COMPILER "${MEVAL_NVCC}")
    endif()
  endif()
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    # PTX of 8.9 serves newer ones: that of 9.0a would run on 9.0 alone.
    set(CMAKE_CUDA_ARCHITECTURES 80-real 89 90a-real CACHE STRING "CUDA architectures")
    enable_language(CUDA)
    find_package(CUDAToolkit REQUIRED)
    set(MEVAL_HAVE_CUDA ON)
    message(STATUS "mistral-eval: nvcc ${CMAKE_CUDA_COMPILER_VERSION}: CUDA code is compiled")
  elseif(MEVAL_CUDA STREQUAL "ON")
    message(FATAL_ERROR "MEVAL_CUDA=ON, but no nvcc was found. Install the CUDA Toolkit, put nvcc on PATH, "
                        "or configure with -DMEVAL_CUDA=OFF for a CPU build.")
  else()
    message(STATUS "mistral-eval: no nvcc: this is a CPU-only build")
  endif()
endif()
