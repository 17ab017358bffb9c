import AfterwordCore

extension ModelAddress {
    /// The host without the dot at its end, with which it names the same server.
    private var serverName: String { host.hasSuffix(".") ? String(host.dropLast()) : host }

    /// Whether it is a server of OpenAI's own, of any region.
    package var isOpenAI: Bool {
        serverName == "openai.com" || serverName.hasSuffix(".openai.com")
    }

    /// Whether it is one of OpenAI's regional hosts, where newer models cost more.
    var isRegional: Bool {
        ["eu", "us", "au", "in", "jp"].contains { serverName == "\($0).api.openai.com" }
    }

    /// Host and port, by which the answers of different servers are kept apart; nil for OpenAI's
    /// own servers.
    package var place: String? {
        guard !(isOpenAI && isEncrypted) else { return nil }
        return port.map { "\(serverName):\($0)" } ?? serverName
    }
}

/// Why a model is not asked at an address.
package enum ModelServerFault: Error, Equatable, Sendable {
    /// It is listed as free, and the server is neither this machine nor a named host.
    case freeFarAway
    /// It is listed as another maker's, and the server is OpenAI's, which would choose a tier of
    /// its own.
    case compatibleAtOpenAI

    package var words: String {
        switch self {
        case .freeFarAway:
            "a model that costs nothing is asked on this machine or a host of --plain-http; "
                + "anywhere else it needs its prices (docs/models.md)"
        case .compatibleAtOpenAI:
            "OPENAI_BASE_URL is OpenAI's own server, and the provider is compatible"
        }
    }
}

extension ModelAddress {
    /// Whether it is this machine or one of `hosts`, encrypted or not.
    private func isOwn(_ hosts: Set<String>) -> Bool {
        isLoopback(host: host) || hosts.contains(host)
    }

    /// Whether what is known of a model can be true here.
    ///
    /// - Throws: `ModelServerFault`.
    func check(_ facts: ModelFacts, _ hosts: Set<String>) throws(ModelServerFault) {
        if isOpenAI, facts.provider == .compatible { throw .compatibleAtOpenAI }
        if !facts.isPaid, isOpenAI || !isOwn(hosts) { throw .freeFarAway }
    }
}
