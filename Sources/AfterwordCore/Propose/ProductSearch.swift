/// What is taken for the product of a review.
struct ProductChoice {
    /// The source in a shape.
    var source: JSONValue
    /// The member of the records, where it is one.
    var leaf: LeafProfile?
    /// The level of the object around the records that names it; nil for none.
    var level: Int?
    /// Whether no name says that it is one.
    var isGuess = false
    var doubts: [String] = []
}

/// Finds the product of the records of a place: in the records, in the objects around them, or in
/// the keys of the maps around them.
///
/// A product is in every record and repeats. It is never the name of the only list or the only
/// member of a map, the id of a job or a page, or what every record has of its own.
struct ProductSearch {
    /// The members of the objects around the records that are `level` keys away.
    struct Level {
        /// One for each object.
        var leaves: [LeafProfile]
        var objects: Int
    }

    let place: ReviewPlaces.Place
    private let leaves: [LeafProfile]
    private(set) var levels: [Level] = []

    private var count: Int { place.records.count }

    init(_ place: ReviewPlaces.Place, _ leaves: [LeafProfile], in places: ReviewPlaces) {
        self.place = place
        self.leaves = leaves
        var found: [[Int: ReviewPlaces.Envelope]] = []
        for record in place.records {
            var next = record.envelope
            var level = 0
            while let index = next {
                if level == found.count { found.append([:]) }
                found[level][index] = places.envelopes[index]
                next = places.envelopes[index].parent
                level += 1
            }
        }
        levels = found.map { objects in
            let members = objects.sorted { $0.key < $1.key }.map { _, envelope in
                envelope.members.filter { $0.key != envelope.onward }
            }
            return Level(leaves: leafProfiles(members), objects: members.count)
        }
    }

    /// The product by a name that says so; nil where nothing does.
    func best(without used: Set<LeafName>) -> ProductChoice? {
        var best: (choice: ProductChoice, score: Int)?
        var strong: [LeafProfile] = []
        func offer(_ choice: ProductChoice, _ score: Int) {
            if score > best?.score ?? 0 { best = (choice, score) }
        }
        for leaf in leaves where !used.contains(leaf.name) && leaf.isInNearlyAll {
            guard let score = strongScore(leaf) else { continue }
            strong.append(leaf)
            // A product repeats: what each record has of its own is one only for want of another.
            let isOwn = count > 2 && leaf.distinct == count
            offer(choice(leaf, isSure: score > 80), score - (isOwn ? 30 : 0))
        }
        for (index, level) in levels.enumerated() {
            for leaf in level.leaves where leaf.isInAll {
                let strong = strongScore(leaf)
                guard let score = strong ?? ownScore(leaf, index) else { continue }
                let isSure = strong != nil || isOfProduct(index)
                offer(choice(leaf, level: index + 1, isSure: isSure), score - 3 - index)
            }
        }
        if let (choice, score) = capture { offer(choice, score) }
        guard var choice = best?.choice else { return nil }
        if let taken = choice.leaf, let rival = strong.first(where: { !$0.isGrouped(as: taken) }) {
            choice.doubts.append(
                "\(taken.name.written) or \(rival.name.written) may be the product")
        }
        return choice
    }

    /// The product by what its values do, where no name says so: an id of an unknown name that is
    /// in all records and repeats, an id that some records lack, a name or a link of a product.
    func weak(without used: Set<LeafName>) -> ProductChoice? {
        let free = leaves.filter { !used.contains($0.name) && $0.isScalar }
        if let leaf = repeated(free) { return taken(leaf, "in all records, and repeats") }
        let partial = free.filter { $0.count * 2 >= count && strongScore($0) != nil }
            .max { $0.count < $1.count }
        if let partial {
            return taken(partial, "missing in \(count - partial.count) of \(count) records")
        }
        if let linked = productURL(free) { return linked }
        if let leaf = free.first(where: { $0.isInAll && pointers.contains($0.name.plain) }) {
            return taken(leaf, "what the reviews are on")
        }
        if let outer = outerID { return outer }
        let named = free.first { leaf in
            leaf.isInAll && leaf.isShortText
                && (isSubject(leaf, with: ["name", "title"])
                    || leaf.name.allWords.isSubset(of: subjects))
        }
        if let named { return taken(named, "a name, no id") }
        let linked = free.first { leaf in
            leaf.isInAll && leaf.isURL && isSubject(leaf, with: ["url", "link", "permalink"])
        }
        if let linked { return taken(linked, "a link, no id") }
        return free.first(where: isRepeatedName).map { taken($0, "a name, and repeats") }
    }

    /// The id of an unknown name that each of several objects around the records has of its own.
    private var outerID: ProductChoice? {
        for (index, level) in levels.enumerated() where level.objects > 1 {
            let found = level.leaves.first { leaf in
                leaf.isInAll && leaf.isIDLike && leaf.distinct == level.objects
                    && leaf.name.words.count > 1 && !leaf.name.words.isDisjoint(with: idWords)
                    && leaf.name.allWords.isDisjoint(with: noProduct)
            }
            if let found { return choice(found, level: index + 1, isSure: false) }
        }
        return nil
    }

    /// Whether a member is the name of something that repeats: `drugName`.
    private func isRepeatedName(_ leaf: LeafProfile) -> Bool {
        leaf.isInAll && leaf.isShortText && leaf.name.words.count > 1
            && leaf.name.words.contains("name") && leaf.distinct > 1
            && leaf.distinct * 2 <= count
            && leaf.name.allWords.isDisjoint(
                with: noProduct.subtracting(["name"]).union(FieldWords.authorName.any))
    }
}

// MARK: Names of products

private let exactNames = [
    "childasin", "parentasin", "asin", "productid", "productasin", "itemid", "sku", "isbn",
    "listingid", "product", "handle", "productsku", "productcode", "producthandle", "goodsid",
    "articleid", "gtin", "ean", "appid", "bookid", "hotelid", "placeid", "businessid", "listing",
    "artikelnummer", "artikelnr", "produktid", "productnumber", "itemnumber", "articlenumber",
    "packagename", "pid", "productpageid",
]

/// Names of ids of what a comment is on, which may be a product.
private let pointers: Set<String> = [
    "commentpostid", "entitypkvalue", "offerid", "postid", "objectid", "targetid", "subjectid",
    "parentproduct", "drugid",
]

let subjects: Set<String> = [
    "product", "item", "listing", "app", "book", "hotel", "place", "business", "article", "good",
    "goods", "course", "game", "movie", "film", "restaurant", "property", "sku", "asin", "produkt",
    "producto", "produit", "prodotto", "produto", "artikel", "entity", "company", "recipe",
    "reviewable",
]

private let idWords: Set<String> = [
    "id", "sku", "asin", "code", "handle", "slug", "key", "ref", "gtin", "isbn", "ean", "upc",
    "uuid", "guid", "number", "no", "nr", "mpn",
]

private let noProduct: Set<String> = replyWords.union([
    "review", "comment", "author", "user", "reviewer", "customer", "profile", "order", "job",
    "session", "page", "request", "image", "media", "seller", "category", "brand", "count",
    "price", "rating", "type", "status", "marketplace", "site", "store", "shop", "country",
    "language", "lang", "locale", "campaign", "merchant", "vendor", "consumer", "feedback",
    "variant", "thread", "cursor", "batch", "source", "platform", "region", "currency", "bundle",
    "info", "attribute", "attr", "name", "title", "color", "size", "parent", "video", "photo",
    "transaction", "invoice", "vote", "tenant", "client", "device", "version", "build", "release",
])

extension ProductSearch {
    /// How surely a member's name is that of a product's id; nil where it is not.
    private func strongScore(_ leaf: LeafProfile) -> Int? {
        guard leaf.isScalar, !leaf.isURL || leaf.name.plain == "listing" else { return nil }
        let name = leaf.name
        if let index = exactNames.firstIndex(where: { $0 == name.joined }) {
            return index >= 9 && !leaf.isShortText && !leaf.isIDLike ? nil : 100 - index
        }
        guard name.allWords.isDisjoint(with: noProduct), !name.allWords.isDisjoint(with: subjects),
            leaf.isIDLike, leaf.isASCII
        else { return nil }
        if exactNames.contains(name.plain) { return 82 }
        return name.words.isDisjoint(with: idWords) ? nil : 80
    }

    /// The score of a plain `id` of an object around the records: several objects, each with an id
    /// of its own, or one that is a product by its other members.
    ///
    /// - Parameter index: That of the level.
    private func ownScore(_ leaf: LeafProfile, _ index: Int) -> Int? {
        let level = levels[index]
        if !words(ofLevel: index).isDisjoint(with: noProduct) { return nil }
        guard ["id", "_id"].contains(leaf.name.path.joined(separator: ".")), leaf.isIDLike else {
            return nil
        }
        let plain = Set(level.leaves.map(\.name.plain))
        let job: Set<String> = [
            "status", "success", "job", "query", "page", "statuscode", "cursor",
        ]
        guard plain.isDisjoint(with: job) else { return nil }
        let own: Set<String> = [
            "name", "title", "brand", "price", "url", "asin", "sku", "producttitle", "productname",
            "handle", "category", "displayname",
        ]
        let isProduct = !plain.isDisjoint(with: own)
        return isProduct || level.objects > 1 && leaf.distinct == level.objects ? 70 : nil
    }

    /// The words of the key under which the object of a level lies.
    private func words(ofLevel index: Int) -> Set<String> {
        let keys = place.steps.compactMap { step in
            if case .key(let key) = step { key } else { nil }
        }
        let place = keys.count - index - 2
        return place >= 0 ? Set(nameWords(keys[place])) : []
    }

    /// Whether the object of a level is a product beyond doubt: there are several, its key says so,
    /// or it has a price, a brand or the like.
    private func isOfProduct(_ index: Int) -> Bool {
        let plain = Set(levels[index].leaves.map(\.name.plain))
        let own: Set<String> = [
            "brand", "price", "asin", "sku", "gtin", "producttitle", "category",
        ]
        return !plain.isDisjoint(with: own) || levels[index].objects > 1
            || !words(ofLevel: index).isDisjoint(with: subjects)
    }

    private func isSubject(_ leaf: LeafProfile, with words: Set<String>) -> Bool {
        !leaf.name.allWords.isDisjoint(with: subjects) && !leaf.name.words.isDisjoint(with: words)
            && leaf.name.allWords.isDisjoint(with: noProduct.subtracting(words))
    }

    /// The member that looks like an id, is in all records and repeats.
    private func repeated(_ free: [LeafProfile]) -> LeafProfile? {
        free.first { leaf in
            guard leaf.isInAll, leaf.isIDLike, leaf.isASCII, leaf.name.path.count < 3 else {
                return false
            }
            let names = leaf.name.words
            guard !names.isDisjoint(with: idWords), names.count > 1,
                leaf.name.allWords.isDisjoint(with: noProduct)
            else { return false }
            let distinct = leaf.distinct
            return count >= 3 && distinct >= 2 && distinct < count
        }
    }
}

// MARK: Choices

extension ProductSearch {
    private func taken(_ leaf: LeafProfile, _ why: String) -> ProductChoice {
        ProductChoice(
            source: leaf.source, leaf: leaf,
            doubts: ["\(leaf.name.written) is taken for the product: \(why)"])
    }

    private func choice(_ leaf: LeafProfile, isSure: Bool) -> ProductChoice {
        var choice = ProductChoice(source: leaf.source, leaf: leaf)
        let name = leaf.name.written
        if !leaf.isInAll {
            choice.doubts.append("\(name) is missing in \(count - leaf.count) of \(count) records")
        }
        if !leaf.isIDLike { choice.doubts.append("\(name) is taken for the product: it is no id") }
        let isOwn = leaf.distinct == count && count > 1
        if isOwn, !isSure || count >= 20 {
            choice.doubts.append("\(name) is taken for the product, and no two records share one")
        }
        return choice
    }

    private func choice(_ leaf: LeafProfile, level: Int, isSure: Bool) -> ProductChoice {
        let source = String(repeating: "^", count: level) + leaf.name.written
        let doubts = isSure ? [] : ["\(source) is taken for the product"]
        return ProductChoice(source: .string(source), level: level, doubts: doubts)
    }

    /// Whether an object around the records has a product's title, brand or price.
    private var isInProduct: Bool {
        let own: Set<String> = [
            "title", "name", "brand", "price", "producttitle", "productname", "asin", "sku",
        ]
        return levels.contains { level in level.leaves.contains { own.contains($0.name.plain) } }
    }

    /// The key of a map around the records: the outermost whose keys name products.
    private var capture: (choice: ProductChoice, score: Int)? {
        let names = place.steps.compactMap { step in
            if case .everyMember(let name) = step { name } else { nil }
        }
        let isOwn = if case .everyMember? = place.steps.last { true } else { false }
        for (index, name) in names.enumerated() where !isOwn || index < names.count - 1 {
            let keys = Set(place.records.map { $0.captures[index] })
            // The only key is the name of the list, unless it is that of a product's object.
            guard !keys.allSatisfy(namesPart),
                keys.count > 1 || keys.allSatisfy(isCode) && isInProduct
            else { continue }
            var choice = ProductChoice(source: .string("@" + name), level: isOwn ? 1 : nil)
            if keys.count == 1 || !keys.allSatisfy(isProductID) || keys.allSatisfy(isMoment) {
                choice.doubts = ["the keys of a map are taken for products"]
            }
            return (choice, keys.allSatisfy(isCode) ? 60 : 55)
        }
        return nil
    }
}

extension LeafProfile {
    /// Whether the values tell the records apart in the same groups as another member's.
    fileprivate func isGrouped(as other: LeafProfile) -> Bool {
        let pairs = zip(values, other.values).map { [$0?.scalar ?? [], $1?.scalar ?? []] }
        let count = Set(pairs).count
        return count == distinct && count == other.distinct
    }

    /// Whether at least half of the texts have no letters but those of English.
    fileprivate var isASCII: Bool { share { $0.scalar?.allSatisfy { $0 < 0x80 } ?? false } >= 0.5 }

    /// Whether the values look like ids: short, without blanks, no flags.
    fileprivate var isIDLike: Bool {
        isScalar && codeShare >= 0.9
            && share { if case .bool = $0 { true } else { false } } == 0
    }
}

/// The sources of a product's attributes, by name: from the object that names the product, else
/// from the records.
func productAttributes(_ reading: PlaceReading, _ search: ProductSearch) -> [String: JSONValue] {
    let names: KeyValuePairs<String, [String]> = [
        "title": ["producttitle", "productname", "amazontitle", "title", "name", "itemname"],
        "brand": ["productbrand", "brand", "brandname", "manufacturer", "store"],
        "category": ["maincategory", "category", "productcategory"],
        "price": ["price"],
        "family": ["parentasin", "familyid"],
    ]
    var attributes: [String: JSONValue] = [:]
    let level = reading.product?.level ?? (reading.product?.leaf == nil ? 1 : 0)
    let used = Set(reading.taken.values.map(\.name))
    for (attribute, names) in names {
        func first(_ leaves: [LeafProfile]) -> LeafProfile? {
            let found = names.lazy.compactMap { name in
                leaves.first { leaf in
                    (leaf.name.joined == name
                        || leaf.name.plain == name && leaf.name.path.count > 1
                            && leaf.name.outerWords.contains("product"))
                        && leaf.isScalar && !leaf.isURL
                }
            }
            return found.first
        }
        if level > 0, level <= search.levels.count,
            let found = first(search.levels[level - 1].leaves)
        {
            attributes[attribute] = .string(
                String(repeating: "^", count: level) + found.name.written)
            if attributes[attribute] == reading.product?.source { attributes[attribute] = nil }
            if reading.product == nil, attribute == "title" { attributes[attribute] = nil }
        } else if let found = first(reading.leaves), !used.contains(found.name),
            attribute != "title" || !["title", "name"].contains(found.name.joined)
                || reading.taken["product_id"].map(found.isFunction) == true
        {
            attributes[attribute] = found.source
        }
    }
    return attributes
}
