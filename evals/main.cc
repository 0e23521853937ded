#include <iostream>
#include <string>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "evals/program.h"

int main(int argc, char** argv) {
#ifdef M_TOP_PAD
  // Plans and logs take hundreds of megabytes piece by piece; by default glibc asks the system for
  // 128 KiB at a time, and a planned MMLU spends a tenth of its time in those calls.
  mallopt(M_TOP_PAD, 16 << 20);
#endif
  const std::vector<std::string> arguments(argv, argv + argc);
  return meval::RunProgram(arguments, std::cin, std::cout, std::cerr);
}
