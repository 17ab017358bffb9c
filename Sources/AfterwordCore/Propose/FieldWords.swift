/// The words by which a member's name is taken for a field, besides the field's usual names.
struct FieldWords {
    /// The usual names without punctuation, the surest first.
    var usual: [String]
    /// One of these must be among the words.
    var any: Set<String>
    /// None of these may be among them.
    var not: Set<String>
    /// One of these must be among them too; nil for no such condition.
    var with: Set<String>?

    /// How surely a name is one of the field: 0 not at all, up to 100.
    func score(_ name: LeafName) -> Int {
        let depth = (name.path.count - 1) * 5
        if let index = usual.firstIndex(where: { $0 == name.joined || $0 == name.plain }) {
            let isWhole = usual[index] == name.joined
            // The words before it may say that it is of something else: `product.title`.
            if !isWhole, !name.allWords.isDisjoint(with: not) { return 0 }
            if !isWhole, !name.outerWords.isSubset(of: any.union(reviewWords)) {
                return vagueNames.contains(name.plain) ? 0 : 40
            }
            return max(100 - index - depth - (isWhole ? 0 : 5), 30)
        }
        let all = name.allWords
        guard all.isDisjoint(with: not), !all.isDisjoint(with: any),
            with.map({ !all.isDisjoint(with: $0) }) ?? true
        else { return 0 }
        let isOwn = !name.words.isDisjoint(with: any)
        return max((isOwn ? 60 : 40) - depth, 10)
    }
}

/// Names that say nothing inside an object of an unknown name.
private let vagueNames: Set<String> = [
    "name", "id", "uuid", "guid", "title", "description", "score", "format", "user", "style",
    "attributes", "options",
]

private let elsewhere: Set<String> = replyWords.union([
    "seller", "vendor", "merchant", "developer", "owner",
])

extension FieldWords {
    static let rating = FieldWords(
        usual: TrackedField.rating.usualNames + ["ratingvalue", "rate", "mark"],
        any: [
            "rating", "star", "score", "valuation", "mark", "grade", "rate", "overall", "rated",
            "bewertung", "sterne", "stern", "note", "nota", "calificacion", "calificación",
            "valoracion", "valoración", "puntuacion", "puntuación", "évaluation", "valutazione",
            "voto", "stelle", "stella", "estrella", "étoile", "avaliacao", "avaliação", "оценка",
            "рейтинг", "评分", "評価", "별점", "eval", "evaluation",
        ],
        not: elsewhere.union([
            "count", "total", "number", "num", "average", "avg", "mean", "distribution",
            "breakdown", "id", "date", "time", "text", "title", "body", "best", "worst", "max",
            "min", "scale", "range", "helpful", "content", "description", "comment", "author",
            "image", "url", "link", "percent", "percentage", "histogram", "verified", "impact",
            "aggregate", "summary", "sentiment", "trust", "quality", "secondary", "vote",
            "weighted",
        ]))

    static let title = FieldWords(
        usual: TrackedField.title.usualNames,
        any: [
            "title", "headline", "summary", "subject", "heading", "titel", "titulo", "título",
            "titre", "titolo", "überschrift", "заголовок",
        ],
        not: elsewhere.union([
            "product", "page", "job", "book", "movie", "app", "url", "id", "meta", "category",
            "listing", "hotel", "place", "business", "author", "user", "shop", "store", "variant",
            "company", "image", "rating", "reviewer", "count", "asin",
        ]))

    static let body = FieldWords(
        usual: TrackedField.body.usualNames,
        any: [
            "text", "body", "content", "comment", "message", "review", "description", "opinion",
            "feedback", "testimonial", "texto", "texte", "testo", "kommentar", "comentario",
            "comentário", "commentaire", "recenzja", "отзыв", "コメント", "评论", "內容", "内容",
        ],
        not: elsewhere.union([
            "product", "title", "headline", "subject", "url", "link", "image", "photo", "video",
            "id", "date", "time", "count", "rating", "score", "star", "author", "name", "type",
            "language", "lang", "locale", "translated", "translation", "length", "source",
            "status", "header", "verified", "country", "helpful", "number", "total", "reviewer",
            "by", "vote", "created", "updated", "summary", "heading", "tag", "category",
        ]))

    static let authorName = FieldWords(
        usual: TrackedField.authorName.usualNames + ["names"],
        any: [
            "author", "reviewer", "customer", "user", "username", "nickname", "nick", "consumer",
            "profile", "buyer", "member", "autor", "auteur", "autore", "cliente", "kunde", "автор",
            "имя",
        ],
        not: elsewhere.union([
            "id", "url", "uri", "link", "avatar", "image", "photo", "email", "mail", "rank",
            "level", "country", "location", "count", "verified", "type", "product", "is", "has",
            "title", "text", "body", "comment", "content", "rating", "date", "time", "gender",
            "age", "badge", "city", "state", "number", "total", "picture", "hash", "since",
            "status", "locale", "language", "agent", "score", "path", "feedback",
        ]))

    static let authorID = FieldWords(
        usual: ["reviewerid", "userid", "authorid", "customerid", "profileid"],
        any: ["author", "reviewer", "customer", "user", "profile", "consumer", "buyer", "member"],
        not: elsewhere.union([
            "product", "order", "review", "image", "avatar", "session", "country", "location",
            "level", "group", "store", "locale", "type", "badge", "tier", "segment", "region",
            "state", "city", "language", "lang", "role", "rank", "status", "address", "currency",
            "site", "shop", "gender", "age", "zip", "postal", "area", "platform",
        ]),
        with: ["id", "uuid", "guid", "key", "ref", "code"])

    static let reviewID = FieldWords(
        usual: [
            "reviewid", "reviewref", "commentid", "feedbackid", "ratingid", "reviewuuid", "id",
            "uuid", "guid", "reviewkey", "cmtid", "evaluationid", "recommendationid",
        ],
        any: ["review", "comment", "feedback", "rating", "opinion", "evaluation", "bewertung"],
        not: elsewhere.union([
            "product", "user", "author", "reviewer", "customer", "order", "parent", "image",
            "photo", "count", "number", "url", "item", "listing", "profile", "consumer", "shop",
            "image", "brand", "category", "relationship", "media", "video", "location",
        ]),
        with: ["id", "uuid", "guid", "key", "ref", "code", "no", "hash"])

    static let verified = FieldWords(
        usual: TrackedField.verified.usualNames, any: ["verified", "verifiziert", "vérifié"],
        not: elsewhere.union(["count", "date", "time", "id", "total", "at", "email"]))

    static let helpfulVotes = FieldWords(
        usual: TrackedField.helpfulVotes.usualNames,
        any: ["helpful", "useful", "vote", "like", "upvote", "thumb", "helpfulness", "útil"],
        not: elsewhere.union([
            "unhelpful", "not", "down", "dislike", "negative", "percent", "total", "id", "date",
            "time", "user", "url", "is", "has", "my", "rating", "no", "unlike",
        ]))

    static let variant = FieldWords(
        usual: TrackedField.variant.usualNames + [
            "productattributes", "attributes", "options", "skuinfo",
        ],
        any: ["variant", "variation", "option", "size", "color", "colour", "style"],
        not: elsewhere.union([
            "id", "url", "image", "price", "count", "rating", "font", "sku", "asin", "body",
        ]))

    static let country = FieldWords(
        usual: TrackedField.country.usualNames + ["territory", "countrycode"],
        any: ["country", "territory", "marketplace", "region", "land", "pays", "país"],
        not: elsewhere.union(["id", "url", "origin", "shipping"]))

    static let language = FieldWords(
        usual: TrackedField.language.usualNames + ["languagecode"],
        any: ["language", "lang", "locale", "sprache", "langue", "idioma", "lingua"],
        not: elsewhere.union(["id", "url", "translated", "target"]))

    private static let otherTimes: Set<String> = elsewhere.union([
        "scraped", "scrape", "crawled", "fetched", "retrieved", "extracted", "collected",
        "imported", "downloaded", "purchase", "purchased", "order", "ordered", "delivery",
        "delivered", "birth", "expire", "expiry", "start", "end", "zone", "timezone", "offset",
        "format", "product", "checked", "synced", "indexed", "approved", "moderation", "moderated",
        "deleted", "id", "discovered", "visit", "stay", "experience", "experienced", "travel",
        "since", "joined",
        "registered", "count", "exported", "generated", "release", "version", "user", "author",
    ])

    static let createdAt = FieldWords(
        usual: TrackedField.createdAt.usualNames + ["ctime", "cdate"],
        any: [
            "date", "time", "created", "timestamp", "datetime", "at", "on", "published", "posted",
            "submitted", "submission", "written", "when", "day", "datum", "fecha", "data", "дата",
            "日期", "日付", "ts", "epoch", "dated",
        ],
        not: otherTimes.union([
            "updated", "update", "modified", "edited", "edit", "last", "changed",
        ]))

    static let updatedAt = FieldWords(
        usual: TrackedField.updatedAt.usualNames,
        any: ["updated", "modified", "edited", "changed", "update"], not: otherTimes.union(["by"]))
}
