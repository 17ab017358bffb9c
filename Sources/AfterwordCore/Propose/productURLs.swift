/// Parts of URLs that shops use for a product's id: places in the path, then names of parameters.
private let productParts = [
    "/dp/{id}", "/gp/product/{id}", "/gp/aw/d/{id}", "/product-reviews/{id}", "/itm/{id}",
    "/ip/{id}", "/listing/{id}", "/products/{id}", "/product/{id}", "/produkt/{id}",
    "/producto/{id}", "/produit/{id}", "/item/{id}", "/items/{id}", "/artikel/{id}", "/app/{id}",
    "/apps/{id}", "/pd/{id}", "/p/{id}", "asin", "product_id", "productId", "pid", "itemId",
    "item_id", "goods_id", "sku", "appid",
]

extension ProductSearch {
    /// The product by a URL that holds its id: one of the records, or of the objects around them.
    /// The ids repeat, or are few.
    func productURL(_ free: [LeafProfile]) -> ProductChoice? {
        for leaf in free where leaf.isInNearlyAll && leaf.isURL {
            guard let part = productPart(leaf) else { continue }
            var choice = choice(leaf.source, part)
            choice.leaf = leaf
            return choice
        }
        for (index, level) in levels.enumerated() {
            for leaf in level.leaves where leaf.isInAll && leaf.isURL {
                // The address of the page itself.
                if leaf.name.plain == "self" { continue }
                guard let part = productPart(leaf) else { continue }
                let source = String(repeating: "^", count: index + 1) + leaf.name.written
                var choice = choice(.string(source), part)
                choice.level = index + 1
                return choice
            }
        }
        return nil
    }

    private func choice(_ source: JSONValue, _ part: String) -> ProductChoice {
        let name = source.text ?? ""
        return ProductChoice(
            source: .object([("from", source), ("url", .string(part))]),
            doubts: ["the product is taken from the URLs of \(name) (\"url\": \"\(part)\")"])
    }

    /// The part that nearly all URLs have, with an id of a product in it.
    private func productPart(_ leaf: LeafProfile) -> String? {
        let urls = leaf.scalars
        return productParts.first { written in
            guard let part = try? URLPart(written, for: "product_id") else { return false }
            let ids = urls.compactMap { part.value(in: $0) }
            guard ids.count * 50 >= urls.count * 49, !ids.isEmpty else { return false }
            return Set(ids).count < ids.count || ids.count < 3
        }
    }
}
