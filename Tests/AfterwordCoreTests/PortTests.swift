import AfterwordCore
import Testing

@Test(
    "A port is a number from 1 to 65535, or is not written",
    arguments: [
        ("https://host", true), ("https://host/a:b", true), ("https://host?a:70000", true),
        ("https://host:1", true), ("https://host:65535/v1", true), ("https://host:00080", true),
        ("https://[::1]", true), ("https://[::1]:9000/v1", true), ("https://a@host/", true),
        ("https://host:0", false), ("https://host:", false), ("https://host:/v1", false),
        ("https://host:65536", false), ("https://host:99999999999999999999/", false),
        ("https://host:-1", false), ("https://host:+80", false), ("https://host:٨٠", false),
        ("https://host:80a", false), ("https://host:1:2", false), ("https://[::1]:70000", false),
        ("https://a@host:70000", false), ("https://host:70000?a", false),
        ("https://host:70000#a", false), ("nonsense", true), ("", true),
    ])
func ports(address: String, isUsable: Bool) {
    #expect(isPortUsable(in: address) == isUsable)
}
