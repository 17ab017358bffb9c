"""`afterword deliver` against real servers: python check.py PROGRAM REPORT.xml"""
import contextlib, hashlib, hmac, json, os, shutil, signal, subprocess, sys, tempfile, time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "openai"))
POSTGRES = os.environ.get("AFTERWORD_TEST_POSTGRES")
for name in [name for name in os.environ if name.startswith("AFTERWORD_")]:
    del os.environ[name]

import harness
from harness import check
from servers import MailServer, WebServer, certificate

PROGRAM, REPORT = sys.argv[1], sys.argv[2]
SAMPLE = os.path.abspath("Sample")
FOLDER = tempfile.mkdtemp(prefix="afterword-deliver-")
CERTIFICATE = certificate(FOLDER)
MOMENTS = ["connect", "EHLO", "MAIL", "RCPT", "DATA", "message", "taken", "QUIT", 0.02, 0.06]
# The moments after which the server has taken the message, and the program may not know.
WINDOW = ["taken", "QUIT"]


def afterword(*arguments, **environment):
    return subprocess.run([PROGRAM, *arguments], cwd=FOLDER, text=True, capture_output=True,
                          env={**os.environ, **environment})


def settings(text):
    with open(os.path.join(FOLDER, "afterword.toml"), "w", encoding="utf-8") as file:
        file.write(text)


def mail_settings(server, recipients, security="none"):
    host = "localhost" if security != "none" else "127.0.0.1"
    login = "" if security == "none" else (
        f'user = "afterword"\nca = "{CERTIFICATE[0]}"\n'
        '[secrets]\nmail_password = { env = "MAIL_PASSWORD" }\n')
    settings(f'[mail]\nhost = "{host}"\nport = {server.port}\nsecurity = "{security}"\n'
             f'from = "afterword@example.com"\n{login}'
             + "".join(f'[[recipient]]\nname = "{name}"\nmail = "{address}"\n{more}\n'
                       for name, address, more in recipients))


@contextlib.contextmanager
def mail_server(*arguments, **options):
    server = MailServer(*arguments, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def deliver(*arguments, code=0, **environment):
    ended = afterword("deliver", "--store", STORE, *arguments, **environment)
    assert ended.returncode == code, (ended.returncode, ended.stdout, ended.stderr)
    return ended


@check("A mail holds the report in both forms, once")
def mail():
    with mail_server() as server:
        mail_settings(server, [("mail", "anna@example.com", "")])
        deliver()
        assert "nothing is due" in deliver().stdout
        [message] = server.mailbox.messages
    assert message["To"] == "anna@example.com" and message["From"] == "afterword@example.com"
    subject = message["Subject"]
    assert subject.startswith("Portfolio: 2026-03-02 to 2026-03-09: "), subject
    report = afterword("report", "--format", "md", "--store", STORE).stdout
    plain = message.get_body(("plain",)).get_content()
    assert plain.replace("\r\n", "\n") == report, plain
    page = afterword("report", "--store", STORE).stdout
    assert message.get_body(("html",)).get_content().replace("\r\n", "\n") == page


@check("Mail over STARTTLS and over TLS, with a login")
def secure():
    for security in ["starttls", "tls"]:
        with mail_server(CERTIFICATE, tls=security == "tls") as server:
            mail_settings(server, [(security, "anna@example.com", 'scope = "brand:Lumora"')],
                          security)
            wrong = deliver(code=3, MAIL_PASSWORD="wrong")
            assert "refuses the login: 535" in wrong.stdout and not server.mailbox.messages
            deliver("--retry", MAIL_PASSWORD="pässword")
            assert len(server.mailbox.messages) == 1


@check("A refused recipient is a dead letter, and the others get theirs")
def refused():
    with mail_server() as server:
        mail_settings(server, [("dead", "nobody@example.com", ""),
                               ("alive", "bert@example.com", 'send = "dangers"')])
        ended = deliver(code=1)
        assert "550 5.1.1 no such mailbox" in ended.stdout, ended.stdout
        assert [message["To"] for message in server.mailbox.messages] == ["bert@example.com"]
        dead = deliver("--list", "dead", "--json").stdout
        assert [json.loads(line)["recipient"] for line in dead.splitlines()] == ["dead"]
        deliver()


@check("A mail server that is away is asked again when the time has come")
def away():
    with mail_server() as server:
        mail_settings(server, [("away", "anna@example.com", "")])
    assert "cannot be reached" in deliver(code=3).stdout
    with mail_server() as server:
        mail_settings(server, [("away", "anna@example.com", "")])
        deliver(code=3)
        assert not server.mailbox.messages
        deliver("--retry")
        assert len(server.mailbox.messages) == 1


@check("A webhook is signed, and repeated with the same id until it is taken")
def webhook():
    server = WebServer([503, 0, 429, 200])
    settings(f'[[recipient]]\nname = "hook"\nwebhook = "{server.url}"\n'
             'secret = { env = "SECRET" }\n')
    for code in [3, 3, 3, 0]:
        deliver("--retry", code=code, SECRET="shared")
    deliver(SECRET="shared")
    server.stop()
    assert len(server.requests) == 4
    assert len({headers["X-Afterword-Message"] for headers, _ in server.requests}) == 1
    for headers, body in server.requests:
        stamp, code = [part.split("=", 1)[1] for part in
                       headers["X-Afterword-Signature"].split(",")]
        signed = hmac.new(b"shared", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(signed, code) and abs(time.time() - int(stamp)) < 60
        assert json.loads(body)["recipient"] == "hook"


@check("Slack gets a text; no dump is said once a time")
def slack():
    server = WebServer([200])
    settings('[[recipient]]\nname = "slack"\nslack = { env = "SLACK" }\n')
    for _ in range(3):
        deliver("--expect", "8d", SLACK=server.url)
    server.stop()
    texts = [json.loads(body)["text"] for _, body in server.requests]
    assert len(texts) == 2 and texts[1].startswith("*No dump since 2026-03-09"), texts


@check("Ten kills: nothing is lost, twice only in the window, with the same Message-ID")
def kills():
    twice = []
    for number, moment in enumerate(MOMENTS):
        with mail_server() as server:
            recipient = f"kill-{number}"
            mail_settings(server, [(recipient, "anna@example.com", "")])
            process = subprocess.Popen(
                [PROGRAM, "deliver", "--store", STORE], cwd=FOLDER,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if isinstance(moment, float):
                time.sleep(moment)
                process.kill()
            else:
                server.mailbox.at = lambda now: killed(process, now, moment)
            code = process.wait(60)
            # At the farewell the program may have ended by itself.
            assert code == -signal.SIGKILL or (moment == "QUIT" and code == 0), (moment, code)
            server.mailbox.at = lambda now: None
            first = len(server.mailbox.messages)
            ended = afterword("deliver", "--store", STORE)
            assert ended.returncode in [0, 3], (moment, ended)
            # What may have been sent is left alone until a person says so, or an hour has passed.
            soon = len(server.mailbox.messages)
            assert soon == first or first == 0, moment
            if ended.returncode == 3:
                assert soon == first, moment
                deliver("--retry")
            deliver()
            ids = server.mailbox.ids()
        assert len(set(ids)) == 1, (moment, ids)
        assert len(ids) == 1 or (moment in WINDOW and len(ids) == 2), (moment, ids)
        if len(ids) == 2:
            twice.append(moment)
    audit = afterword("audit", "--store", STORE)
    assert audit.returncode == 0, audit.stderr
    print(f"     killed at {MOMENTS}: none lost, twice at {twice}")


def killed(process, now, moment):
    """Kills the program at its moment; a server then does not answer."""
    if now != moment:
        return None
    process.kill()
    process.wait(20)
    return "451 the client is gone"


def load():
    for day in sorted(os.listdir(SAMPLE)):
        loaded = afterword("run", os.path.join(SAMPLE, day), "--complete", "products", "--quiet",
                           "--store", STORE)
        assert loaded.returncode == 0, loaded.stderr


failed = 0
try:
    STORE = os.path.join(FOLDER, "s.sqlite")
    load()
    failed += harness.run(REPORT, "deliver-check")
    if POSTGRES:
        schema = f"deliver_{os.getpid()}"
        sql = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", POSTGRES, "-c"]
        subprocess.run([*sql, f"CREATE SCHEMA {schema}"], check=True)
        joint = "&" if "?" in POSTGRES else "?"
        STORE = f"{POSTGRES}{joint}options=-csearch_path%3D{schema}"
        load()
        failed += harness.run(REPORT.replace(".xml", "-postgres.xml"), "deliver-check-postgres")
        subprocess.run([*sql, "SET client_min_messages = warning; "
                        f"DROP SCHEMA {schema} CASCADE; "
                        f"DROP SCHEMA IF EXISTS {schema}_report CASCADE"], check=True)
finally:
    shutil.rmtree(FOLDER)
sys.exit(1 if failed else 0)
