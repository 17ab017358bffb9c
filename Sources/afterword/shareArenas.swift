import CMalloc
import Foundation

/// Has all threads share two arenas of glibc, as `MALLOC_ARENA_MAX=2` does: else each thread keeps
/// what a large answer needed. The variable, where it is set, stands. For programs that live long;
/// nothing elsewhere than on Linux.
func shareArenas() {
    #if canImport(Glibc)
        guard ProcessInfo.processInfo.environment["MALLOC_ARENA_MAX"] == nil else { return }
        _ = mallopt(M_ARENA_MAX, 2)
    #endif
}
