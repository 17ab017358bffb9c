import Testing

@testable import AfterwordObjects

@Suite struct ObjectSettingsTests {
    @Test("An address has a bucket and a key, and nothing that a host's name may not have")
    func addresses() throws {
        for (text, bucket, key) in [
            ("s3://bucket", "bucket", ""), ("s3://bucket/", "bucket", ""),
            ("S3://bucket/a/b c", "bucket", "a/b c"), ("s3://a.b-c_D9//x/", "a.b-c_D9", "/x/"),
        ] {
            let address = try ObjectAddress(parsing: text)
            #expect(address.bucket == bucket && address.key == key)
        }
        #expect("\(try ObjectAddress(parsing: "s3://bucket"))" == "s3://bucket/")
        for text in [
            "s3://", "s3:///key", "s3://ab/x", "s3://user@host/x", "s3://a:80/x", "s3://-ab/x",
            "s3://a..b/x", "s3://bu cket/x", "s3://bücket/x", "s3://.abc/", "s3://abc./",
            "s3://" + String(repeating: "a", count: 64), "folder/x", "s3:/bucket/x",
        ] {
            #expect(throws: ObjectFault.badAddress(text)) { try ObjectAddress(parsing: text) }
        }
        #expect(ObjectAddress.isMeant(by: "S3://x") && !ObjectAddress.isMeant(by: "./s3://x"))
    }

    @Test("Another program gets the key that was found, and no other way to one")
    func environments() throws {
        let server = try ScriptedStorage { _, _ in
            let document =
                "{\"AccessKeyId\": \"key\", \"SecretAccessKey\": \"made\", \"Token\": \"t\"}"
            return .answer(200, body: Array(document.utf8))
        }
        let given = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/c", "HOME": "/nowhere",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_SESSION_TOKEN": "other",
            "AWS_REGION": "eu-west-1", "AFTERWORD_S3_PLAIN_HTTP": "1", "PATH": "/bin",
            // What would lead the program elsewhere, and what is none of its business.
            "HTTP_PROXY": "http://proxy", "https_proxy": "http://proxy", "ALL_PROXY": "x",
            "NO_PROXY": "x", "AWS_CA_BUNDLE": "/x", "AWS_ALLOW_HTTP": "true",
            "AWS_S3_ALLOW_UNSAFE_RENAME": "true", "AWS_SKIP_SIGNATURE": "true",
            "AWS_ENDPOINT": "https://x", "AWS_ENDPOINT_URL": "https://Two.example:9000/s3//",
            "AWS_CONFIG_FILE": "/x", "OPENAI_API_KEY": "x", "PYTHONPATH": "lake",
        ]
        let surroundings = StorageFixture.surroundings(.init())
        let client = ObjectClient(try ObjectSettings(environment: given), surroundings)
        #expect(
            try client.environment(forBucket: "bucket") == [
                "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "made",
                "AWS_SESSION_TOKEN": "t", "AWS_REGION": "eu-west-1",
                "AWS_DEFAULT_REGION": "eu-west-1", "HOME": "/nowhere", "PATH": "/bin",
                "AWS_EC2_METADATA_DISABLED": "true", "AFTERWORD_S3_PLAIN_HTTP": "1",
                "AWS_ENDPOINT_URL_S3": "https://two.example:9000/s3", "PYTHONPATH": "lake",
                "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            ])
        let plain = StorageFixture.key.merging(["AWS_SESSION_TOKEN": ""]) { $1 }
        let keyed = ObjectClient(try ObjectSettings(environment: plain), surroundings)
        #expect(try keyed.environment(forBucket: "bucket")["AWS_SESSION_TOKEN"] == nil)
    }

    @Test("Region and endpoint come from the variables that AWS's tools read") func variables()
        throws
    {
        func settings(_ environment: [String: String]) throws -> ObjectSettings {
            try ObjectSettings(environment: environment)
        }
        #expect(try settings([:]).region == "us-east-1")
        #expect(try settings([:]).endpoint == nil)
        #expect(try settings(["AWS_DEFAULT_REGION": "eu-west-1"]).region == "eu-west-1")
        let both = ["AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "auto"]
        #expect(try settings(both).region == "auto")
        let endpoint = try settings([
            "AWS_ENDPOINT_URL": "https://one.example",
            "AWS_ENDPOINT_URL_S3": "https://Two.example:9000/s3//",
        ]).endpoint
        #expect(endpoint?.authority == "two.example:9000" && endpoint?.path == "/s3")
        #expect(try settings(["AWS_ENDPOINT_URL": "http://127.0.0.1:5000"]).endpoint?.port == 5000)
        for address in ["http://localhost", "http://[::1]:9000", "http://127.9.9.9:80"] {
            #expect(try settings(["AWS_ENDPOINT_URL": address]).endpoint?.isLoopback == true)
        }
    }

    @Test("A setting without meaning is refused by name; its value is not repeated") func refusals()
        throws
    {
        for (name, value) in [
            ("AWS_REGION", "eu west"), ("AWS_DEFAULT_REGION", "EU/../x"),
            ("AWS_ENDPOINT_URL", "host:9000"), ("AWS_ENDPOINT_URL_S3", "https://u:hidden@host"),
            ("AWS_ENDPOINT_URL", "ftp://host"), ("AWS_ENDPOINT_URL", "https://host?x=1"),
            ("AWS_ENDPOINT_URL", "http://host:9000"),
            ("AWS_ENDPOINT_URL", "http://127.evil.example"),
            ("AWS_ENDPOINT_URL", ""), ("AWS_ENDPOINT_URL", "https://"),
            ("AWS_ENDPOINT_URL", "https://host:65536"), ("AWS_ENDPOINT_URL", "https://host:0"),
            ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:/"),
            ("AWS_ENDPOINT_URL_S3", "http://[::1]:99999999999999999999"),
        ] {
            if value.isEmpty {
                #expect(try ObjectSettings(environment: [name: value]).endpoint == nil)
                continue
            }
            let fault = #expect(throws: ObjectFault.self, "\(value)") {
                try ObjectSettings(environment: [name: value])
            }
            #expect(fault?.words.hasPrefix(name) == true)
            #expect(fault?.words.contains("hidden") == false)
        }
        let allowed = ["AWS_ENDPOINT_URL": "http://host:9000", "AFTERWORD_S3_PLAIN_HTTP": "1"]
        #expect(try ObjectSettings(environment: allowed).endpoint?.authority == "host:9000")
    }

    @Test("The bucket stands in the host's name at AWS, and in the path elsewhere") func places() {
        let aws = ObjectEndpoint.ofAWS(region: "eu-central-1")
        #expect(
            aws.place(of: "bucket").endpoint.base == "https://bucket.s3.eu-central-1.amazonaws.com")
        #expect(aws.place(of: "bucket").path == "")
        for name in ["a.b.c", "Upper", "under_score"] {
            #expect(aws.place(of: name).endpoint.base == "https://s3.eu-central-1.amazonaws.com")
            #expect(aws.place(of: name).path == "/\(name)")
        }
        #expect(
            ObjectEndpoint.ofAWS(region: "cn-north-1").place(of: "bucket").endpoint.host
                == "bucket.s3.cn-north-1.amazonaws.com.cn")
        let own = ObjectEndpoint("https://host:9000/base")
        #expect(own?.place(of: "bucket").path == "/base/bucket")
        var virtual = own
        virtual?.isVirtual = true
        #expect(virtual?.place(of: "bucket").endpoint.base == "https://bucket.host:9000")
    }
}
