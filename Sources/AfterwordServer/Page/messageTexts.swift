import AfterwordCore
package import AfterwordPipeline

/// The texts of a message: those of the report, with a subject.
///
/// - Throws: A fault of the template.
package func messageTexts(_ message: OutgoingMessage) throws -> MessageTexts {
    let dump = message.newest.fullName
    guard let briefing = message.briefing else {
        return try shortTexts("No dump since \(dump)", of: message.recipient.scope)
    }
    let isNews = message.row.kind == .news
    let silence =
        message.recipient.content == .dangers
        ? "No new danger in the dump of \(dump)" : "Nothing new in the dump of \(dump)"
    let page = ReportPage(
        briefing, arrivals: message.arrivals,
        title: isNews ? nil : "\(silence): \(briefing.scope)")
    var subject = page.title
    if isNews {
        let dangers = Int64(briefing.entries(.safety).count)
        subject += ": " + several(dangers, "danger")
        if message.recipient.content == .report {
            subject += ", " + several(briefing.changes.counts.newNegative, "new negative")
        }
    }
    return MessageTexts(
        subject: subject, markdown: page.markdown, html: try page.html(), json: page.json,
        slack: page.slack)
}

/// The texts of a message that is one sentence.
private func shortTexts(_ sentence: String, of scope: String) throws -> MessageTexts {
    let subject = "\(sentence): \(scope)"
    let summary = "Nothing is known of what came after it."
    let page = ReportHTML(
        title: subject, summary: summary, alerts: [], bars: [], sections: [], remarks: [])
    return MessageTexts(
        subject: subject, markdown: "# \(ReportPage.plain(subject))\n\n\(summary)\n",
        html: try Template<ReportHTML>(reportTemplate).render(page).page.text, json: .null,
        slack: "*\(slackText(subject))*\n\(summary)\n")
}
