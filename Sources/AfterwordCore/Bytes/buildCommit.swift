private import CAfterwordData

/// The commit that the program was built from: what `AFTERWORD_COMMIT` was set to while the package
/// was built; nil where it was not, or is no commit's name.
package let buildCommit = commitName(String(cString: afterword_commit()))

/// A commit's name: 7 to 64 hexadecimal digits, and `-dirty` where files differed from it.
package func commitName(_ written: String) -> String? {
    let digits = written.hasSuffix("-dirty") ? written.dropLast(6) : written[...]
    let isName =
        (7...64).contains(digits.count)
        && digits.allSatisfy { $0.isASCII && $0.isHexDigit && !$0.isUppercase }
    return isName ? written : nil
}
