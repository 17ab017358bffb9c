import AfterwordCore
import Testing

/// Where a store's location may be shown, and what it is taken for.
@Suite struct WrittenStoreTests {
    @Test(
        "A location that may hold a password is shown nowhere, whatever its form",
        arguments: [
            "postgres://u:SECRET@h/db", "postgresql://u:SECRET/x@y@127.0.0.1:1/db",
            "postgres://u:SEC?SECRET@h/db", "postgres:/u:SECRET@h/db", "postgres:u:SECRET@h/db",
            "Postgres:SECRET", "postgres://:SECRET@h/db", "postgres://u%3ASECRET@h/db",
            "postgres://h/db?password=SECRET", "postgres://h/db?sslpassword=SECRET",
            "postgres://h/db?a=b&pass%77ord=SECRET", "host=127.0.0.1 password=SECRET user=x",
            "user=x password = 'SECRET'", "user=x:SECRET@h", "u:SECRET@h/db", "//u:SECRET@h/db",
            "sqlite:postgres://u:SECRET@h/db", "sqlite:host=h password=SECRET",
            "mysql://u:SECRET@h/db", "jdbc:postgresql://h/db?user=u&password=SECRET",
            "SECRET word://x", "x y password=SECRET",
        ])
    func hidden(written: String) {
        let store = WrittenStore(written)
        #expect(store.holdsPassword)
        #expect(!store.shown.contains("SECRET") && store.shown.hasPrefix("set, "))
        #expect(store.inMessage == "***")
        #expect(!store.isFile)
        if case .address(let scheme) = store.form { #expect(!scheme.contains("SECRET")) }
    }

    @Test(
        "Files and addresses without a password are shown as they are",
        arguments: [
            ("a.sqlite", WrittenStore.Form.file), ("/data/12:30/me@x/a.sqlite", .file),
            ("./host=a.sqlite", .file), ("me@home.sqlite", .file), ("a=b.sqlite", .file),
            ("postgres://h/db", .address(scheme: "postgres")),
            ("postgres://u@h:5432/db?sslmode=require", .address(scheme: "postgres")),
            ("postgres:///db?host=/run", .address(scheme: "postgres")),
            ("host=h user=u", .keywords), ("dbname = d", .keywords), (" user=u", .keywords),
        ])
    func shown(written: String, form: WrittenStore.Form) {
        let store = WrittenStore(written)
        #expect(store.form == form)
        #expect(store.shown == written && store.inMessage == written && !store.holdsPassword)
    }

    @Test("sqlite: names a file, and is no part of its path")
    func scheme() {
        #expect(WrittenStore("sqlite:a.sqlite").location == "a.sqlite")
        #expect(WrittenStore("sqlite:///a.sqlite").location == "/a.sqlite")
    }

    @Test("Secrets are the parts between the first colon and the last @, the longest ones first")
    func secrets() {
        #expect(
            WrittenStore("postgres://u:ab/abc@h/db").secrets == [
                "ab/abc", "abc", "abc", "ab", "ab",
            ])
        #expect(WrittenStore("postgres://h/db?sslpassword=x&a=b").secrets == ["x"])
        #expect(WrittenStore("postgres://u@h:1/db").secrets.isEmpty)
    }
}
