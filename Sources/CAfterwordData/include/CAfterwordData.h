// The files of `data`, compiled into the program. Swift reads them through `EmbeddedFile` (Core/Bytes).
#ifndef CAFTERWORDDATA_H
#define CAFTERWORDDATA_H

#include <stddef.h>

/// A file: its path below `data`, and its bytes, which live as long as the program.
struct afterword_file {
    const char *name;
    const unsigned char *bytes;
    /// The size of the file. A zero byte, which is not counted, follows the last one.
    size_t count;
};

/// The number of files.
size_t afterword_file_count(void);

/// A file by its place in `data/files.h`; `index` is below `afterword_file_count()`.
struct afterword_file afterword_file(size_t index);

/// The commit that the package was built from, as `AFTERWORD_COMMIT` names it; "" where it does not.
const char *afterword_commit(void);

#endif
