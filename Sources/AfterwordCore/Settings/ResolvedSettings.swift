/// What is in force without options of a command: the environment over the settings file over what
/// holds without either.
package struct ResolvedSettings: Sendable {
    /// Where a value comes from.
    package enum Origin: Equatable, Sendable {
        case fallback
        case environment(String)
        /// The file's path, and the line.
        case file(String, line: Int)

        /// The word of the JSON.
        package var word: String {
            switch self {
            case .fallback: "default"
            case .environment: "environment"
            case .file: "file"
            }
        }

        /// Where exactly: a variable's name, or a line of the file.
        package var place: String {
            switch self {
            case .fallback: ""
            case .environment(let name): name
            case .file(let path, let line): "\(path):\(line)"
            }
        }
    }

    /// A setting in force.
    package struct Entry: Equatable, Sendable {
        package var key: SettingKey
        /// Empty where nothing is set.
        package var values: [String]
        package var origin: Origin

        /// The value to be shown: of a secret only whether there is one.
        package var shown: String {
            switch key.kind {
            case .secret: values.isEmpty ? "not set" : "set"
            case .store: values.map { WrittenStore($0).shown }.joined(separator: ", ")
            default: values.joined(separator: ", ")
            }
        }
    }

    /// One for each of `SettingKey.all`, in their order.
    package private(set) var entries: [Entry] = []
    /// What cannot be used, each with where it stands.
    package private(set) var faults: [String] = []

    /// - Parameters:
    ///   - file: The settings file, with the path by which it is named and its folder's path.
    ///   - read: The content of a file that holds a secret; nil where it cannot be read.
    package init(
        environment: [String: String],
        file: (content: SettingsFile, path: String, folder: String)?,
        read: (_ path: String) -> String?
    ) {
        for key in SettingKey.all {
            if let written = environment[key.variable], !written.isEmpty {
                entries.append(fromEnvironment(key, written))
            } else if let file, let (value, line) = file.content.values[key.name] {
                let origin = Origin.file(file.path, line: line)
                let values = resolve(value, key, (environment, file.folder, origin), read)
                entries.append(Entry(key: key, values: values, origin: origin))
            } else {
                let values = key.fallback.map { [$0] } ?? []
                entries.append(Entry(key: key, values: values, origin: .fallback))
            }
        }
    }

    private mutating func fromEnvironment(_ key: SettingKey, _ written: String) -> Entry {
        if let fault = key.fault(in: written) { faults.append("\(key.variable): \(fault)") }
        let values =
            key.kind == .shapes ? written.split(separator: ",").map(String.init) : [written]
        return Entry(key: key, values: values, origin: .environment(key.variable))
    }

    private mutating func resolve(
        _ value: SettingsFile.Value, _ key: SettingKey,
        _ place: (environment: [String: String], folder: String, origin: Origin),
        _ read: (String) -> String?
    ) -> [String] {
        switch value {
        case .written(let values):
            return values.map { written in
                switch key.kind {
                case .store where WrittenStore(written).isFile && !written.contains(":"), .path:
                    Self.path(written, in: place.folder)
                // A built-in shape is named without a slash or an ending.
                case .shapes where written.contains("/") || written.hasSuffix(".json"):
                    Self.path(written, in: place.folder)
                default: written
                }
            }
        case .variable, .file:
            guard let held = value.held(place.environment, in: place.folder, read) else {
                faults.append("\(place.origin.place): \(key.name): \(value.absence)")
                return []
            }
            return [held]
        }
    }

    /// A path as seen from the folder of the settings file; "" is the current one.
    static func path(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
    }

    /// The values of a setting; empty where nothing is set.
    package func values(_ name: String) -> [String] {
        entries.first { $0.key.name == name }?.values ?? []
    }

    /// The value of a setting that has one.
    package func value(_ name: String) -> String? { values(name).first }
}
