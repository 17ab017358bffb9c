import AfterwordCore
import FoundationEssentials
import GRDB

extension Row: ColumnRow {
    func optional(_ column: String) -> Int64? { self[column] }
    func text(_ column: String) -> Text? { (self[column] as String?).map { Text($0) } }
    func bytes(_ column: String) -> [UInt8] { Array(self[column] as Data) }
}
