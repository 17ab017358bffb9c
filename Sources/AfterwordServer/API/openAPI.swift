package import AfterwordCore

/// The OpenAPI 3.1 document of the service, generated from `Operation.all`. Request checks and
/// answer forms come from the same values, so the document cannot differ from them.
package func openAPIDocument() -> JSONValue {
    var paths: [(path: String, operations: [(key: String, value: JSONValue)])] = []
    for operation in Operation.all {
        let entry = (key: operation.method, value: operation.json)
        if let index = paths.firstIndex(where: { $0.path == operation.path }) {
            paths[index].operations.append(entry)
        } else {
            paths.append((operation.path, [entry]))
        }
    }
    let tags = Operation.Tag.allCases.map { tag in
        JSONValue.row(["name": .string(tag.rawValue), "description": .string(tag.comment)])
    }
    return .row([
        "openapi": .string("3.1.0"), "info": information,
        "servers": .array([.row(["url": .string("/")])]), "tags": .array(tags),
        "security": .array(anyone + [.row(["key": .array([])]), .row(["password": .array([])])]),
        "paths": .object(paths.map { ($0.path, .object($0.operations)) }),
        "components": .row([
            "securitySchemes": .row([
                "key": .row(["type": .string("http"), "scheme": .string("bearer")]),
                "password": .row([
                    "type": .string("http"), "scheme": .string("basic"),
                    "description": .string("For browsers: the key is the password."),
                ]),
            ]), "schemas": .object(schemas), "headers": .object(headers),
        ]),
    ])
}

/// No authentication, for services that need no keys.
private let anyone = [JSONValue.row([:])]

private let information = JSONValue.row([
    "title": .string("Afterword"), "version": .string("1"),
    "description": .string(
        """
        Product reviews as a replayable history: exact sums, checked insights, as of any past \
        run. Numbers are whole, with their unit in the name: `rating_tenths`, \
        `mean_thousandths`, `negative_millionths`, `created_at_us`, `age_seconds`; a number \
        without a unit counts or numbers what it is named for. `*_utc` is the moment of `*_us` \
        as RFC 3339 writes it. Deprecated members stay for one release.
        """),
])

/// The JSON Schema of every object that an answer or a body refers to, by name.
private var schemas: [(key: String, value: JSONValue)] {
    describedObjects().map { ($0.name, $0.schema) }
}

private var headers: [(key: String, value: JSONValue)] {
    Operation.Header.allCases.map { header in
        (
            header.rawValue,
            .row([
                "description": .string(header.comment), "schema": header.form.schema,
            ])
        )
    }
}

extension Operation {
    fileprivate var json: JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("summary", .string(summary)), ("operationId", .string(id)),
            ("tags", .array([.string(tag.rawValue)])),
            ("parameters", .array(parameters.map(\.json))),
            ("responses", .object(answers.map { (String($0.status), $0.json) })),
        ]
        if !needsKey { members.append(("security", .array([]))) }
        if let body {
            members.append(
                (
                    "requestBody",
                    .row([
                        "required": .bool(true),
                        "content": .row([
                            "application/json": .row([
                                "schema": body.schema, "example": body.example,
                            ])
                        ]),
                    ])
                ))
        }
        return .object(members)
    }
}

extension Operation.Answer {
    fileprivate var json: JSONValue {
        var members: [(key: String, value: JSONValue)] = [("description", .string(comment))]
        if !contents.isEmpty {
            members.append(("content", .object(contents.map { ($0.type, $0.json) })))
        }
        let named = headers.map { header in
            let name = "#/components/headers/\(header.rawValue)"
            return (key: header.rawValue, value: JSONValue.row(["$ref": .string(name)]))
        }
        members.append(("headers", .object(named)))
        return .object(members)
    }
}

extension Operation.Content {
    fileprivate var json: JSONValue {
        guard type.hasSuffix("json") else { return .row(["schema": form.schema]) }
        return .row(["schema": form.schema, "example": form.example])
    }
}
