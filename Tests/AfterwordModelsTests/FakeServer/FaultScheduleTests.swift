import Testing

@testable import AfterwordModels

@Suite("Faults that come by chance")
struct FaultScheduleTests {
    @Test(
        "Of a schedule that cannot be read the part that is wrong is named",
        arguments: [
            ("5% foo", "'foo' is no fault"), ("5% status=429; times=x", "'times=x' is no fault"),
            ("5% cut, 3% status=200", "'status=200' is no fault"),
            ("often", "'often' has no share from 0% to 100%"),
            ("5% cut, 101% hang", "'101% hang' has no share from 0% to 100%"),
            ("-1% cut", "'-1% cut' has no share from 0% to 100%"),
            ("60% cut, 60% hang", "the shares add up to more than 100%"),
            ("5% retry_after=1", "'retry_after=1' goes with a status or code"),
            ("5% times=2", "'times=2' orders no fault"), ("5%", "'' orders no fault"),
            ("5% status=429;status=500", "'status=500' says again what stands before it"),
            ("5% batch=fail", "'batch=fail' is for the request that creates a batch"),
        ])
    func faults(written: String, words: String) {
        var configuration = FakeOpenAI.Configuration()
        #expect(configuration.setSchedule(written) == words)
        #expect(configuration.schedule.isEmpty)
    }

    @Test("A schedule orders each fault for its share of the requests")
    func shares() throws {
        var configuration = FakeOpenAI.Configuration()
        #expect(configuration.setSchedule("5% status=429;retry_after=1, 2.5% disconnect") == nil)
        let schedule = configuration.schedule
        let all = (0..<10_000).map { schedule.fault(seed: 1, digest: UInt64($0), attempt: 0) }
        #expect((400...600).contains(all.count { $0?.status == 429 }))
        #expect((150...350).contains(all.count { $0?.disconnects == true }))
        #expect(try FaultSchedule("") == FaultSchedule())
    }
}
