#include "evals/flags.h"
#include "tests/fuzz/fuzz_target.h"

namespace meval {
namespace {

// The words behind a command's name, from: the command, its words.
MEVAL_FUZZ_TARGET(command_line) {
  const std::size_t command = input.Below(7);
  const std::vector<std::string> words = input.Texts();
  try {
    switch (command) {
      case 0:
        ParseRun(words);
        break;
      case 1:
        ParseScore(words);
        break;
      case 2:
        ParseArena(words);
        break;
      case 3:
        ParsePerplexity(words);
        break;
      case 4:
        ParseGenerate(words);
        break;
      case 5:
        ParseTokenize(words);
        break;
      default:
        ParseTasks(words);
    }
  } catch (const UsageError& error) {
    fuzz::Require(!std::string(error.what()).empty(), "an error says something");
  } catch (const HelpRequested& help) {
    fuzz::Require(!std::string(help.what()).empty(), "help says something");
  }
}

}  // namespace
}  // namespace meval
