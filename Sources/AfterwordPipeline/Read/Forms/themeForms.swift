package import AfterwordCore

/// A theme as a complaint or as praise.
package struct ThemeEntry: Sendable {
    package var theme: Theme
    package var isStrength: Bool

    package init(theme: Theme, isStrength: Bool) {
        self.theme = theme
        self.isStrength = isStrength
    }

    package static let form = ObjectForm<ThemeEntry>(
        "Theme", "What reviews complain of, or praise."
    ) { form in
        form.text("theme", "Its name, as `themes/{theme}` takes it.") { $0.theme.aspect.id }
        form.text("label", "What people call it.") { $0.theme.label($0.isStrength) }
        form.flag("is_strength", "Whether it is praised.") { $0.isStrength }
        form.text("route", "Who can change it: `product`, `listing` or `both`.") {
            $0.theme.aspect.route
        }
        form.text("group", "Its group: `product`, `listing`, `fulfilment` or `service`.") {
            $0.theme.aspect.kind.group.rawValue
        }
        form.count("mentions", "Reviews that speak of it, each as often as it is shown.") {
            $0.theme.mentions
        }
        form.optionalCount(
            "distinct", "Of those, each distinct review once; null where it was not counted."
        ) { $0.theme.distinct?.part }
        form.optionalCount("readable", "Reviews that are read, each distinct one once.") {
            $0.theme.distinct?.whole
        }
        form.share("share", "`distinct` of `readable`.") { $0.theme.distinct?.share }
        form.count("new", "Of those, reviews of the newest dump.") { $0.theme.new }
        form.count("mixed", "Of those, reviews whose stars say the opposite.") { $0.theme.mixed }
        form.count("products", "Products whose reviews speak of it.") {
            $0.theme.products
        }
        form.count("brands", "Brands whose reviews speak of it.") {
            $0.theme.brands
        }
        form.texts("languages", "Languages in which it is spoken of.") {
            $0.theme.languages.sorted()
        }
        form.optionalNumber(
            "star_impact_millionths", "How far it pulls the mean.", unit: .millionths
        ) { $0.theme.starImpact }
        form.count("lexicon", "The version of the lexicon that read the reviews.") {
            Int64($0.theme.lexicon)
        }
    }
}

extension Theme {
    package func label(_ isStrength: Bool) -> String {
        AspectLabel.text(aspect, strength: isStrength)
    }

    package func json(_ isStrength: Bool) -> JSONValue {
        ThemeEntry.form.json(ThemeEntry(theme: self, isStrength: isStrength))
    }
}

extension ThemeReview {
    package static let form = ObjectForm<ThemeReview>(
        "ThemeReview", "A review of a theme, with the sentence that says it."
    ) { form in
        form.id("product_id", "The product's id.") { $0.review.productID }
        form.id("review_id", "The review's id within the product.") { $0.review.reviewID }
        form.count("version", "The version, from 1.") { $0.review.version }
        form.rating("The rating; null where the source gives none.") { $0.review.values.rating }
        form.text("language", "The language it was read in.") { $0.language.rawValue }
        form.text("field", "Where the sentence stands: `title` or `body`.") { $0.field.name }
        form.text("quote", "The sentence, word for word.") { $0.quote }
        form.flag("is_new", "Whether the newest dump brought it.") { $0.isNew }
        form.count("appearances", "How often the review is shown.") { $0.shown.appearances }
        form.count("products", "Under how many products.") { $0.shown.products }
    }

    package var json: JSONValue { Self.form.json(self) }

    fileprivate static let quoteForm = ObjectForm<ThemeReview>(
        "UnknownComplaintReview", "A review of a complaint without a theme."
    ) { form in
        form.id("product_id", "The product's id.") { $0.review.productID }
        form.id("review_id", "The review's id within the product.") { $0.review.reviewID }
        form.count("version", "The version, from 1.") { $0.review.version }
        form.text("quote", "The sentence, word for word.") { $0.quote }
    }
}

extension UnknownComplaint {
    package static let form = ObjectForm<UnknownComplaint>(
        "UnknownComplaint", "Reviews that complain of what no theme knows, by words they share."
    ) { form in
        form.choice("theme", [AnswerSchema.other], "Always the same.") { _ in AnswerSchema.other }
        form.text("label", "The words they share.") { $0.cluster.label }
        form.text("language", "The language they are written in.") { $0.cluster.language.rawValue }
        form.count("mentions", "How many reviews they are.") { Int64($0.reviews.count) }
        form.list("reviews", ThemeReview.quoteForm, "The reviews.") { $0.reviews }
    }

    package var json: JSONValue { Self.form.json(self) }
}

extension DangerClass {
    fileprivate static let comment = "A: it happened; B: it is called dangerous; C: probably not."
}

extension SafetyReview {
    package static let form = ObjectForm<SafetyReview>(
        "SafetyReview", "A review with words of danger, for a person to look at."
    ) { form in
        form.text("hazard", "The danger.") { $0.hazard }
        form.choice("class", DangerClass.allCases.map(\.rawValue), DangerClass.comment) {
            $0.danger.dangerClass.rawValue
        }
        form.value(
            "verdict", .nullable(.choice(Verdict.allCases.map(\.rawValue))),
            "What a person found: `real`, or `false`; null where nobody judged it."
        ) { JSONValue($0.verdict?.rawValue) }
        form.id("product_id", "The product's id.") { $0.review.productID }
        form.optionalText("brand", "Its brand.") { $0.brand }
        form.id("review_id", "The review's id within the product.") { $0.review.reviewID }
        form.count("version", "The version, from 1.") { $0.review.version }
        form.count("run", "The run that brought that version.") { $0.review.run }
        form.rating("The rating; null where the source gives none.") { $0.review.values.rating }
        form.text("language", "The language it was read in.") { $0.language.rawValue }
        form.text("field", "Where the sentence stands: `title` or `body`.") { $0.danger.field.name }
        form.text("quote", "The sentence, word for word.") { $0.quote }
        form.flag("is_new", "Whether the newest dump brought it.") { $0.isNew }
    }

    package var json: JSONValue { Self.form.json(self) }
}

extension ListedVerdict {
    package static let form = ObjectForm<ListedVerdict>(
        "Verdict", "What a person found of a review that speaks of a danger."
    ) { form in
        form.choice("verdict", Verdict.allCases.map(\.rawValue), "`real`, or `false`: none.") {
            $0.row.verdict.rawValue
        }
        form.id("judged_by", "Who looked at it.") { $0.row.judgedBy }
        form.id("why", "In that person's words.") { $0.row.why }
        form.id("product_id", "The product's id.") { $0.row.productID }
        form.optionalText("brand", "Its brand.") { $0.brand }
        form.id("review_id", "The review's id within the product.") { $0.row.reviewID }
        form.count("version", "The version that was judged, from 1.") { $0.row.version }
        form.count("made_run", "The run that recorded it.") { $0.row.madeRun }
        form.optionalInstant("recorded_at", "When that run was recorded.") { $0.recordedAt }
        form.value(
            "judged_digest", .text(.hexadecimal(32)),
            "SHA-256 over rating, title and text as they were judged, its first half."
        ) { .string($0.row.judged.description) }
        form.flag("holds", "Neither replaced by a later verdict nor outdated by an edit.") {
            $0.holds
        }
    }

    package var json: JSONValue { Self.form.json(self) }
}

extension InboxEntry {
    package static let form = ObjectForm<InboxEntry>(
        "InboxEntry", "Something that came since a run and wants to be read."
    ) { form in
        form.choice("kind", Kind.allCases.map(\.rawValue), "Why it is here.") { $0.kind.rawValue }
        form.optionalString("hazard", "The danger, for `safety`.") { $0.hazard }
        form.value(
            "class", .nullable(.choice(DangerClass.allCases.map(\.rawValue))),
            DangerClass.comment + " Null where there is none."
        ) { JSONValue($0.dangerClass?.rawValue) }
        form.id("product_id", "The product's id.") { $0.review.productID }
        form.optionalText("brand", "Its brand.") { $0.brand }
        form.id("review_id", "The review's id within the product.") { $0.review.reviewID }
        form.count("version", "The version, from 1.") { $0.review.version }
        form.count("run", "The run that brought that version.") { $0.review.run }
        form.flag("is_live", "False for one that is gone.") { $0.review.isLive }
        form.stars("star_before", "Its stars before; null where it was not there or had none.") {
            $0.starBefore.map { Int64($0) }
        }
        form.rating("The rating; of one that is gone the last.") { $0.review.values.rating }
        form.texts("themes", "Themes that it complains of.") { $0.themes }
        form.text("quote", "The sentence that says it, else how the text begins.") { $0.quote }
    }

    package var json: JSONValue { Self.form.json(self) }
}

extension AcceptedTaxonomy {
    package static let form = ObjectForm<AcceptedTaxonomy>(
        "Taxonomy", "A file that names and groups themes, as it was accepted."
    ) { form in
        form.count("made_run", "The run that accepted it.") { $0.row.madeRun }
        form.instant("accepted_at", "When that was.", hasOld: false) { $0.acceptedAt }
        form.count("lexicon", "The version of the lexicon that reads by it.") { $0.lexicon }
        form.id("document", "The file, as it was given.") { $0.row.document }
    }
}
