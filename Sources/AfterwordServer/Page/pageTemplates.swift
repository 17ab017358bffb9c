/// The page templates and their parts, by name. All values are escaped.
///
/// The names in a template are the members of its row; see `PageRow`.
let pageTemplates: [String: String] = [
    "layout": """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{{title}} · Afterword</title>
    <link rel="icon" href="/static/icon.svg">
    <link rel="stylesheet" href="/static/page.css">
    <script src="/static/page.js" defer></script>
    </head>
    <body>
    <a class="skip" href="#main">Skip to content</a>
    <header>
    <a class="brandmark" href="{{home}}">Afterword</a>
    {{#time}}{{> time}}{{/time}}
    </header>
    <div id="past">{{#past}}<p class="past" role="status">{{#is_newest}}This link stays as it is:
    run {{run}}, observed {{observed}}, the newest now.{{/is_newest}}
    {{^is_newest}}This is how it was after run {{run}}, observed {{observed}}.{{/is_newest}}
    <a href="{{now}}">Show now</a></p>{{/past}}</div>
    <main id="main">
    {{content}}
    </main>
    <footer>Numbers are computed from the reviews; quotes are found in them word for word.
    <a href="/docs">API</a></footer>
    </body>
    </html>
    """,

    "time": """
    <div class="time" role="group" aria-label="Dump shown" data-time>
    <label for="slider">As observed on <output id="moment">{{shown}}</output></label>
    <input id="slider" type="range" min="0" max="{{last_index}}" step="1" value="{{shown_index}}"
     list="dumps" aria-valuetext="{{shown}}">
    <datalist id="dumps">{{#stops}}
    <option value="{{index}}" label="{{name}}" data-run="{{run}}"></option>{{/stops}}
    </datalist>
    <div class="steps" id="steps">
    {{#earlier}}<a id="earlier" data-step rel="prev" href="{{earlier}}">‹ Earlier</a>{{/earlier}}
    {{^earlier}}<span class="small">‹ Earlier</span>{{/earlier}}
    {{#later}}<a id="later" data-step rel="next" href="{{later}}">Later ›</a>{{/later}}
    {{^later}}<span class="small">Later ›</span>{{/later}}
    <form method="get" action="{{path}}" data-dates>
    {{#kept}}<input type="hidden" name="{{name}}" value="{{value}}">{{/kept}}
    <select name="as_of" id="dates" aria-label="Dump">{{#stops}}
    <option value="{{run}}"{{#is_shown}} selected{{/is_shown}}>{{name}}</option>{{/stops}}
    </select>
    <button class="plain">Show</button></form>
    <a id="pinned" href="{{pinned}}" title="This state, whatever is loaded later">Link that stays</a>
    </div>
    </div>
    """,

    "error": """
    <h1>{{title}}</h1>
    <p class="empty">{{detail}} ({{status}})</p>
    <p class="small">Request {{request}}</p>
    {{#now}}<p><a href="{{now}}">Show now</a></p>{{/now}}
    <p><a href="/">To the first page</a></p>
    """,

    "empty": """
    <h1>Nothing was loaded yet</h1>
    <p class="empty">Load a dump: <code>afterword run FOLDER</code></p>
    <p>A folder of review JSON is enough; <code>afterword run --help</code> says what else there is.
    What it loads can be read here at once, and by programs through the
    <a href="/docs">API</a>.</p>
    """,

    "stars": """
    <table class="histogram"><caption class="hidden">Reviews by stars</caption><tbody>
    {{#histogram}}<tr><th scope="row">{{star}} ★</th>
    <td class="bar"><svg width="200" height="12" aria-hidden="true"><rect width="{{width}}"
     height="12" class="{{#is_bad}}bad{{/is_bad}}{{^is_bad}}good{{/is_bad}}"/></svg></td>
    <td class="number">{{count}}</td></tr>{{/histogram}}
    </tbody></table>
    """,

    "columns": """
    <figure class="chart"><figcaption class="small">{{title}}</figcaption>
    <p class="axis small">{{most}}</p>
    <svg class="columns" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img"
     aria-label="{{title}}, {{first}} to {{last}}: at most {{most}}">
    {{#columns}}<g><title>{{name}}: {{reviews}}, {{negative}} negative</title>
    <rect class="good" x="{{x}}" y="{{good_top}}" width="{{width}}" height="{{good}}"/>
    <rect class="bad" x="{{x}}" y="{{bad_top}}" width="{{width}}" height="{{bad}}"/></g>
    {{/columns}}</svg>
    <p class="axis small"><span>{{first}}</span> <span>{{last}}</span></p>
    <p class="small key"><i class="bad"></i> 1 and 2 stars <i class="good"></i> others</p></figure>
    """,

    "mean": """
    <figure class="chart"><figcaption class="small">Mean of all its reviews after each dump:
    {{words}}</figcaption>
    <p class="axis small">{{high}} ★</p>
    <svg class="line" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img"
     aria-label="Mean after each dump: {{words}}"><polyline points="{{points}}"/></svg>
    <p class="axis small">{{low}} ★</p>
    <p class="axis small"><span>{{first}}</span> <span>{{last}}</span></p></figure>
    """,

    "arrivals": """
    {{#chart}}{{> columns}}{{/chart}}
    <ul class="plain">
    {{#newest}}<li>{{dump}}: {{reviews}}, {{negative}} negative</li>{{/newest}}
    {{#has_older}}<li><details><summary>Dumps before</summary><ul class="plain">
    {{#older}}<li>{{dump}}: {{reviews}}, {{negative}} negative</li>{{/older}}
    </ul></details></li>{{/has_older}}
    <li>{{start}}</li>
    </ul>
    """,

    "overview": """
    <h1>What customers say</h1>
    <p class="small" id="covers">{{covers}}</p>
    <section aria-labelledby="new">
    <div class="head"><h2 id="new">{{#since}}New since {{since}}{{/since}}
    {{^since}}Dangers and worst reviews of the first dump{{/since}}</h2>
    <a class="csv" href="{{inbox_csv}}" download>CSV</a></div>
    {{^inbox}}<p class="empty">Nothing negative came with it, and no word of danger.</p>{{/inbox}}
    <ul class="cards">{{#inbox}}{{> inboxcard}}{{/inbox}}</ul>
    {{#more}}<p class="small">{{more}}</p>{{/more}}
    {{#unlikely}}<p class="small">{{unlikely}}</p>{{/unlikely}}
    </section>
    {{#brands}}<section aria-labelledby="brands">
    <div class="head"><h2 id="brands">Brands by impact</h2>
    <a class="csv" href="{{csv}}" download>CSV</a></div>
    <p class="small">Impact: one- and two-star reviews beyond what the rest of the portfolio would
    lead one to expect. {{count}} with enough ratings to be ranked.</p>
    {{> brandtable}}
    </section>{{/brands}}
    {{#themes}}<section aria-labelledby="themes">
    <div class="head"><h2 id="themes">Complaints across products</h2>
    <a class="csv" href="{{csv}}" download>CSV</a></div>
    {{> themetable}}
    </section>{{/themes}}
    {{#products}}{{> productlist}}{{/products}}
    """,

    "inboxcard": """
    <li class="card{{#is_safety}} danger{{/is_safety}}"><p class="tag">{{tag}}</p>
    <blockquote dir="auto"><a href="{{link}}">{{#quote}}{{quote}}{{/quote}}
    {{^quote}}Review without a text{{/quote}}</a></blockquote>
    <p class="small">{{stars}}{{#brand}} · <bdi>{{brand}}</bdi>{{/brand}} ·
    <a href="{{product_link}}"><bdi>{{product}}</bdi></a>{{#themes}} · {{themes}}{{/themes}}</p></li>
    """,

    "brandtable": """
    <div class="scroll" tabindex="0" role="region" aria-label="Brands by impact">
    <table class="data"><thead><tr><th scope="col">Brand</th>
    <th scope="col" class="number">Impact</th><th scope="col" class="number">Negative</th>
    <th scope="col" class="number">95 %</th><th scope="col" class="number">New negative</th>
    <th scope="col" class="number">Reviews</th><th scope="col" class="number">Mean</th>
    {{#span}}<th scope="col">Came with each dump,<br>{{span}}</th>{{/span}}
    <th scope="col">Main complaint</th></tr></thead><tbody>
    {{#rows}}<tr><th scope="row"><a href="{{link}}"><bdi>{{name}}</bdi></a></th>
    <td class="number">{{impact}}</td><td class="number">{{negative}}</td>
    <td class="number small">{{#interval}}{{interval}}{{/interval}}{{^interval}}–{{/interval}}</td>
    <td class="number{{#is_worse}} worse{{/is_worse}}">{{#new}}{{new}}{{/new}}{{^new}}–{{/new}}</td>
    <td class="number">{{reviews}}</td><td class="number">{{mean}}</td>
    {{#chart}}<td class="trend">{{#is_empty}}<span class="small">nothing</span>{{/is_empty}}
    {{^is_empty}}<svg class="spark" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img"
     aria-label="{{title}}, {{first}} to {{last}}: at most {{most}}">
    {{#columns}}<g><title>{{name}}: {{reviews}}, {{negative}} negative</title>
    <rect class="good" x="{{x}}" y="{{good_top}}" width="{{width}}" height="{{good}}"/>
    <rect class="bad" x="{{x}}" y="{{bad_top}}" width="{{width}}" height="{{bad}}"/></g>
    {{/columns}}</svg> <span class="small">up to {{most}}</span>{{/is_empty}}</td>{{/chart}}
    <td>{{#top}}{{top}}{{/top}}{{^top}}–{{/top}}</td></tr>{{/rows}}
    </tbody></table></div>
    {{#span}}<p class="small key"><i class="bad"></i> 1 and 2 stars <i class="good"></i> others; each
    brand to a scale of its own, the first dump left out.</p>{{/span}}
    """,

    "themetable": """
    {{^rows}}<p class="empty">No review complains of anything that is known.</p>{{/rows}}
    <div class="scroll" tabindex="0" role="region" aria-label="Complaints">
    <table class="data"><thead><tr><th scope="col">Theme</th>
    <th scope="col" class="number">Reviews</th><th scope="col" class="number">New</th>
    <th scope="col" class="number">Products</th><th scope="col" class="number">Star impact</th>
    <th scope="col">Languages</th></tr></thead><tbody>
    {{#rows}}<tr><th scope="row"><a href="{{link}}">{{label}}</a></th>
    <td class="number">{{mentions}}</td><td class="number">{{new}}</td>
    <td class="number">{{products}}</td><td class="number">{{impact}}</td>
    <td class="small">{{languages}}</td></tr>{{/rows}}
    </tbody></table></div>
    <p class="small">Most reviews first. Star impact: how much higher the mean would be without
    them.{{#more}} {{more}}{{/more}}</p>
    """,

    "productlist": """
    <section aria-labelledby="products">
    <div class="head"><h2 id="products">Products</h2>
    <a class="csv" href="{{csv}}" download>CSV</a></div>
    <form class="filters" method="get" action="/#products" data-filters>
    <label>Search <input name="q" type="search"{{#q}} value="{{q}}"{{/q}}></label>
    <label>Brand <input name="brand"{{#brand}} value="{{brand}}"{{/brand}}></label>
    <label>Sentiment <select name="sentiment"><option value="">any</option>
    <option{{#is_negative}} selected{{/is_negative}}>negative</option>
    <option{{#is_neutral}} selected{{/is_neutral}}>neutral</option>
    <option{{#is_positive}} selected{{/is_positive}}>positive</option></select></label>
    {{#kept}}<input type="hidden" name="{{name}}" value="{{value}}">{{/kept}}
    <button>Filter</button>
    </form>
    {{^cards}}<p class="empty">No product fits. <a href="{{all}}">Show all</a></p>{{/cards}}
    <ul class="grid">{{#cards}}{{> productcard}}{{/cards}}</ul>
    <nav class="pages" aria-label="Pages of products">
    {{#previous}}<a href="{{previous}}" rel="prev">Previous</a>{{/previous}}
    <span>{{count}}</span> {{#next}}<a href="{{next}}" rel="next">Next</a>{{/next}}</nav>
    </section>
    """,

    "productcard": """
    <li class="card{{#is_grey}} grey{{/is_grey}}"><a href="{{link}}"><strong>{{name}}</strong></a>
    {{#title}}<span class="small" dir="auto">{{title}}</span>{{/title}}
    {{#brand}}<span class="small" dir="auto">{{brand}}</span>{{/brand}}
    <span><b>{{mean}}</b> ★ of {{reviews}}</span>
    <span class="small">negative {{negative}}{{#interval}} ({{interval}}){{/interval}}</span></li>
    """,

    "sums": """
    <b>{{mean}}</b> ★ · {{reviews}} · negative <b>{{negative}}</b>
    {{#interval}}<span class="small">({{interval}})</span>{{/interval}}
    """,

    "insight": """
    <ul class="cards issues">{{#issues}}{{> issuecard}}{{/issues}}</ul>
    {{^issues}}<p class="empty">No issue was found.</p>{{/issues}}
    {{#more_issues}}<p class="small">Also said: {{more_issues}}.</p>{{/more_issues}}
    {{#left_out}}<p class="small">The model left out: {{left_out}}.</p>{{/left_out}}
    {{#has_strengths}}<h3>Strengths</h3>
    <ul class="cards issues">{{#strengths}}{{> issuecard}}{{/strengths}}</ul>{{/has_strengths}}
    {{#has_recommendations}}<h3>To do</h3>
    <ul class="plain">{{#recommendations}}<li>{{text}}</li>{{/recommendations}}</ul>
    {{/has_recommendations}}
    {{#limitations}}<p class="small">{{text}}</p>{{/limitations}}
    <p class="small">Told by {{told_by}}.</p>
    """,

    "dangers": """
    <section aria-labelledby="dangers"><h2 id="dangers">Dangers</h2>
    {{#has_cards}}<p class="small">One review is enough: a person should look.</p>
    <ul class="cards issues">{{#cards}}{{> dangercard}}{{/cards}}</ul>{{/has_cards}}
    {{#unlikely}}<p class="small">{{unlikely}}</p>{{/unlikely}}</section>
    """,

    "dangercard": """
    <li class="card danger"><h3>{{hazard}}</h3>
    <p>{{how}} · {{products}}</p>
    {{#quotes}}<blockquote dir="auto"><a href="{{link}}">{{text}}</a>
    <span class="small">{{stars}} {{language}} · {{check}}</span></blockquote>{{/quotes}}</li>
    """,

    "issuecard": """
    <li class="card{{#is_grey}} grey{{/is_grey}}">
    <h3>{{#link}}<a href="{{link}}">{{label}}</a>{{/link}}{{^link}}{{label}}{{/link}}</h3>
    <p><b>{{share}}</b> of reviews{{#interval}} <span class="small">({{interval}})</span>{{/interval}}
    · {{mentions}} · {{products}}{{#languages}} · <span class="small">{{languages}}</span>
    {{/languages}}</p>
    <p class="small">{{polarity}} · {{severity}} · act on: {{route}}
    {{#is_grey}} · too few to rank{{/is_grey}}</p>
    {{#quotes}}<blockquote dir="auto"><a href="{{link}}">{{text}}</a>
    <span class="small">{{stars}} {{language}} · {{check}}</span></blockquote>{{/quotes}}
    {{#has_filed}}<p class="small">The model files these here;
    the program reads them differently:</p>
    {{#filed}}<blockquote dir="auto" class="small"><a href="{{link}}">{{text}}</a>
    {{stars}} {{language}}</blockquote>{{/filed}}{{/has_filed}}</li>
    """,

    "brand": """
    <p class="crumbs"><a href="{{home}}">All brands</a></p>
    <h1 dir="auto">{{name}}</h1>
    <div class="summary"><p>{{#sums}}{{> sums}}{{/sums}} · {{products}} · impact {{impact}}</p>
    {{#sums}}{{> stars}}{{/sums}}</div>
    {{#dangers}}{{> dangers}}{{/dangers}}
    <section aria-labelledby="time"><h2 id="time">Over time</h2>
    {{#arrivals}}{{> arrivals}}{{/arrivals}}{{#mean}}{{> mean}}{{/mean}}</section>
    <section aria-labelledby="issues"><h2 id="issues">Issues</h2>
    {{#insight}}{{> insight}}{{/insight}}
    {{^insight}}<p class="empty">No insight was made of this brand yet:
    <code>{{command}}</code></p>{{/insight}}</section>
    <section aria-labelledby="moved"><h2 id="moved">What the newest dump moved</h2>
    {{^moved}}<p class="empty">{{unmoved}}</p>{{/moved}}
    {{#moved}}<p>{{span}}: mean {{before}} → {{after}} ({{change}})</p>
    <ul class="moves">{{#list}}<li><b>{{part}}</b> {{reason}}, {{stars}}:
    <a href="{{link}}" dir="auto">{{#title}}{{title}} {{/title}}{{#body}}{{body}}{{/body}}
    {{#is_wordless}}review without a text{{/is_wordless}}</a></li>{{/list}}</ul>{{/moved}}</section>
    {{#themes}}<section aria-labelledby="themes">
    <div class="head"><h2 id="themes">Complaints</h2>
    <a class="csv" href="{{csv}}" download>CSV</a></div>{{> themetable}}</section>{{/themes}}
    <section aria-labelledby="products"><div class="head"><h2 id="products">Products</h2>
    <a class="csv" href="{{products_csv}}" download>CSV</a></div>
    <ul class="grid">{{#cards}}{{> productcard}}{{/cards}}</ul>
    {{#more_products}}<p class="small">{{more_products}}</p>{{/more_products}}</section>
    """,

    "theme": """
    <p class="crumbs"><a href="{{home}}">All brands</a></p>
    <div class="head"><h1>{{name}}</h1><a class="csv" href="{{csv}}" download>CSV</a></div>
    <p>{{total}}{{#brand}} of {{#link}}<a href="{{link}}"><bdi>{{name}}</bdi></a>{{/link}}
    {{^link}}<bdi>{{name}}</bdi>{{/link}}{{/brand}}</p>
    {{^reviews}}<p class="empty">No review says so.</p>{{/reviews}}
    <ul class="cards">
    {{#reviews}}<li class="card"><blockquote dir="auto"><a href="{{link}}">{{quote}}</a></blockquote>
    <p class="small">{{stars}} · {{language}} · <a href="{{product_link}}"><bdi>{{product}}</bdi></a>
    {{#is_new}} · new{{/is_new}}</p></li>{{/reviews}}
    </ul>
    """,

    "product": """
    <p class="crumbs"><a href="{{home}}">All brands</a>
    {{#brand}} › {{#link}}<a href="{{link}}"><bdi>{{name}}</bdi></a>{{/link}}
    {{^link}}<bdi>{{name}}</bdi>{{/link}}{{/brand}}</p>
    <h1 dir="auto">{{name}}</h1>{{#title}}<p dir="auto">{{title}}</p>{{/title}}
    <div class="summary"><p>{{#sums}}{{> sums}}{{/sums}}</p>{{#sums}}{{> stars}}{{/sums}}</div>
    {{#dangers}}{{> dangers}}{{/dangers}}
    {{#insight}}<section aria-labelledby="issues"><h2 id="issues">Issues</h2>{{> insight}}</section>
    {{/insight}}
    <section aria-labelledby="months"><h2 id="months">Over time</h2>
    {{#months}}{{#chart}}{{> columns}}{{/chart}}
    <details><summary>Each month in numbers</summary><ul class="plain">
    {{#months}}<li>{{name}}: {{reviews}}, {{negative}} negative</li>{{/months}}
    </ul></details>{{#before}}<p class="small">{{before}}</p>{{/before}}{{/months}}
    {{^months}}<p class="empty">The source tells no review times;
    here is what came with each dump.</p>{{/months}}
    {{#arrivals}}{{> arrivals}}{{/arrivals}}{{#mean}}{{> mean}}{{/mean}}</section>
    <section aria-labelledby="reviews"><div class="head"><h2 id="reviews">Reviews</h2>
    <a class="csv" href="{{csv}}" download>CSV</a></div><p class="small">{{total}}</p>
    <ul class="cards">{{#reviews}}<li class="card"><p dir="auto"><b>{{stars}}</b>
    <a href="{{link}}">{{#title}}{{title}}{{/title}}{{^title}}Review{{/title}}</a></p>
    {{#body}}<p class="body" dir="auto">{{body}}</p>{{/body}}
    <p class="small">{{written}} · version {{version}}</p></li>{{/reviews}}</ul></section>
    """,

    "review": """
    <p class="crumbs"><a href="{{home}}">All brands</a> ›
    <a href="{{product_link}}"><bdi>{{product}}</bdi></a></p>
    <h1>A review and its versions</h1><p class="small"><bdi>{{name}}</bdi></p>
    <ol class="cards versions">{{#versions}}<li class="card"><p class="tag">{{operation}}{{#changed}} of
    {{changed}}{{/changed}}, run {{run}}, observed {{observed}}</p>
    <p dir="auto"><b>{{stars}}</b>{{#title}} {{title}}{{/title}}</p>
    {{#body}}<p class="body" dir="auto">{{body}}</p>{{/body}}
    <p class="small">{{written}}{{#author}} · <bdi>{{author}}</bdi>{{/author}}
    {{#is_verified}} · verified purchase{{/is_verified}}{{#country}} · {{country}}{{/country}}</p>
    <p class="small">version {{version}} · digest {{digest}}…</p></li>{{/versions}}</ol>
    """,
]
