import AfterwordCore
import Testing

@Test(
    "This machine is known by its names and numbers, and no other machine is taken for it",
    arguments: [
        ("localhost", true), ("LOCALHOST", true), ("127.0.0.1", true), ("127.8.9.255", true),
        ("::1", true), ("[::1]", true), ("", false), ("127.example.org", false),
        ("127.0.0.1.example.org", false), ("127.0.0.256", false), ("127.0.0", false),
        ("128.0.0.1", false), ("localhost.example.org", false), ("[::1", false), ("0.0.0.0", false),
        ("127.0.0.-1", false), ("127..0.1", false),
    ])
func loopback(host: String, isHere: Bool) {
    #expect(isLoopback(host: host) == isHere)
}
