# The emulator and some kernels under sanitizers, in every build but those of the presets that have all of it. The suites and
# everything else come without: what is asked is what kernels do with memory (docs/cuda.md).
include(CheckCXXSourceCompiles)
set(MEVAL_SANITIZED_KERNELS rmsnorm.cu rope_kv.cu attention_decode.cu page_copy.cu token_logprob.cu)
list(TRANSFORM MEVAL_SANITIZED_KERNELS PREPEND "${PROJECT_SOURCE_DIR}/kernels/cuda/")
set_source_files_properties(${MEVAL_SANITIZED_KERNELS} PROPERTIES LANGUAGE CXX)

# ThreadSanitizer does not start where addresses are too random.
find_program(MEVAL_SETARCH setarch)
set(launcher_of_thread)
if(MEVAL_SETARCH)
  execute_process(COMMAND "${MEVAL_SETARCH}" -R true RESULT_VARIABLE refused OUTPUT_QUIET ERROR_QUIET)
  if(refused EQUAL 0)
    set(launcher_of_thread "${MEVAL_SETARCH}" -R)
  endif()
endif()

# meval_sanitized_objects(NAME SANITIZER SOURCES ... [DEFINITIONS ...]): they take the place of the same sources in the
# libraries without.
function(meval_sanitized_objects name sanitizer)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEFINITIONS" ${ARGN})
  add_library(${name} OBJECT ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE meval_cuda_emulator)
  target_compile_definitions(${name} PRIVATE ${ARG_DEFINITIONS})
  target_compile_options(${name} PRIVATE -Wno-unknown-pragmas -fsanitize=${sanitizer} -fno-sanitize-recover=all
    -fno-omit-frame-pointer $<$<CONFIG:RelWithDebInfo>:-O1>)
endfunction()

# meval_sanitized_test(NAME SANITIZER KERNELS TESTS [PASSES_IF message])
function(meval_sanitized_test name sanitizer kernels tests)
  cmake_parse_arguments(ARG "" "PASSES_IF" "" ${ARGN})
  string(REGEX REPLACE ",.*" "" short ${sanitizer})
  set(program cuda_sanitized_${name}_test)
  add_executable(${program}
    $<TARGET_OBJECTS:meval_emulator_${short}> $<TARGET_OBJECTS:${kernels}> $<TARGET_OBJECTS:meval_cuda_suites>)
  target_link_options(${program} PRIVATE -fsanitize=${sanitizer})
  target_link_libraries(${program} PRIVATE meval_cuda_emulated GTest::gmock GTest::gtest_main)
  add_test(NAME Sanitized.${name} COMMAND ${launcher_of_${short}} $<TARGET_FILE:${program}> "--gtest_filter=${tests}")
  set_tests_properties(Sanitized.${name} PROPERTIES LABELS cuda_emulated TIMEOUT 600
    SKIP_REGULAR_EXPRESSION "ThreadSanitizer: unexpected memory mapping")
  if(ARG_PASSES_IF)
    set_tests_properties(Sanitized.${name} PROPERTIES PASS_REGULAR_EXPRESSION "${ARG_PASSES_IF}")
  endif()
endfunction()

# meval_sanitized(SANITIZER BUG MESSAGE): the tests pass, and a bug of RMSNorm's is noticed by this message.
function(meval_sanitized sanitizer bug message)
  string(REGEX REPLACE ",.*" "" short ${sanitizer})
  set(CMAKE_REQUIRED_FLAGS -fsanitize=${sanitizer})
  check_cxx_source_compiles("int main() { return 0; }" MEVAL_HAVE_SANITIZER_${short})
  if(NOT MEVAL_HAVE_SANITIZER_${short})
    return()
  endif()
  meval_sanitized_objects(meval_emulator_${short} ${sanitizer} SOURCES ${MEVAL_EMULATOR_SOURCES})
  meval_sanitized_objects(meval_cuda_${short} ${sanitizer} SOURCES ${MEVAL_SANITIZED_KERNELS})
  meval_sanitized_test(${short} ${sanitizer} meval_cuda_${short}
    "*RmsNorm*:*RopeKv*:*PageCopy*:*TokenLogprob*:*AttentionKernels*TokenByToken*D8_*")
  meval_sanitized_objects(meval_cuda_${short}_${bug} ${sanitizer}
    SOURCES "${PROJECT_SOURCE_DIR}/kernels/cuda/rmsnorm.cu" DEFINITIONS MEVAL_PLANTED_BUG=${bug})
  meval_sanitized_test(${short}_${bug} ${sanitizer} meval_cuda_${short}_${bug} "*RmsNorm*" PASSES_IF "${message}")
endfunction()
meval_sanitized(address,undefined kReadBehindTheRow "AddressSanitizer: use-after-poison.*rmsnorm[.]cu")
meval_sanitized(thread kMissingBarrier "ThreadSanitizer: data race.*reduce[.]cuh")
