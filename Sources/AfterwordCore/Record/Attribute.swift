/// An attribute of a product: a column of `products_dim`.
package enum Attribute: Int, CaseIterable, Sendable {
    case title
    case brand
    case category
    case family
    case price
    /// Who is responsible for the product; given by a catalog only.
    case owner
    case unitsSold

    /// The attribute's name in tables, goldens and shapes.
    package var name: String {
        switch self {
        case .title: "title"
        case .brand: "brand"
        case .category: "category"
        case .family: "family"
        case .price: "price"
        case .owner: "owner"
        case .unitsSold: "units_sold"
        }
    }
}
