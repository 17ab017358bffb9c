"""A mail server and a web server on this machine, which keep what they get."""
import email, email.policy, http.server, logging, os, socket, ssl, subprocess, threading, warnings

# Its warnings about logins without STARTTLS are of no use where TLS begins at once.
warnings.simplefilter("ignore")
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Mailbox:
    """The messages that a mail server took, and what happens at each moment of a conversation.

    `at` is called with a moment's name: connect, EHLO, MAIL, RCPT, DATA, message (received, not
    yet answered), taken (after its 250) and QUIT. What it returns is said instead of an answer.
    """

    def __init__(self):
        self.messages = []
        self.at = lambda moment: None

    def ids(self):
        return [message["Message-ID"] for message in self.messages]

    def authenticate(self, server, session, envelope, mechanism, data):
        login = LoginPassword(b"afterword", "pässword".encode())
        # Not handled: the server itself says 535.
        return AuthResult(success=data == login, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        # A server that has not answered 250 has not taken the message.
        refusal = self.at("message")
        if refusal:
            return refusal
        self.messages.append(
            email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"


class Conversation(SMTP):
    def connection_made(self, transport):
        self.event_handler.at("connect")
        super().connection_made(transport)

    async def push(self, status):
        await super().push(status)
        if str(status).startswith("250 taken"):
            self.event_handler.at("taken")

    async def _at(self, moment, command, argument):
        refusal = self.event_handler.at(moment)
        if refusal:
            return await self.push(refusal)
        return await command(argument)

    async def smtp_EHLO(self, hostname):
        await self._at("EHLO", super().smtp_EHLO, hostname)

    async def smtp_MAIL(self, arg):
        await self._at("MAIL", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg):
        await self._at("RCPT", super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg):
        await self._at("DATA", super().smtp_DATA, arg)

    async def smtp_QUIT(self, arg):
        await self._at("QUIT", super().smtp_QUIT, arg)


class MailServer(Controller):
    """A mail server in a thread. `certificate`: two files, for STARTTLS or, with `tls`, TLS."""

    def __init__(self, certificate=None, tls=False):
        self.mailbox = Mailbox()
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.starts = self.context if not tls else None
        super().__init__(
            self.mailbox, hostname="127.0.0.1", port=free_port(),
            ssl_context=self.context if tls else None)

    def factory(self):
        return Conversation(
            self.mailbox, tls_context=self.starts, require_starttls=bool(self.starts),
            auth_required=bool(self.context), auth_require_tls=not self.ssl_context,
            authenticator=self.mailbox.authenticate)


class WebServer:
    """A web server that answers with the statuses it is given, the last one for ever."""

    def __init__(self, statuses):
        self.requests = requests = []
        self.statuses = list(statuses)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append((dict(self.headers), body))
                status = outer.statuses[0]
                if len(outer.statuses) > 1:
                    outer.statuses.pop(0)
                if status == 0:
                    return self.connection.close()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate(folder):
    """A certificate of this machine and its key, as files."""
    pair = os.path.join(folder, "c.pem"), os.path.join(folder, "k.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", pair[1], "-out", pair[0]], check=True, stderr=subprocess.DEVNULL)
    return pair
