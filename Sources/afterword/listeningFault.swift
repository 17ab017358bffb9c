import AfterwordPipeline
import Foundation

/// The usage error for an address or port that cannot be bound.
func listeningFault(_ number: CInt, host: String, port: Int) -> CommandFault {
    switch number {
    case EADDRINUSE:
        CommandFault(
            .usage,
            "port \(port) is in use by another program: give another by --port, "
                + "or --port 0 for any that is free")
    case EACCES:
        CommandFault(
            .usage,
            "port \(port) may not be listened to by this user: give one above 1023 by --port")
    case EADDRNOTAVAIL, EAFNOSUPPORT:
        CommandFault(.usage, "--host: \(host) is no address of this machine")
    default:
        CommandFault(
            .usage, "port \(port) cannot be listened to: \(String(cString: strerror(number)))")
    }
}
