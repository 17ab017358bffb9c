#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The folder for temporary files: that of `TMPDIR`, or `/tmp` where it is not set or empty.
package func temporaryFolder() -> String {
    temporaryFolder(of: getenv("TMPDIR").map { String(cString: $0) })
}

/// The folder for temporary files by the value of `TMPDIR`; nil where it is not set.
func temporaryFolder(of variable: String?) -> String {
    guard let variable, !variable.isEmpty else { return "/tmp" }
    return variable
}
