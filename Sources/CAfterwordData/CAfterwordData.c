#include "CAfterwordData.h"

// `#embed` is C23; clang has it as an extension in every language mode since version 19, which the
// Swift toolchains from 6.2 on and Xcode 26 exceed.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const struct afterword_file files[] = {
#include "data/files.h"
};

size_t afterword_file_count(void) { return sizeof files / sizeof *files; }

struct afterword_file afterword_file(size_t index) { return files[index]; }

const char *afterword_commit(void) { return AFTERWORD_COMMIT; }
