import AfterwordCore
import Synchronization

/// Chat completions.
extension FakeOpenAI {
    func chat(_ request: WireRequest, _ call: inout FakeCall) throws(WireError) -> WireAnswer {
        let read = try? JSONValue(parsing: request.body)
        call.fault = try headerFault(
            request, call, isStream: read.map { $0["stream"]?.flag ?? false })
        guard let body = read else {
            if let error = call.fault?.error { throw error }
            throw WireError(
                400,
                "We could not parse the JSON body of your request. (HINT: This likely means you "
                    + "aren't using your HTTP library correctly. The OpenAI API expects a JSON "
                    + "payload, but what was sent was not valid JSON. If you have trouble figuring "
                    + "out how to fix this, please contact us through our help center at "
                    + "help.openai.com.)")
        }
        // A fault that the header orders does not use up the script.
        if call.fault?.error == nil, call.fault?.disconnects != true {
            try takeChatRule(body, nil, &call)
        }
        if call.fault == nil { call.fault = scheduledFault(body, call) }
        if call.fault?.disconnects == true { return disconnected(request, call) }
        if let error = call.fault?.error {
            countRefused(body["model"]?.text ?? "", &call)
            throw error
        }
        let chat = try readChatRequest(body, now: call.now)
        var answer = answerChat(
            chat, seed: configuration.seed, script: call.script, fault: call.fault?.answer)
        try checkContext(chat, answer.usage.prompt)
        try admit(answer.usage, chat.model.name, &call)
        useCache(chat, &answer, call)
        call.milliseconds = 20 + 4 * answer.usage.completion
        call.occurrence = occurrence(of: chat, call)
        return finished(write(answer, chat, call), request, call)
    }

    /// How often the key has sent the same request before: the answer's id depends on it, and not
    /// on what others send at the same time.
    private func occurrence(of chat: ChatRequest, _ call: FakeCall) -> Int {
        var mix = Mix(call.key)
        mix.add(chat.digest)
        let id = mix.state
        return state.withLock { state in
            let count = state.occurrences[id]
            state.occurrences[id] = count + 1
            return count
        }
    }

    private func takeChatRule(
        _ body: JSONValue, _ customID: String?, _ call: inout FakeCall
    ) throws(WireError) {
        guard hasRules(call) else { return }
        takeRule(RuleSubject(chat: body, customID: customID), &call)
        guard call.rule == nil else { return }
        call.isUnmatched = true
        guard state.withLock({ $0.book(of: call.key).refusesUnmatched }) else { return }
        throw WireError(
            400, "No rule of the script answers this request.", type: "fake_error",
            code: "fake_unmatched")
    }

    private func scheduledFault(_ body: JSONValue, _ call: FakeCall) -> FaultOrder? {
        guard !configuration.schedule.isEmpty else { return nil }
        var mix = Mix(call.key)
        mix.add(body)
        let digest = mix.state
        let attempt = state.withLock { state in
            let count = state.attempts[digest]
            state.attempts[digest] = count + 1
            return count
        }
        return configuration.schedule.fault(
            seed: configuration.seed, digest: digest, attempt: attempt)
    }

    /// Refuses a prompt that leaves no room in the model's context.
    func checkContext(_ chat: ChatRequest, _ prompt: Int) throws(WireError) {
        let asked = prompt + (chat.limit ?? 0)
        guard asked > chat.model.context else { return }
        let whole =
            chat.limit == nil
            ? "your messages resulted in \(prompt) tokens"
            : "you requested \(asked) tokens (\(prompt) in the messages, \(chat.limit ?? 0) in "
                + "the completion)"
        throw WireError(
            400,
            "This model's maximum context length is \(chat.model.context) tokens. However, "
                + "\(whole). Please reduce the length of the messages.", param: "messages",
            code: "context_length_exceeded")
    }

    private func windowID(_ model: String, _ call: FakeCall) -> UInt64 { Mix.of(call.key, model) }

    private var limits: RateLimits {
        RateLimits(
            requests: configuration.requestsPerMinute, tokens: configuration.tokensPerMinute)
    }

    /// Counts a request and its tokens, or refuses it where it passes the key's limits; notes what
    /// is left.
    private func admit(
        _ usage: ChatUsage, _ model: String, _ call: inout FakeCall
    ) throws(WireError) {
        let id = windowID(model, call)
        let (now, limits) = (call.now, limits)
        let (window, error) = state.withLock { state in
            var window = state.window(id, now: now)
            let error = limits.refusal(window, asked: usage.prompt, model: model, now: now)
            if error == nil { window.add(requests: 1, tokens: usage.prompt + usage.completion) }
            state.keep(window, id, now: now)
            return (window, error)
        }
        call.rateHeaders = limits.headers(window, now: now)
        if let error { throw error }
    }

    /// Counts a request that meets a fault before it is read.
    private func countRefused(_ model: String, _ call: inout FakeCall) {
        let id = windowID(model, call)
        let now = call.now
        let window = state.withLock { state in
            var window = state.window(id, now: now)
            window.add(requests: 1)
            state.keep(window, id, now: now)
            return window
        }
        call.rateHeaders = limits.headers(window, now: now)
    }

    private func useCache(_ chat: ChatRequest, _ answer: inout ChatAnswer, _ call: FakeCall) {
        guard answer.usage.prompt >= 1_024 else { return }
        let prompt = answer.usage.prompt
        let (read, written) = state.withLock {
            $0.cache.use(chat, key: call.key, tokens: prompt)
        }
        answer.usage.cached = read
        answer.usage.cacheWrite = written
    }

    /// - Parameter origin: Differs where the same request shall have another id.
    private func envelope(_ chat: ChatRequest, _ origin: UInt64, created: Int64) -> ChatEnvelope {
        var mix = Mix(configuration.seed)
        mix.add(chat.digest)
        mix.add(origin)
        return ChatEnvelope(
            id: wireID("chatcmpl-", mix.state, letters: 29), created: created,
            model: chat.model.name, tier: chat.tier ?? configuration.tier,
            fingerprint: hexadecimalID(
                "fp_", Mix.of(UInt64(Self.behavior), chat.model.name), digits: 10),
            topLogprobs: chat.topLogprobs, usesFunctions: chat.usesFunctions)
    }

    private func write(
        _ answer: ChatAnswer, _ chat: ChatRequest, _ call: FakeCall
    ) -> WireAnswer {
        let envelope = envelope(
            chat, Mix.of(call.key, String(call.occurrence)), created: call.now / 1_000_000)
        var answer = answer
        let isMissing = call.fault?.usage == .missing
        guard chat.isStream else {
            return .json(200, body(answer, envelope, call.fault))
        }
        if let wrong = call.fault?.usage { answer.usage = answer.usage.bent(wrong) }
        return WireAnswer(
            status: 200,
            headers: [
                ("content-type", "text/event-stream; charset=utf-8"),
                ("cache-control", "no-cache"),
            ],
            body: .events(
                envelope.events(answer, includesUsage: chat.includesUsage && !isMissing)))
    }

    /// The body of an answer, its usage as a fault bends it.
    private func body(
        _ answer: ChatAnswer, _ envelope: ChatEnvelope, _ fault: FaultOrder?
    ) -> JSONValue {
        var answer = answer
        if let wrong = fault?.usage { answer.usage = answer.usage.bent(wrong) }
        let body = envelope.body(answer)
        guard fault?.usage == .missing, let members = body.members else { return body }
        return .object(members.filter { $0.key != "usage" })
    }

    /// The answer to a request of a batch. The batch's own usage counts it unbent.
    func lineAnswer(
        _ body: JSONValue, customID: String, _ batch: Batch
    ) -> Cabinet.LineAnswer {
        var call = FakeCall(number: 0, now: batch.workEnd, requestID: "", key: batch.key)
        do throws(WireError) {
            try takeChatRule(body, customID, &call)
            if let error = call.fault?.error { throw error }
            let chat = try readChatRequest(body, now: batch.created)
            guard !chat.isStream else {
                throw WireError(
                    400, "The 'stream' parameter is not supported in batches.", param: "stream",
                    code: "unsupported_parameter")
            }
            let answer = answerChat(
                chat, seed: configuration.seed, script: call.script, fault: call.fault?.answer)
            try checkContext(chat, answer.usage.prompt)
            var mix = Mix(0)
            mix.add(batch.id)
            mix.add(customID)
            let envelope = envelope(
                chat, mix.state, created: batch.workEnd / 1_000_000)
            return Cabinet.LineAnswer(
                status: 200, body: self.body(answer, envelope, call.fault), usage: answer.usage,
                isBroken: call.fault?.isMalformed == true)
        } catch {
            return Cabinet.LineAnswer(
                status: error.status, body: error.json, isBroken: call.fault?.isMalformed == true)
        }
    }
}

extension ChatUsage {
    /// The usage as a broken server counts it.
    func bent(_ fault: FaultOrder.WrongUsage) -> ChatUsage {
        switch fault {
        case .wrong:
            ChatUsage(
                prompt: prompt * 100, cached: prompt * 200, completion: completion * 100)
        case .zero: ChatUsage(prompt: 0, completion: 0)
        case .negative: ChatUsage(prompt: -prompt, completion: -completion)
        case .huge: ChatUsage(prompt: 1 << 50, completion: 1 << 50)
        case .missing: self
        }
    }
}
