/// Reads a flag: `true`, `1`, `yes`, `y` or their opposites in any case and in many languages, and
/// the badges that say that a purchase was verified.
func readFlag(_ raw: [UInt8]) -> Result<Bool, ReadFault> {
    if let folded = foldWritten(raw) {
        let plain = folded.replacing("_", with: " ").replacing("-", with: " ")
        if let flag = flagWords[plain] { return .success(flag) }
    }
    return .failure(.init(.unreadableFlag))
}

private let flagWords: [String: Bool] = {
    let yes = [
        "true", "1", "1.0", "yes", "y", "t", "on", "x", "✓", "✔", "✅", "ja", "oui", "sí", "si",
        "sim", "tak", "evet", "да", "はい", "是", "예", "نعم",
        "verified", "verified purchase", "verified buyer", "verified purchaser",
        "verified customer", "verified review", "verified owner", "buyer", "confirmed buyer",
        "verified by shop", "verifizierter kauf", "verifiziert", "bestätigter kauf",
        "verifizierter käufer", "achat vérifié", "vérifié", "acheteur vérifié",
        "compra verificada", "verificado", "comprador verificado", "acquisto verificato",
        "verificato", "geverifieerde aankoop", "geverifieerd", "zweryfikowany zakup",
        "potwierdzony zakup", "verifierat köp", "doğrulanmış alışveriş", "onaylı alışveriş",
        "проверенная покупка", "подтвержденная покупка", "amazonで購入", "已验证购买", "已確認購買",
        "구매확인", "عملية شراء معتمدة",
    ]
    let no = [
        "false", "0", "0.0", "no", "n", "f", "off", "✗", "✘", "❌", "nein", "non", "não", "nie",
        "hayır", "нет", "いいえ", "否", "아니오", "لا",
        "unverified", "not verified", "non verified", "nothing", "none", "not verified purchase",
        "unverified purchase", "nicht verifiziert", "non vérifié", "no verificado",
        "non verificato", "niet geverifieerd", "niezweryfikowany",
    ]
    var words: [String: Bool] = [:]
    for word in yes { words[foldWritten(Array(word.utf8)) ?? word] = true }
    for word in no { words[foldWritten(Array(word.utf8)) ?? word] = false }
    return words
}()
