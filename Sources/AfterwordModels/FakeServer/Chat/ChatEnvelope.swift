import AfterwordCore

/// What stands around an answer: ids, times, the model and the tier. Writes it as one body or as
/// the events of a stream.
struct ChatEnvelope: Sendable {
    var id: String
    /// Seconds since 1970.
    var created: Int64
    var model: String
    var tier: String
    var fingerprint: String
    var topLogprobs: Int?
    var usesFunctions = false

    // MARK: One body

    func body(_ answer: ChatAnswer) -> JSONValue {
        let choices = answer.choices.enumerated().map { index, choice in
            JSONValue.row([
                "index": JSONValue(index), "message": message(choice),
                "logprobs": logprobs(choice.content, choice.refusal),
                "finish_reason": .string(choice.finish),
            ])
        }
        return .row([
            "id": .string(id), "object": .string("chat.completion"), "created": JSONValue(created),
            "model": .string(model), "choices": .array(choices), "usage": answer.usage.json,
            "service_tier": .string(tier), "system_fingerprint": .string(fingerprint),
        ])
    }

    private func message(_ choice: ChatAnswer.Choice) -> JSONValue {
        var message = JSONValue.row([
            "role": .string("assistant"), "content": JSONValue(choice.content),
        ])
        if usesFunctions, let call = choice.calls.first {
            message = message.adding(
                "function_call",
                .row(["name": .string(call.name), "arguments": .string(call.arguments)]))
        } else if !choice.calls.isEmpty {
            message = message.adding("tool_calls", .array(choice.calls.map(\.json)))
        }
        return message.adding("refusal", JSONValue(choice.refusal))
            .adding("annotations", .array([]))
    }

    // MARK: A stream

    /// The events of a stream: the role, the pieces, the ends, the usage where it is asked for, and
    /// `[DONE]`. Choices take turns.
    func events(_ answer: ChatAnswer, includesUsage: Bool) -> [[UInt8]] {
        let head = chunkHead
        var events: [[UInt8]] = []
        func send(_ choices: [JSONValue], _ usage: JSONValue?) {
            var event = head
            writeJSON(.array(choices), to: &event)
            if includesUsage {
                event += ",\"usage\":".utf8
                writeJSON(usage ?? .null, to: &event)
            }
            event += "}\n\n".utf8
            events.append(event)
        }
        let deltas = answer.choices.map(deltas)
        let longest = deltas.map(\.count).max() ?? 0
        for turn in 0..<longest {
            for (index, own) in deltas.enumerated() where turn < own.count {
                send([chunkChoice(index, own[turn].delta, own[turn].text, nil)], nil)
            }
        }
        for (index, choice) in answer.choices.enumerated() {
            send([chunkChoice(index, .object([]), nil, choice.finish)], nil)
        }
        if includesUsage { send([], answer.usage.json) }
        events.append(Array("data: [DONE]\n\n".utf8))
        return events
    }

    /// The event up to its choices: the same in every event of a stream.
    private var chunkHead: [UInt8] {
        var bytes = Array("data: ".utf8)
        let members = JSONValue.row([
            "id": .string(id), "object": .string("chat.completion.chunk"),
            "created": JSONValue(created), "model": .string(model),
            "service_tier": .string(tier), "system_fingerprint": .string(fingerprint),
        ])
        bytes += members.written.dropLast()
        bytes += ",\"choices\":".utf8
        return bytes
    }

    private func chunkChoice(
        _ index: Int, _ delta: JSONValue, _ text: String?, _ finish: String?
    ) -> JSONValue {
        .row([
            "index": JSONValue(index), "delta": delta, "logprobs": logprobs(text, nil),
            "finish_reason": JSONValue(finish),
        ])
    }

    /// The pieces of a choice; `text` where a piece is content, for its logprobs.
    private func deltas(_ choice: ChatAnswer.Choice) -> [(delta: JSONValue, text: String?)] {
        let hasContent = choice.calls.isEmpty && choice.refusal == nil
        var deltas: [(delta: JSONValue, text: String?)] = [
            (
                .row([
                    "role": .string("assistant"),
                    "content": hasContent ? .string("") : .null, "refusal": .null,
                ]), nil
            )
        ]
        for piece in tokenPieces(choice.content ?? "") {
            deltas.append((.row(["content": .string(piece)]), piece))
        }
        for piece in tokenPieces(choice.refusal ?? "") {
            deltas.append((.row(["refusal": .string(piece)]), nil))
        }
        for (index, call) in choice.calls.enumerated() {
            deltas += callDeltas(call, index).map { ($0, nil) }
        }
        return deltas
    }

    private func callDeltas(_ call: ChatAnswer.Call, _ index: Int) -> [JSONValue] {
        if usesFunctions {
            let first = JSONValue.row([
                "function_call": .row(["name": .string(call.name), "arguments": .string("")])
            ])
            return [first]
                + tokenPieces(call.arguments).map {
                    .row(["function_call": .row(["arguments": .string($0)])])
                }
        }
        func delta(_ call: JSONValue) -> JSONValue { .row(["tool_calls": .array([call])]) }
        let (kind, key) = call.isCustom ? ("custom", "input") : ("function", "arguments")
        let first = JSONValue.row([
            "index": JSONValue(index), "id": .string(call.id), "type": .string(kind),
            kind: .row(["name": .string(call.name), key: .string("")]),
        ])
        return [delta(first)]
            + tokenPieces(call.arguments).map {
                delta(.row(["index": JSONValue(index), kind: .row([key: .string($0)])]))
            }
    }

    // MARK: Probabilities

    private func logprobs(_ content: String?, _ refusal: String?) -> JSONValue {
        guard let topLogprobs, content != nil || refusal != nil else { return .null }
        func tokens(_ text: String?) -> JSONValue {
            guard let text else { return .null }
            return .array(tokenPieces(text).map { probability(of: $0, topLogprobs) })
        }
        return .row(["content": tokens(content), "refusal": tokens(refusal)])
    }

    private func probability(of piece: String, _ count: Int) -> JSONValue {
        var random = SplitMix64(seed: Mix.of(3, piece))
        func token(_ text: String, _ rank: Int) -> JSONValue {
            let parts = Int(random.draw(below: 900)) + 1 + rank * 1_500
            return .row([
                "token": .string(text), "logprob": .number("-" + milli(parts)),
                "bytes": .array(text.utf8.map { JSONValue(Int($0)) }),
            ])
        }
        let own = token(piece, 0)
        let others = [
            " the", " a", ".", ",", " and", " of", " to", " in", " is", " it", " for",
            " on", " with", " as", " at", " by", " or", " an", " be", " no",
        ]
        let top = (0..<count).map { rank in
            rank == 0 ? own : token(others[rank % others.count], rank)
        }
        return own.adding("top_logprobs", .array(top))
    }

    private func milli(_ parts: Int) -> String {
        var digits = String(parts)
        while digits.count < 4 { digits = "0" + digits }
        let point = digits.index(digits.endIndex, offsetBy: -3)
        return digits[..<point] + "." + digits[point...]
    }
}

extension ChatAnswer.Call {
    var json: JSONValue {
        let (kind, key) = isCustom ? ("custom", "input") : ("function", "arguments")
        return .row([
            "id": .string(id), "type": .string(kind),
            kind: .row(["name": .string(name), key: .string(arguments)]),
        ])
    }
}
