import AfterwordCore
import Testing

/// Models as data: the program's own file, and a user's beside it.
@Suite struct ModelCatalogTests {
    private func add(_ file: String) throws -> ModelCatalog {
        var catalog = ModelCatalog.builtIn
        try catalog.add(Array(file.utf8))
        return catalog
    }

    @Test("The models that are known, with their prices, tiers, rules and dates")
    func builtIn() throws {
        #expect(
            ModelFacts.all.map(\.name) == [
                "gpt-6-luna", "gpt-5.6-luna", "gpt-6.1-terra", "gpt-6.1-sol", "gpt-6.2-sol",
                "gpt-6.2-astra", "gpt-4o-mini",
            ])
        let luna = try #require(ModelFacts.named("gpt-6-luna"))
        #expect(luna.input == 100 && luna.cachedInput == 10 && luna.cacheWrite == 125)
        #expect(luna.output == 500 && luna.isPaid && luna.provider == .openAI)
        #expect(luna.tiers == [.standard: 1_000, .flex: 500, .priority: 2_000])
        #expect(luna.reasoningEffort == "none" && luna.takesTemperature && !luna.takesSeed)
        #expect(luna.dialect == .strict && luna.takesCacheMode && luna.shutdown == nil)
        let astra = try #require(ModelFacts.named("gpt-6.2-astra"))
        #expect(astra.reasoningEffort == "low" && !astra.takesTemperature)
        let mini = try #require(ModelFacts.named("gpt-4o-mini"))
        #expect(mini.lengthMember == "max_tokens" && mini.takesSeed && !mini.takesCacheMode)
        #expect(mini.longInput == nil && mini.cacheWrite == nil && mini.context == 128_000)
        #expect(mini.shutdown?.written == "2027-01-14" && mini.released?.written == "2024-07-18")
        #expect(mini.replacement == "gpt-6-luna" && ModelFacts.named("gpt-3") == nil)
    }

    @Test("A file's models come beside the known ones, or in their place")
    func own() throws {
        let catalog = try add(
            """
            {"models": [
              {"name": "llama3.1", "paid": false, "provider": "compatible", "context_tokens": 32768,
               "structured_output": "json_object", "takes_seed": true},
              {"name": "gpt-6-luna", "paid": true, "provider": "compatible",
               "nanodollars_per_token": {"input": 7, "cached_input": 1, "output": 9},
               "tiers_permille": {"default": 1000, "flex": 400}, "reasoning_effort": "low",
               "long_input": {"above_input_tokens": 10, "input_permille": 3000,
                              "output_permille": 1000},
               "shutdown": "2028-02-29", "replacement": null}
            ]}
            """)
        #expect(catalog.models.count == 8 && catalog["gpt-4o-mini"] != nil)
        let llama = try #require(catalog["llama3.1"])
        #expect(!llama.isPaid && llama.dialect == .object && llama.lengthMember == "max_tokens")
        #expect(llama.takesSeed && !llama.takesCacheMode && llama.context == 32_768)
        #expect(llama.cost(ModelUsage(input: 9, cachedInput: 0, output: 9)) == 0)
        let luna = try #require(catalog["gpt-6-luna"])
        #expect(luna.reasoningEffort == "low" && luna.replacement == nil && !luna.takesCacheMode)
        func cost(_ input: Int64, _ tier: ServiceTier) -> Int64 {
            luna.cost(
                ModelUsage(input: input, cachedInput: 0, output: 10), PriceTerms(tier: tier))
        }
        #expect(cost(10, .standard) == 160 && cost(10, .flex) == 64)
        // A tier without a price costs as the most expensive one.
        #expect(cost(10, .priority) == 160 && cost(20, .standard) == 510)
        #expect(ModelCatalog.builtIn["gpt-6-luna"]?.input == 100)
    }

    @Test(
        "A file with a mistake is refused with the model and the member",
        arguments: [
            ("{", "is not JSON, at byte 1"), ("[]", "has no array 'models'"),
            (#"{"modles": []}"#, "has no array 'models'"),
            (#"{"models": [], "modles": []}"#, "has a member that is not known: 'modles'"),
            (#"{"Models": [], "models": []}"#, "has a member that is not known: 'Models'"),
            (#"{"models": [], "default": null}"#, "has a member that is not known: 'default'"),
            (#"{"models": [{}]}"#, "lists a model without a 'name'"),
            (#"{"models": [1]}"#, "lists a model without a 'name'"),
            (#"{"models": [{"name": "a"}]}"#, "a 'paid' is true or false, and must be given"),
            (#"{"models": [{"name": "a", "paid": 1}]}"#, "a 'paid' is true or false"),
            (
                #"{"models": [{"name": "a", "paid": true}]}"#,
                "a 'nanodollars_per_token' is missing, and the model is paid"
            ),
            (
                #"{"models": [{"name": "a", "paid": true, "nanodollars_per_token": {"input": 1}}"#
                    + "]}",
                "a 'nanodollars_per_token' has no 'cached_input'"
            ),
            (
                #"{"models": [{"name": "a", "paid": false, "price": 1}]}"#,
                "a 'price' is not a member that is known"
            ),
            (
                #"{"models": [{"name": "a", "paid": true, "nanodollars_per_token": null}]}"#,
                "a 'nanodollars_per_token' is missing, and the model is paid"
            ),
            (
                #"{"models": [{"name": "a", "paid": true, "nanodollars_per_token": 7}]}"#,
                "a 'nanodollars_per_token' is an object"
            ),
            (
                #"{"models": [{"name": "a", "paid": true, "nanodollars_per_token": "#
                    + #"{"input": 1, "cached_input": 1, "output": 1, "cache_writes": 9}}]}"#,
                "a 'nanodollars_per_token' has a member that is not known: 'cache_writes'"
            ),
            (
                #"{"models": [{"name": "a", "paid": false, "tiers_permille": {"Flex": 1}}]}"#,
                "a 'tiers_permille' has a member that is not known: 'Flex'"
            ),
            (
                #"{"models": [{"name": "a", "paid": false, "long_input": {"above": 1}}]}"#,
                "a 'long_input' has a member that is not known: 'above'"
            ),
            (
                #"{"models": [{"name": "a", "paid": false, "provider": "azure"}]}"#,
                "a 'provider' is one of openai, compatible"
            ),
            (
                #"{"models": [{"name": "a", "paid": false, "context_tokens": 0}]}"#,
                "a 'context_tokens' is a whole number from 1 to 100000000"
            ),
            (
                #"{"models": [{"name": "a", "paid": false, "length_member": "most"}]}"#,
                "a 'length_member' is max_tokens or max_completion_tokens"
            ),
            (
                #"{"models": [{"name": "a", "paid": false, "shutdown": "soon"}]}"#,
                "a 'shutdown' is a date: 2027-01-14"
            ),
            (
                #"{"models": [{"name": "a", "paid": false, "replacement": ""}]}"#,
                "a 'replacement' is a text"
            ),
            (
                #"{"models": [{"name": "fake", "paid": false}]}"#,
                "fake is the name of a simulated model"
            ),
            (
                #"{"models": [{"name": "fake:lying:7", "paid": false}]}"#,
                "fake:lying:7 is the name of a simulated model"
            ),
            (
                #"{"models": [{"name": "a", "paid": false, "replacement": "a"}]}"#,
                "a 'replacement' is the model itself"
            ),
            (
                #"{"models": [{"name": "a", "paid": false}, {"name": "a", "paid": false}]}"#,
                "a is listed twice"
            ),
        ])
    func mistakes(file: String, words: String) {
        let fault = #expect(throws: ModelFileFault.self) { try add(file) }
        #expect(fault?.words == words)
    }

    @Test("A file may say what it is about")
    func about() throws {
        let catalog = try add(#"{"about": ["Ours."], "models": [{"name": "a", "paid": false}]}"#)
        #expect(catalog["a"]?.isPaid == false)
    }

    @Test("A null in place of tiers or of a surcharge is as if it were left out")
    func nulls() throws {
        let catalog = try add(
            """
            {"models": [{"name": "a", "paid": true, "tiers_permille": null, "long_input": null,
            "nanodollars_per_token": {"input": 1, "cached_input": 1, "output": 1}}]}
            """)
        let facts = try #require(catalog["a"])
        #expect(facts.tiers == [.standard: 1_000, .flex: 500, .priority: 2_000])
        #expect(facts.longInput == nil)
    }

    @Test(
        "A date is of four, two and two digits",
        arguments: [
            "9223372036854775807-01-14", "-2027-01-14", "2027-1-14", "2027-01-14-", "+027-01-14",
            "2027-01-٠٤", "2027-02-30", "20270114",
        ])
    func dates(date: String) {
        let fault = #expect(throws: ModelFileFault.self) {
            try add(#"{"models": [{"name": "a", "paid": false, "shutdown": "\#(date)"}]}"#)
        }
        #expect(fault?.words == "a 'shutdown' is a date: 2027-01-14")
    }

    @Test("Much input must say above what, and what it costs then")
    func longInput() {
        let fault = #expect(throws: ModelFileFault.self) {
            try add(
                """
                {"models": [{"name": "a", "paid": true, "long_input": {"above_input_tokens": 5},
                "nanodollars_per_token": {"input": 1, "cached_input": 1, "output": 1}}]}
                """)
        }
        #expect(fault?.member == "long_input")
    }

    @Test("What is written of a model reads as the same model")
    func written() throws {
        for facts in ModelFacts.all + [ModelFacts(free: "own")] {
            var catalog = ModelCatalog.builtIn
            let file = JSONValue.row(["models": .array([facts.json])])
            try catalog.add(Array(file.canonical.utf8))
            #expect(catalog[facts.name] == facts, "\(facts.name)")
        }
    }

    @Test("Reviews are limited to what the context has room for")
    func context() {
        var facts = ModelFacts(free: "own")
        #expect(facts.evidenceTokens(80_000) == 80_000)
        facts.context = 1_000_000
        #expect(facts.evidenceTokens(80_000) == 80_000)
        facts.context = 40_000
        let room = facts.evidenceTokens(80_000)
        #expect((10_000..<34_000).contains(room))
        facts.context = 39_000
        #expect(facts.evidenceTokens(80_000) == room - 1_000)
        facts.context = 4_000
        #expect(facts.evidenceTokens(80_000) < 0)
    }
}
