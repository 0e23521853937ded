#include "evals/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace meval {

int TerminalWidth(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 120;
}

bool WantsColor(bool no_color) {
  const char* variable = std::getenv("NO_COLOR");
  return !no_color && (variable == nullptr || *variable == '\0') && isatty(STDOUT_FILENO) != 0;
}

}  // namespace meval
