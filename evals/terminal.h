#ifndef MEVAL_EVALS_TERMINAL_H_
#define MEVAL_EVALS_TERMINAL_H_

namespace meval {

// Columns of the terminal behind a file descriptor; a file or pipe is as wide as a report needs.
int TerminalWidth(int descriptor);

// Whether stdout is a terminal that wants colours: neither the flag nor NO_COLOR speaks against it.
bool WantsColor(bool no_color);

}  // namespace meval

#endif  // MEVAL_EVALS_TERMINAL_H_
