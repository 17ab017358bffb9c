import Foundation
import Testing

@Suite struct ActivityTests {
    @Test("terminal-width: a command that is silent for two seconds says that it is at work")
    func atWork() throws {
        let folder = try TemporaryFolder()
        func review(_ text: String) -> String {
            #"{"CHILD_ASIN":"P1","CUSTOMER_REVIEW_RATING":1,"CUSTOMER_REVIEW_DESCRIPTION":"\#(text)"}"#
        }
        try folder.write("d/2026-03-02/a.json", "[\(review("It leaked"))]")
        try folder.write("d/2026-03-09/a.json", "[\(review("It leaked")),\(review("It broke"))]")
        #expect(try Program.run(["run", "d", "--quiet"], in: folder.path).code == 0)
        // The program blocks on a pipe without a reader; the reader opens it once the terminal
        // shows the activity line.
        try folder.write(
            "terminal.py",
            """
            import os, pty, sys, threading
            os.mkfifo('p')
            pid, fd = pty.fork()
            if pid == 0:
                os.execv(os.environ['AFTERWORD'], ['afterword', 'report', '--output', 'p'])
            out = b''
            reader = None
            def drain():
                while os.read(reader, 65536): pass
            while True:
                try: piece = os.read(fd, 4096)
                except OSError: break
                if not piece: break
                out += piece
                if reader is None and b' s' in out:
                    reader = os.open('p', os.O_RDONLY)
                    threading.Thread(target=drain).start()
            sys.stdout.buffer.write(out + b'code %d' % os.waitpid(pid, 0)[1])
            """)
        // The report is larger than a pipe's buffer, so a thread drains the pipe.
        let result = try Program.shell("timeout 60 python3 terminal.py", in: folder.path)
        #expect(result.output.contains("afterword report: at work, "), "\(result)")
        #expect(result.output.hasSuffix("\r\u{1B}[Kcode 0"), "\(result)")
    }
}
