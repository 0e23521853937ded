// libFuzzer's entry point around the one target that is linked in.

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  for (const meval::fuzz::Target& target : meval::fuzz::Targets()) {
    try {
      meval::fuzz::Input input(bytes);
      target.run(input);
    } catch (const meval::fuzz::Failure& failure) {
      std::fprintf(stderr, "fuzz target %s: does not hold: %s\n", target.name.c_str(),
                   failure.what.c_str());
      std::abort();
    }
  }
  return 0;
}
