// The data files of the program, by their paths below this folder. To add a file: put it here and
// add its two lines (one is not to be had: no macro expands to a directive such as `#embed`).
//
// A changed file is compiled in by the next build, because clang reports every `#embed` among the
// dependencies of CAfterwordData.c, as it does every `#include`.

#define FILE_NAME "markup/named-references.txt"
#include "embed.h"
