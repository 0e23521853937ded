#include <iostream>
#include <string>
#include <vector>

#include "evals/program.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  return meval::RunProgram(arguments, std::cin, std::cout, std::cerr);
}
