package import AfterwordCore

/// The description of the service, of OpenAPI 3.1, made from the endpoints: what requests are checked by cannot differ from it.
package func openAPIDocument() -> JSONValue {
    var paths: [(key: String, value: JSONValue)] = []
    for endpoint in Endpoint.all {
        var operations: [(key: String, value: JSONValue)] = [
            (
                "get",
                .row([
                    "summary": .string(endpoint.summary),
                    "operationId": .string(operationID("get", endpoint.path)),
                    "parameters": .array(endpoint.parameters.map(\.json)),
                    "responses": .object(
                        [("200", answer(endpoint))] + problems([400, 401, 403, 404, 409, 421, 503])),
                ])
            )
        ]
        if endpoint.makesInsights {
            operations.append(("post", makingInsights(endpoint)))
        }
        paths.append((endpoint.path, .object(operations)))
    }
    return .row([
        "openapi": .string("3.1.0"),
        "info": .row([
            "title": .string("Afterword"), "version": .string("1"),
            "description": .string(
                "Product reviews as a replayable history: exact sums, checked insights, as of any past run. Numbers are whole: tenths of a star, thousandths, millionths, microseconds."
            ),
        ]),
        "servers": .array([.row(["url": .string("/")])]),
        "security": .array([.row([:]), .row(["key": .array([])])]),
        "paths": .object(paths),
        "components": .row([
            "securitySchemes": .row([
                "key": .row(["type": .string("http"), "scheme": .string("bearer")])
            ]),
            "schemas": .row([
                "AsOf": object(["run", "recorded_at", "observed_at"]),
                "Problem": object(["type", "title", "status", "detail", "request_id"]),
            ]),
        ]),
    ])
}

/// `get_products_product_reviews`.
private func operationID(_ method: String, _ path: String) -> String {
    let words = path.split { !$0.isLetter }.dropFirst(2)
    return ([method] + words.map(String.init)).joined(separator: "_")
}

private func object(_ required: [String]) -> JSONValue {
    .row([
        "type": .string("object"), "required": .array(required.map { .string($0) }),
    ])
}

private func reference(_ name: String) -> JSONValue {
    .row(["$ref": .string("#/components/schemas/\(name)")])
}

private func content(_ type: String, _ schema: JSONValue) -> JSONValue {
    .row([type: .row(["schema": schema])])
}

private func answer(_ endpoint: Endpoint) -> JSONValue {
    let entry = object(endpoint.required)
    let schema: JSONValue =
        switch endpoint.shape {
        case .list:
            .row([
                "type": .string("object"),
                "required": .array(["as_of", "items", "total", "next"].map { .string($0) }),
                "properties": .row([
                    "as_of": reference("AsOf"),
                    "items": .row(["type": .string("array"), "items": entry]),
                    "total": .row(["type": .string("integer"), "minimum": JSONValue(0)]),
                    "next": .row(["type": .array([.string("string"), .string("null")])]),
                ]),
            ])
        case .item, .object:
            .row([
                "type": .string("object"),
                "required": .array(["as_of", "item"].map { .string($0) }),
                "properties": .row(["as_of": reference("AsOf"), "item": entry]),
            ])
        }
    return .row([
        "description": .string(endpoint.summary), "content": content("application/json", schema),
    ])
}

private func problems(_ codes: [Int]) -> [(key: String, value: JSONValue)] {
    codes.map { code in
        (
            String(code),
            .row([
                "description": .string("A problem (RFC 9457)."),
                "content": content("application/problem+json", reference("Problem")),
            ])
        )
    }
}

private func makingInsights(_ endpoint: Endpoint) -> JSONValue {
    let path = endpoint.parameters.filter(\.isInPath)
    let made = JSONValue.row([
        "type": .string("object"), "required": .array([.string("item")]),
        "properties": .row(["item": object(["document", "made_run"])]),
    ])
    return .row([
        "summary": .string(
            "Have an insight made, where its reviews changed. The one way to spend money."),
        "operationId": .string(operationID("post", endpoint.path)),
        "parameters": .array((path + [waitParameter]).map(\.json)),
        "requestBody": .row([
            "required": .bool(true),
            "content": content(
                "application/json",
                .row([
                    "type": .string("object"), "additionalProperties": .bool(false),
                    "properties": .row(["language": languageParameter.schema]),
                ])),
        ]),
        "responses": .object(
            [
                (
                    "200",
                    .row([
                        "description": .string("The insight."),
                        "content": content("application/json", made),
                    ])
                ),
                (
                    "202",
                    .row([
                        "description": .string("It is being made; see Location."),
                        "content": content("application/json", object(["status"])),
                    ])
                ),
            ] + problems([400, 401, 402, 403, 404, 409, 413, 415, 421, 429, 502, 503])),
    ])
}

let waitParameter = Parameter.number(
    "wait", 0...60, "Seconds to wait for it before the answer is 202; 10 when left out.")
let languageParameter = Parameter.choice(
    "language", Language.allCases.filter { $0 != .unknown }.map(\.rawValue),
    "The language it is told in; en when left out.")
