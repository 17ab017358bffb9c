/// The HTML template of a report, a file that needs nothing beside it.
let reportTemplate = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src \
    'unsafe-inline'">
    <title>{{title}}</title>
    <style>
    :root { color-scheme: light dark; --line: #c8ccd0; --soft: #5a6169; --back: #fff; --ink: \
    #16191d; --alert: #a4161a; }
    @media (prefers-color-scheme: dark) {
      :root { --line: #3a4047; --soft: #a9b1ba; --back: #14171a; --ink: #eceff2; --alert: #ff8b8b; }
    }
    body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; background: var(--back); \
    color: var(--ink);
      font: 16px/1.5 system-ui, sans-serif; }
    h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
    h2 { font-size: 1.125rem; margin: 2.25rem 0 .25rem; }
    p { margin: .25rem 0; }
    .note, .remark { color: var(--soft); }
    .alert { color: var(--alert); font-weight: 600; }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; margin-top: .5rem; font-variant-numeric: \
    tabular-nums; }
    th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: \
    1px solid var(--line);
      white-space: nowrap; }
    th { font-weight: 600; color: var(--soft); }
    td:last-child, td[data-label="themes"] { white-space: normal; overflow-wrap: anywhere; }
    @media (max-width: 44rem) {
      thead { position: absolute; clip-path: inset(50%); }
      table, tbody, tr, td { display: block; }
      tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
      td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .5rem; padding: \
    .1rem 0; border: 0; white-space: normal;
        overflow-wrap: anywhere; }
      td::before { content: attr(data-label); color: var(--soft); }
      td:empty { display: none; }
    }
    </style>
    </head>
    <body>
    <main>
    <h1>{{title}}</h1>
    <p>{{summary}}</p>
    {{#alerts}}
    <p class="alert">{{text}}</p>
    {{/alerts}}
    {{#remarks}}
    <p class="remark">{{text}}</p>
    {{/remarks}}
    {{#sections}}
    <section>
    <h2>{{heading}}</h2>
    <p class="note">{{note}}</p>
    <div class="wide" tabindex="0" role="region" aria-label="{{heading}}">
    <table>
    <thead><tr>{{#head}}<th scope="col">{{text}}</th>{{/head}}</tr></thead>
    <tbody>
    {{#rows}}
    <tr>{{#cells}}<td data-label="{{label}}">{{#value}}{{value}}{{/value}}</td>{{/cells}}</tr>
    {{/rows}}
    </tbody>
    </table>
    </div>
    </section>
    {{/sections}}
    </main>
    </body>
    </html>

    """
