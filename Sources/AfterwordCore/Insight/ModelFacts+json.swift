extension ModelFacts {
    /// The model as `models list --json` writes it, with the members of `models.json`.
    package var json: JSONValue {
        .row([
            "name": .string(name), "provider": .string(provider.rawValue), "paid": .bool(isPaid),
            "nanodollars_per_token": isPaid ? prices : .null,
            "tiers_permille": isPaid
                ? .object(tiers.map { (key: $0.key.rawValue, value: JSONValue($0.value)) })
                : .null,
            "context_tokens": JSONValue(context), "structured_output": .string(dialect.rawValue),
            "length_member": .string(lengthMember), "reasoning_effort": JSONValue(reasoningEffort),
            "takes_temperature": .bool(takesTemperature), "takes_seed": .bool(takesSeed),
            "takes_cache_mode": .bool(takesCacheMode), "long_input": longInput?.json ?? .null,
            "released": JSONValue(released?.written), "shutdown": JSONValue(shutdown?.written),
            "replacement": JSONValue(replacement),
        ])
    }

    private var prices: JSONValue {
        .row([
            "input": JSONValue(input), "cached_input": JSONValue(cachedInput),
            "cache_write": JSONValue(cacheWrite), "output": JSONValue(output),
        ])
    }
}

extension ModelFacts.LongInput {
    fileprivate var json: JSONValue {
        .row([
            "above_input_tokens": JSONValue(above), "input_permille": JSONValue(input),
            "output_permille": JSONValue(output),
        ])
    }
}
