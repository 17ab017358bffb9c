import Hummingbird
import Logging

var logger = Logger(label: "constant")
logger.logLevel = .error
let router = Router()
router.get("constant") { _, _ in "{\"as_of\":{\"run\":1},\"item\":{\"review_count\":7}}" }
let application = Application(
    router: router,
    configuration: .init(address: .hostname("127.0.0.1", port: Int(CommandLine.arguments[1])!)),
    logger: logger)
try await application.runService()
