package import AfterwordCore

/// Forms of insight documents as any version of the program stored them. Stored documents never
/// change: members added by a later version are missing in earlier documents, and quantities get
/// their units when answered.
extension ObjectForm where Row == JSONValue {
    fileprivate mutating func stored(
        _ name: String, _ form: ValueForm, _ comment: String, unit: Unit? = nil,
        isRequired: Bool = true
    ) {
        add(
            .init(name: name, form: form, unit: unit, comment: comment, isRequired: isRequired)
        ) { $0[name] }
    }

    fileprivate mutating func stored(
        _ name: String, _ inner: ObjectForm<JSONValue>, _ comment: String, isRequired: Bool = true
    ) {
        add(.init(name: name, form: inner.form, comment: comment, isRequired: isRequired)) {
            $0[name].map(inner.answer)
        }
    }

    fileprivate mutating func storedList(
        _ name: String, _ inner: ObjectForm<JSONValue>, _ comment: String, isRequired: Bool = true
    ) {
        add(
            .init(name: name, form: .list(inner.form), comment: comment, isRequired: isRequired)
        ) { $0[name].map { .array(($0.elements ?? []).map(inner.answer)) } }
    }

    fileprivate mutating func storedShare(
        _ name: String, _ comment: String, isRequired: Bool = true
    ) {
        let share = ValueForm.nullable(.number(0...1_000_000))
        let parts = [
            ("", comment), ("_low", "The low end of its interval."),
            ("_high", "The high end of its interval."),
        ]
        for (end, comment) in parts {
            stored(
                "\(name)\(end)_millionths", share, comment, unit: .millionths,
                isRequired: isRequired)
        }
    }

    /// The described members, followed by all other members of the document.
    fileprivate func answer(_ document: JSONValue) -> JSONValue {
        let known = members(document)
        let others = (document.members ?? []).filter { member in
            !known.contains { $0.key == member.key }
        }
        return .object(known + others)
    }
}

private let windowMembers: @Sendable (inout ObjectForm<JSONValue>) -> Void = { form in
    form.stored("reviews", .count, "Reviews.")
    form.stored("negatives", .count, "Of those, reviews of one or two stars.")
}

private let stepForm = ObjectForm<JSONValue>(
    "InsightStep", "The versions that stand, by the run that brought them."
) { form in
    windowMembers(&form)
    form.stored("run", .count, "The run.")
    form.instant("observed_at", "When its dump was taken.") {
        Instant(microseconds: $0["observed_at"]?.integer ?? 0)
    }
}

private let standingForm = ObjectForm<JSONValue>(
    "InsightStanding", "Where the scope stands beside what it was."
) { form in
    let window = ObjectForm<JSONValue>("InsightWindow", "The reviews of thirty days.") {
        windowMembers(&$0)
    }
    form.stored(
        "type", .choice(["days", "no_source_time"]),
        "By days of source times, or by runs where the source tells none.")
    form.stored("last_30", window, "`days`: the last thirty.", isRequired: false)
    form.stored("before_30", window, "`days`: the thirty before.", isRequired: false)
    form.storedList("runs", stepForm, "`no_source_time`: the newest runs.", isRequired: false)
    form.stored("told", .nullable(.string), "The model's words, where they passed the checks.")
}

private let quoteForm = ObjectForm<JSONValue>(
    "InsightQuote", "A sentence of a review, found there word for word."
) { form in
    form.stored("product_id", .string, "The product's id.")
    form.stored("review_id", .string, "The review's id within the product.")
    form.stored("version", .count, "The version that says it.")
    form.stored("star", .nullable(.number(1...5)), "Its stars.", unit: .stars)
    form.stored("language", .string, "The language it was read in.")
    form.stored("quote", .string, "The sentence.")
    form.stored("field", .string, "Where it stands: `title` or `body`.")
    form.stored("start", .count, "Where it begins in the field.", unit: .bytes)
    form.stored("end", .count, "Where it ends.", unit: .bytes)
    form.stored("check", .string, "How it was found: `verified`, or `repaired` up to white space.")
    form.stored("translation_unchecked", .nullable(.string), "The model's translation, unchecked.")
    form.stored("agrees", .flag, "Whether the lexicon reads the same in that review.")
    form.stored(
        "appearances", .count, "How often the review is shown in the scope.", isRequired: false)
    form.stored("products", .count, "Under how many products.", isRequired: false)
}

private let dangerForm = ObjectForm<JSONValue>(
    "InsightDanger", "A danger that reviews speak of, for a person to look at."
) { form in
    form.stored("hazard", .string, "The danger.")
    form.stored("class", .string, "A: it happened; B: it is called dangerous.")
    form.stored("severity", .choice(Severity.allCases.map(\.rawValue)), "How bad it is.")
    form.stored("mentions", .count, "Reviews that speak of it.")
    form.stored(
        "distinct_mentions", .count, "Of those, each distinct review once.", isRequired: false)
    form.stored("happened", .count, "Of those, reviews in which it happened.")
    form.stored("new", .count, "Of those, reviews of the newest dump.")
    form.stored("products", .count, "Products whose reviews speak of it.")
    form.stored("quotes", .list(quoteForm.form), "Sentences of customers that say it.")
}

private let leftOutForm = ObjectForm<JSONValue>(
    "InsightLeftOut", "Themes among the first shown that the model did not name or could not prove."
) { form in
    form.stored("issues", .list(.string), "Issues.")
    form.stored("strengths", .list(.string), "Strengths.")
}

private let itemForm = ObjectForm<JSONValue>(
    "InsightItem", "An issue or a strength; every number of it is computed."
) { form in
    form.stored("aspect", .string, "What it is about.")
    form.stored("label", .string, "What people call it.")
    form.stored("route", .choice(Route.allCases.map(\.rawValue)), "Who can change it.")
    form.stored("severity", .choice(Severity.allCases.map(\.rawValue)), "How bad it is.")
    form.stored("polarity", .choice(Polarity.allCases.map(\.rawValue)), "What customers say of it.")
    form.stored("summary", .string, "In a sentence.")
    form.stored("summary_by", .choice(["model", "program"]), "Whose words these are.")
    form.stored("basis", .string, "What its numbers were counted by.")
    form.stored("mentions", .count, "Reviews that speak of it.")
    form.stored(
        "distinct_mentions", .count, "Of those, each distinct review once.", isRequired: false)
    form.stored("mixed", .count, "Of those, reviews whose stars say the opposite.")
    form.stored("new", .count, "Of those, reviews of the newest dump.")
    form.stored("products", .count, "Products whose reviews speak of it.")
    form.stored("languages", .list(.string), "Languages in which it is spoken of.")
    form.stored(
        "star_impact_millionths", .nullable(.whole), "How far it pulls the mean, of a star.",
        unit: .millionths)
    form.stored("quotes", .list(quoteForm.form), "Sentences of customers that say it.")
    form.storedShare("share", "Its share of the distinct reviews.")
    form.add(
        .init(
            name: "filed_by_model", form: .list(quoteForm.form),
            comment: "Quotes that only the model files under it.", isRequired: false)
    ) { $0["filed_by_model"] }
    form.stored(
        "named_by", .choice(["model", "program"]), "Who named it.", isRequired: false)
}

private let documentForm = ObjectForm<JSONValue>(
    "InsightDocument", "What is said of a scope: numbers of the program, quotes of customers."
) { form in
    let dropped = ObjectForm<JSONValue>("InsightDropped", "What of an answer did not pass.") {
        $0.stored("items", .count, "Items without a quote that holds.")
        $0.stored("quotes", .map(.count), "Quotes, by reason.")
        $0.stored("prose", .map(.count), "Sentences, by reason.")
    }
    let evidence = ObjectForm<JSONValue>("InsightEvidence", "The reviews it was made of.") {
        $0.stored("shown", .count, "Reviews that the model was shown.")
        $0.stored("readable", .count, "Distinct reviews with a text.")
        $0.stored("digest", .text(.hexadecimal(64)), "SHA-256 over what it was shown.")
    }
    let recommendation = ObjectForm<JSONValue>("InsightRecommendation", "What could be done.") {
        $0.stored("aspect", .string, "What it is about.")
        $0.stored("route", .choice(Route.allCases.map(\.rawValue)), "Who can do it.")
        $0.stored("text", .string, "In a sentence.")
        $0.stored("by", .string, "Whose words these are.", isRequired: false)
        $0.stored("mentions", .nullable(.count), "Reviews behind it.", isRequired: false)
    }
    form.stored("insight", .count, "The version of the document's form.")
    form.stored("status", .string, "`made`.")
    form.stored("scope", .string, "The scope, as `brand:NAME`.")
    form.stored("language", .string, "The language it is written in.")
    form.stored("model", .string, "The model that was asked.")
    form.stored("prompt", .count, "The version of the prompt.")
    form.stored("schema", .string, "The schema that the answer followed.")
    form.stored("dropped", dropped, "What of the answer did not pass.")
    form.stored("product_count", .count, "Products of the scope.")
    form.stored(
        "mean_thousandths", .nullable(.count), "The mean rating.", unit: .thousandths)
    form.stored("mismatches", .count, "Reviews whose text and stars say opposite things.")
    form.storedList("dangers", dangerForm, "Dangers, first of all.", isRequired: false)
    form.stored(
        "dangers_unlikely", .count, "Reviews with a word of danger, probably none.",
        isRequired: false)
    form.stored("left_out", leftOutForm, "What the model did not name.", isRequired: false)
    form.storedList("issues", itemForm, "What customers complain of.")
    form.storedList("strengths", itemForm, "What customers praise.")
    form.storedList("recommendations", recommendation, "What could be done.")
    form.stored("standing", standingForm, "Where the scope stands beside what it was.")
    form.stored("limitations", .list(.string), "What it cannot say.")
    form.stored("evidence", evidence, "The reviews it was made of.")
    form.include(Counters.form) { Counters(stored: $0) }
    form.stored(
        "distinct_count", .count, "Reviews, one that is shown several times counted once.",
        isRequired: false)
    form.stored(
        "distinct_rated_count", .count, "Of those, reviews with a rating.", isRequired: false)
    form.stored(
        "distinct_negative_count", .count, "Of those, one and two stars.", isRequired: false)
    form.storedShare("negative", "The share of ratings with one or two stars.")
    form.storedShare(
        "distinct_negative", "`distinct_negative_count` of `distinct_rated_count`.",
        isRequired: false)
    form.storedShare("portfolio_negative", "The same of the whole portfolio.")
}

extension Counters {
    /// The sums stored in an insight document.
    fileprivate init(stored document: JSONValue) {
        func count(_ name: String) -> Int64 { document[name]?.integer ?? 0 }
        self.init(
            reviewCount: count("review_count"), ratedCount: count("rated_count"),
            ratingSum: count("rating_sum"), stars: (1...5).map { count("star_\($0)") },
            verifiedCount: count("verified_count"), helpfulVotes: count("helpful_votes"))
    }
}

extension InsightRow {
    package static let answerForm = ObjectForm<InsightRow>(
        "Insight", "What is said of a scope in a language, and what it was made of."
    ) { form in
        form.choice(
            "kind", ["product"] + ScopeKind.allCases.map(\.rawValue), "The kind of its scope."
        ) { $0.scope.kind }
        form.id("id", "The product's id, or the value that names the scope.") { $0.scope.id }
        form.text("language", "The language it is written in.") { $0.language }
        form.count("evidence_run", "The newest run whose reviews it speaks of.") { $0.evidenceRun }
        form.count("made_run", "The run that made it.") { $0.madeRun }
        form.text("model", "The model that was asked.") { $0.model }
        form.optionalString(
            "served_model", "The model as the server names it; null where it is not known."
        ) { $0.servedModel }
        form.digest("cache_key", "What its answer is kept under.") { $0.cacheKey }
        form.digest("evidence_digest", "SHA-256 over what the model was shown.") {
            $0.evidenceDigest
        }
        form.count("issue_count", "How many issues it names.") { $0.issueCount }
        form.value("document", documentForm.form, "The insight.") { row in
            (try? JSONValue(parsing: Array(row.document.utf8))).map(documentForm.answer) ?? .null
        }
    }

    /// The JSON in answers of the commands and the API.
    package var answer: JSONValue { Self.answerForm.json(self) }
}

extension ModelCall {
    package static let form = ObjectForm<ModelCall>("ModelCall", "A question to a model.") { form in
        form.count("call", "Its number.") { $0.call }
        form.text("model", "The model that was asked.") { $0.model }
        form.optionalString(
            "served_model", "The model as the server names it; null where it is not known."
        ) { $0.servedModel }
        form.optionalCount("llm_batch", "The batch it is asked in; null for none.") {
            $0.modelBatch
        }
        form.instant("started_at", "When it began.") { $0.startedAt }
        form.optionalInstant("ended_at", "When it ended; null while it is open.") { $0.endedAt }
        form.optionalString("outcome", "`answered`, or why not.") { $0.outcome }
        form.digest("cache_key", "What its answer is kept under.") { $0.cacheKey }
        form.digest("request_digest", "SHA-256 over the question.") { $0.requestDigest }
        form.count("reserved_nanodollars", "The most it can cost.", unit: .nanodollars) {
            $0.reserved
        }
        form.optionalCount("cost_nanodollars", "What it cost.", unit: .nanodollars) { $0.cost }
        form.optionalCount("input_tokens", "Tokens of the question.", unit: .tokens) {
            $0.usage?.input
        }
        form.optionalCount("cached_input_tokens", "Of those, cached ones.", unit: .tokens) {
            $0.usage?.cachedInput
        }
        form.optionalCount("cache_write_tokens", "Of those, written to a cache.", unit: .tokens) {
            $0.usage?.cacheWrite
        }
        form.optionalCount("output_tokens", "Tokens of the answer.", unit: .tokens) {
            $0.usage?.output
        }
        form.value("service_tier", .nullable(.string), "The tier that it was billed at.") {
            JSONValue($0.tier)
        }
        form.value("request_id", .nullable(.string), "The server's name for it.") {
            JSONValue($0.requestID)
        }
        form.value("client_request_id", .nullable(.string), "This program's name for it.") {
            JSONValue($0.clientRequestID)
        }
        form.value("unread_answer", .nullable(.string), "An answer that could not be read.") {
            JSONValue($0.unreadAnswer)
        }
    }

    package var json: JSONValue { Self.form.json(self) }
}

extension APIKeyRow {
    package static let form = ObjectForm<APIKeyRow>("Key", "A key of the service.") { form in
        form.text("name", "What it is called.") { $0.name }
        form.texts("scopes", "What it may do.") { $0.scopes.map(\.rawValue).sorted() }
        form.value("brands", .nullable(.list(.string)), "Brands it may see; null for all.") {
            $0.brands.map { .array($0.map { .string($0) }) } ?? .null
        }
        form.instant("created_at", "When it was made.") { $0.createdAt }
        form.optionalInstant("revoked_at", "When it was ended; null while it holds.") {
            $0.revokedAt
        }
    }

    package var json: JSONValue { Self.form.json(self) }
}
