package import AfterwordCore

/// A movement with the attribution that its part of the mean's change is computed from.
private struct ReckonedMovement: Sendable {
    var movement: ReviewMovement
    var attribution: MeanAttribution?

    static let form = ObjectForm<ReckonedMovement>(
        "Movement", "A review that moved a scope between two runs."
    ) { form in
        form.choice("reason", MovementReason.allCases.map(\.rawValue), "Why it moved it.") {
            $0.movement.movement.reason.rawValue
        }
        form.id("product_id", "The product's id.") { $0.movement.review.productID }
        form.id("review_id", "The review's id within the product.") {
            $0.movement.review.reviewID
        }
        form.count("version", "The version after, else the one that went, from 1.") {
            $0.movement.review.version
        }
        form.rating(when: "_before", "The rating before.") { $0.movement.before?.values.rating }
        form.rating(when: "_after", "The rating after.") { $0.movement.after?.values.rating }
        form.optionalText("title", "The title.") { $0.movement.review.values.title }
        form.optionalText("body", "The text.") { $0.movement.review.values.body }
        form.value(
            "mean_part_numerator", .nullable(.text(.integer)),
            "Its part of the mean's change, over `mean_denominator`; exact."
        ) { JSONValue($0.movement.part.map { "\($0)" }) }
        form.optionalNumber(
            "mean_part_millionths", "The same in millionths of a star.", unit: .millionths
        ) { row in
            row.attribution.flatMap { attribution in
                row.movement.part.map(attribution.millionths)
            }
        }
    }
}

extension ChangeAlert {
    package static let form = ObjectForm<ChangeAlert>(
        "Alert", "Why a change should be looked at."
    ) { form in
        form.choice("alert", ["dangers", "mean_fell", "negatives"], "What it is.") { alert in
            switch alert {
            case .dangers: "dangers"
            case .meanFell: "mean_fell"
            case .negatives: "negatives"
            }
        }
        form.add(
            .init(
                name: "reviews", form: .count, comment: "`dangers`: reviews that speak of one.",
                isRequired: false)
        ) { alert in if case .dangers(let count) = alert { JSONValue(count) } else { nil } }
        form.add(
            .init(
                name: "millionths", form: .count, unit: .millionths,
                comment: "`mean_fell`: by how much of a star.", isRequired: false)
        ) { alert in
            if case .meanFell(let millionths) = alert { JSONValue(millionths) } else { nil }
        }
        form.add(
            .init(
                name: "negative", form: .count,
                comment: "`negatives`: reviews of one or two stars that came.", isRequired: false)
        ) { alert in if case .negatives(let count, _) = alert { JSONValue(count) } else { nil } }
        form.add(
            .init(
                name: "of", form: .count, comment: "`negatives`: reviews that came.",
                isRequired: false)
        ) { alert in if case .negatives(_, let all) = alert { JSONValue(all) } else { nil } }
    }

    package var json: JSONValue { Self.form.json(self) }
}

extension NewsCounts {
    /// The number of reviews per kind of news; shared by all answers that have them.
    package static let form = ObjectForm<NewsCounts>(
        "NewsCounts", "Reviews by what they are between two moments."
    ) { form in
        form.count("new_reviews", "Reviews that came, of products known before.") { $0.new }
        form.count("new_negatives", "Of those, reviews of one or two stars.") { $0.newNegative }
        form.count("first_seen_reviews", "Reviews of products that no earlier dump named.") {
            $0.firstSeen
        }
        form.count("first_seen_negatives", "Of those, reviews of one or two stars.") {
            $0.firstSeenNegative
        }
        form.count("back_reviews", "Reviews that were gone and are there again.") { $0.back }
        form.count("edited_reviews", "Reviews that say something else.") { $0.edited }
        form.count("edited_down", "Of those, from three stars or more to two or fewer.") {
            $0.editedDown
        }
        form.count("resolved", "Of those, from two stars or fewer to three or more.") {
            $0.resolved
        }
        form.count("gone_reviews", "Reviews that are gone.") { $0.gone }
        form.count("gone_negatives", "Of those, reviews of one or two stars.") {
            $0.goneNegative
        }
        form.count("moved_here", "Reviews that came from another product: not new.") {
            $0.movedHere
        }
        form.count("moved_away", "Reviews that went to another product: not gone.") {
            $0.movedAway
        }
    }
}

extension ScopeShift {
    package static let form = ObjectForm<ScopeShift>(
        "BrandShift", "What moved a brand between two runs."
    ) { form in
        form.optionalText("brand", "The brand's name; null for the products without one.") {
            $0.brand
        }
        form.object("before", Counters.form, "Its sums before.") { $0.before }
        form.object("after", Counters.form, "Its sums after.") { $0.after }
        form.list("alerts", ChangeAlert.form, "Why it should be looked at.") { $0.alerts }
        form.include(NewsCounts.form) { $0.counts }
    }

    package var json: JSONValue { Self.form.json(self) }
}

/// The reviews that moved for one reason.
private struct ReasonSum: Sendable {
    var reason: MovementReason
    var changes: ScopeChanges

    static let form = ObjectForm<ReasonSum>("ReasonSum", "What one reason moved.") { form in
        form.choice("reason", MovementReason.allCases.map(\.rawValue), "The reason.") {
            $0.reason.rawValue
        }
        form.count("reviews", "Reviews that moved for it.") { row in
            Int64(row.changes.movements.count { $0.movement.reason == row.reason })
        }
        form.value(
            "mean_part_numerator", .nullable(.text(.integer)),
            "Their part of the mean's change, over `mean_denominator`; exact."
        ) { row in
            JSONValue(row.changes.attribution.map { _ in "\(row.changes.part(row.reason))" })
        }
    }
}

/// Changes, with at most `limit` movements listed.
package struct ShownChanges: Sendable {
    package var changes: ScopeChanges
    package var limit: Int

    package static let form = ObjectForm<ShownChanges>(
        "Changes", "What moved a scope between two runs."
    ) { form in
        form.count("from", "The run before; 0 is before the first.") { $0.changes.window.from }
        form.count("to", "The run after.") { $0.changes.to.run }
        form.object("before", Counters.form, "The sums before.") { $0.changes.before }
        form.object("after", Counters.form, "The sums after.") { $0.changes.after }
        form.value(
            "mean_change_numerator", .nullable(.text(.integer)),
            "The mean's change, over `mean_denominator`; exact. Null without a mean on both sides."
        ) { JSONValue($0.changes.attribution.map { "\($0.change)" }) }
        form.value(
            "mean_denominator", .nullable(.text(.integer)),
            "What all numerators are over, in tenths of a star."
        ) { JSONValue($0.changes.attribution.map { "\($0.denominator)" }) }
        form.optionalNumber(
            "mean_change_millionths", "The mean's change in millionths of a star.",
            unit: .millionths
        ) { $0.changes.attribution.map { $0.millionths($0.change) } }
        form.list("reasons", ReasonSum.form, "What each reason moved.") { shown in
            MovementReason.allCases.map { ReasonSum(reason: $0, changes: shown.changes) }
        }
        form.list(
            "movements", ReckonedMovement.form, "Reviews, those that moved the mean most first."
        ) { shown in
            shown.changes.movements.prefix(shown.limit).map {
                ReckonedMovement(movement: $0, attribution: shown.changes.attribution)
            }
        }
        form.flag("says_enough", "Whether there are enough ratings to speak of the mean.") {
            $0.changes.saysEnough
        }
        form.list("alerts", ChangeAlert.form, "Why it should be looked at.") { $0.changes.alerts }
        form.include(NewsCounts.form) { $0.changes.counts }
    }
}

extension ScopeChanges {
    package func json(limit: Int) -> JSONValue {
        ShownChanges.form.json(ShownChanges(changes: self, limit: limit))
    }
}
