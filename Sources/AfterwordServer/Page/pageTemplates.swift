/// The page's templates. Whatever a value holds, it is escaped: no template lets one through as it is.
let pageTemplates: [String: String] = [
    "layout": """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{{page_title}} · Afterword</title>
    <link rel="icon" href="/static/icon.svg">
    <link rel="stylesheet" href="/static/page.css">
    <script src="/static/page.js" defer></script>
    </head>
    <body>
    <a class="skip" href="#main">Skip to content</a>
    <header>
    <a class="brandmark" href="{{home}}">Afterword</a>
    {{#has_past}}
    <form class="time" method="get" data-time>
    <label for="slider">As observed on <output id="moment">{{shown_day}}, run {{shown_run}}</output></label>
    <input id="slider" type="range" min="0" max="{{last_index}}" step="1" value="{{shown_index}}" list="runs"
     aria-valuetext="{{shown_day}}, run {{shown_run}}">
    <datalist id="runs">{{#time}}<option value="{{run}}" label="{{day}}"></option>{{/time}}</datalist>
    <noscript><select name="as_of" aria-label="Run">{{#time}}<option value="{{run}}"{{#is_shown}} selected{{/is_shown}}>{{day}}, run {{run}}</option>{{/time}}</select>
    <button>Show</button></noscript>
    </form>
    {{/has_past}}
    </header>
    {{#is_past}}<p class="past" role="status">This is how it was after run {{shown_run}}, observed {{shown_day}}. <a href="?">Show now</a></p>{{/is_past}}
    <main id="main">
    {{$content}}{{/content}}
    </main>
    <footer>Numbers are computed from the reviews; quotes are found in them word for word. <a href="/openapi.json">API</a></footer>
    </body>
    </html>
    """,

    "error": """
    <h1>{{page_title}}</h1>
    <p class="empty">{{detail}} ({{status}})</p>
    <p><a href="/">To the first page</a></p>
    """,

    "stars": """
    <table class="histogram"><caption class="hidden">Reviews by stars</caption><tbody>
    {{#histogram}}<tr><th scope="row">{{star}} ★</th><td class="bar"><svg width="200" height="12" aria-hidden="true"><rect width="{{width}}" height="12" class="{{#is_bad}}bad{{/is_bad}}{{^is_bad}}good{{/is_bad}}"/></svg></td><td class="number">{{count}}</td></tr>{{/histogram}}
    </tbody></table>
    """,

    "overview": """
    <h1>What customers say</h1>
    <section aria-labelledby="new">
    <div class="head"><h2 id="new">{{#is_first}}Dangers and worst reviews of the first dump{{/is_first}}{{^is_first}}New since run {{since}}{{/is_first}}</h2><a class="csv" href="/csv/inbox.csv{{moment}}" download>CSV</a></div>
    {{#inbox_empty}}<p class="empty">Nothing negative came with the newest dump, and no word of danger.</p>{{/inbox_empty}}
    <ul class="cards">
    {{#inbox}}<li class="card{{#is_safety}} danger{{/is_safety}}"><p class="tag">{{#is_safety}}Safety: {{hazard}}{{/is_safety}}{{^is_safety}}{{kind}}{{/is_safety}}</p>
    <blockquote><a href="{{link}}">{{quote}}</a></blockquote><p class="small">{{stars}} · {{brand}} · <a href="{{product_link}}">{{product}}</a>{{#themes}} · {{themes}}{{/themes}}</p></li>{{/inbox}}
    </ul>
    {{#inbox_more}}<p class="small">{{inbox_more}} in all; the rest is in the CSV.</p>{{/inbox_more}}
    </section>
    <section aria-labelledby="brands">
    <div class="head"><h2 id="brands">Brands by impact</h2><a class="csv" href="/csv/brands.csv{{moment}}" download>CSV</a></div>
    <p class="small">Impact: one- and two-star reviews beyond what the rest of the portfolio would lead one to expect. {{brand_count}} brands have enough ratings to be ranked.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Brands by impact"><table class="data"><thead><tr><th scope="col">Brand</th><th scope="col" class="number">Impact</th><th scope="col" class="number">Negative</th><th scope="col" class="number">95 %</th><th scope="col" class="number">Since last dump</th><th scope="col" class="number">Reviews</th><th scope="col" class="number">Mean</th><th scope="col">Mean over runs</th><th scope="col">First theme</th></tr></thead><tbody>
    {{#brands}}<tr><th scope="row"><a href="{{link}}">{{name}}</a></th><td class="number">{{impact}}</td><td class="number">{{negative}}</td><td class="number small">{{interval}}</td><td class="number{{#is_worse}} worse{{/is_worse}}">{{change}}</td><td class="number">{{reviews_count}}</td><td class="number">{{mean}}</td><td>{{#spark}}<svg class="spark" viewBox="0 0 100 24" role="img" aria-label="mean over runs"><polyline points="{{spark}}"/></svg>{{/spark}}</td><td>{{top}}</td></tr>{{/brands}}
    </tbody></table></div>
    </section>
    <section aria-labelledby="themes">
    <div class="head"><h2 id="themes">Complaints across products</h2><a class="csv" href="/csv/themes.csv{{moment}}" download>CSV</a></div>
    {{#themes_empty}}<p class="empty">No review complains of anything that is known.</p>{{/themes_empty}}
    {{^themes_empty}}{{> themetable}}{{/themes_empty}}
    </section>
    <section aria-labelledby="products">
    <div class="head"><h2 id="products">Products</h2><a class="csv" href="/csv/products.csv{{moment}}" download>CSV</a></div>
    <form class="filters" method="get" action="/#products" data-filters>
    <label>Search <input name="q" value="{{q}}" type="search"></label>
    <label>Brand <input name="brand" value="{{brand_filter}}"></label>
    <label>Sentiment <select name="sentiment"><option value="">any</option><option{{#is_negative}} selected{{/is_negative}}>negative</option><option{{#is_neutral}} selected{{/is_neutral}}>neutral</option><option{{#is_positive}} selected{{/is_positive}}>positive</option></select></label>
    {{#is_past}}<input type="hidden" name="as_of" value="{{shown_run}}">{{/is_past}}
    <button>Filter</button>
    </form>
    {{#products_empty}}<p class="empty">No product fits. <a href="/#products">Show all</a></p>{{/products_empty}}
    {{> grid}}
    <nav class="pages" aria-label="Pages of products">{{#previous}}<a href="{{previous}}#products" rel="prev">Previous</a>{{/previous}} <span>{{product_count}} products</span> {{#next}}<a href="{{next}}#products" rel="next">Next</a>{{/next}}</nav>
    </section>
    """,

    "themetable": """
    <div class="scroll" tabindex="0" role="region" aria-label="Complaints"><table class="data"><thead><tr><th scope="col">Theme</th><th scope="col" class="number">Reviews</th><th scope="col" class="number">New</th><th scope="col" class="number">Products</th><th scope="col" class="number">Star impact</th><th scope="col">Languages</th></tr></thead><tbody>
    {{#themes}}<tr><th scope="row"><a href="{{link}}">{{label}}</a></th><td class="number">{{mentions}}</td><td class="number">{{new}}</td><td class="number">{{products}}</td><td class="number">{{impact}}</td><td class="small">{{languages}}</td></tr>{{/themes}}
    </tbody></table></div>
    """,

    "grid": """
    <ul class="grid">
    {{#products}}<li class="card{{#is_grey}} grey{{/is_grey}}"><a href="{{link}}"><strong>{{name}}</strong></a>{{#title}}<span class="small">{{title}}</span>{{/title}}<span class="small">{{brand}}</span><span><b>{{mean}}</b> ★ of {{reviews_count}}</span><span class="small">negative {{negative}} {{#interval}}({{interval}}){{/interval}}</span></li>{{/products}}
    </ul>
    """,

    "cards": """
    <ul class="cards issues">
    {{#cards}}<li class="card{{#is_grey}} grey{{/is_grey}}"><h3>{{#link}}<a href="{{link}}">{{label}}</a>{{/link}}{{^link}}{{label}}{{/link}}</h3>
    <p><b>{{share}}</b> of reviews <span class="small">({{interval}})</span> · {{mentions}} · {{products}} · <span class="small">{{languages}}</span></p>
    <p class="small">{{polarity}} · {{severity}} · act on: {{route}}{{#is_grey}} · too few to rank{{/is_grey}}</p>
    {{#quotes}}<blockquote><a href="{{link}}">{{text}}</a> <span class="small">{{stars}} {{language}} · {{check}}</span></blockquote>{{/quotes}}</li>{{/cards}}
    </ul>
    """,

    "brand": """
    <p class="crumbs"><a href="{{home}}">All brands</a></p>
    <h1>{{name}}</h1>
    <div class="summary"><p><b>{{mean}}</b> ★ · {{reviews_count}} reviews of {{products_count}} products · negative <b>{{negative}}</b> <span class="small">({{interval}})</span> · impact {{impact}}</p>{{> stars}}{{#spark}}<figure><svg class="spark big" viewBox="0 0 100 24" role="img" aria-label="mean over runs"><polyline points="{{spark}}"/></svg><figcaption class="small">Mean over runs</figcaption></figure>{{/spark}}</div>
    <section aria-labelledby="issues"><h2 id="issues">Issues</h2>
    {{#has_insight}}{{> cards}}<p class="small">Told by {{told_by}}.</p>{{/has_insight}}
    {{^has_insight}}<p class="empty">No insight was made of this brand yet: <code>afterword insight 'brand:{{name}}'</code></p>{{/has_insight}}</section>
    {{#moved}}<section aria-labelledby="moved"><h2 id="moved">What the newest dump moved</h2>
    {{#is_none}}<p class="empty">Nothing of this brand changed with the newest dump.</p>{{/is_none}}
    {{^is_none}}<p>Run {{from}} to {{to}}: mean {{before}} → {{after}} ({{change}})</p><ul class="moves">{{#list}}<li><b>{{part}}</b> {{reason}}, {{stars}}: <a href="{{link}}">{{title}} {{body}}</a></li>{{/list}}</ul>{{/is_none}}</section>{{/moved}}
    <section aria-labelledby="themes"><h2 id="themes">Complaints</h2>{{> themetable}}</section>
    <section aria-labelledby="products"><h2 id="products">Products</h2>{{> grid}}</section>
    """,

    "theme": """
    <p class="crumbs"><a href="{{home}}">All brands</a></p>
    <h1>{{name}}</h1>
    <p>{{total}} reviews{{#brand}} of {{brand}}{{/brand}}; the newest hundred stand here.</p>
    {{#empty}}<p class="empty">No review says so.</p>{{/empty}}
    <ul class="cards">
    {{#reviews}}<li class="card"><blockquote><a href="{{link}}">{{quote}}</a></blockquote><p class="small">{{stars}} · {{language}} · <a href="{{product_link}}">{{product}}</a>{{#is_new}} · new{{/is_new}}</p></li>{{/reviews}}
    </ul>
    """,

    "product": """
    <p class="crumbs"><a href="{{home}}">All brands</a>{{#brand}} › <a href="{{brand_link}}">{{brand}}</a>{{/brand}}</p>
    <h1>{{name}}</h1>{{#title}}<p>{{title}}</p>{{/title}}
    <div class="summary"><p><b>{{mean}}</b> ★ · {{reviews_count}} reviews · negative <b>{{negative}}</b> <span class="small">({{interval}})</span></p>{{> stars}}</div>
    {{#has_insight}}<section aria-labelledby="issues"><h2 id="issues">Issues</h2>{{> cards}}<p class="small">Told by {{told_by}}.</p></section>{{/has_insight}}
    <section aria-labelledby="months"><h2 id="months">Over time</h2>
    {{#no_source_time}}<p class="empty">The source tells no review times (no_source_time); here is what stood after each run.</p>
    <table class="data"><thead><tr><th scope="col" class="number">After run</th><th scope="col" class="number">Reviews</th><th scope="col" class="number">Mean</th></tr></thead><tbody>{{#runs}}<tr><th scope="row" class="number">{{run}}</th><td class="number">{{count}}</td><td class="number">{{mean}}</td></tr>{{/runs}}</tbody></table>{{/no_source_time}}
    {{^no_source_time}}<ol class="months">{{#months}}<li><svg width="16" height="60" aria-hidden="true"><rect class="good" x="2" y="0" width="12" height="{{height}}"/><rect class="bad" x="2" y="0" width="12" height="{{bad}}"/></svg><span class="small">{{month}}<br>{{count}}, {{negative}} negative</span></li>{{/months}}</ol>{{/no_source_time}}</section>
    <section aria-labelledby="reviews"><div class="head"><h2 id="reviews">Reviews</h2><a class="csv" href="{{csv}}" download>CSV</a></div><p class="small">{{review_total}} in all; the newest fifty stand here.</p>
    <ul class="cards">{{#reviews}}<li class="card"><p><b>{{stars}}</b> <a href="{{link}}">{{title}}{{^title}}Review{{/title}}</a></p><p class="body">{{body}}</p><p class="small">version {{version}}</p></li>{{/reviews}}</ul></section>
    """,

    "review": """
    <p class="crumbs"><a href="{{home}}">All brands</a> › <a href="{{product_link}}">{{product}}</a></p>
    <h1>A review and its versions</h1><p class="small">{{name}}</p>
    <ol class="cards versions">{{#versions}}<li class="card"><p class="tag">{{operation}}{{#changed}} of {{changed}}{{/changed}}, run {{run}}, observed {{observed}}</p><p><b>{{stars}}</b> {{title}}</p><p class="body">{{body}}</p><p class="small">version {{version}} · digest {{digest}}…</p></li>{{/versions}}</ol>
    """,
]

let pageIcon = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f4f8f"/><path d="M9 23 16 8l7 15M11.5 18h9" fill="none" stroke="#fff" stroke-width="3"/></svg>
    """

/// Nothing here is needed: without scripts the slider is a list with a button.
let pageScript = """
    "use strict";
    (function () {
      var form = document.querySelector("[data-time]");
      var slider = document.getElementById("slider");
      if (form && slider) {
        var output = document.getElementById("moment");
        var options = Array.prototype.slice.call(document.querySelectorAll("#runs option"));
        var words = function () {
          var option = options[Number(slider.value)];
          return option.getAttribute("label") + ", run " + option.value;
        };
        slider.addEventListener("input", function () {
          output.textContent = words();
          slider.setAttribute("aria-valuetext", words());
        });
        slider.addEventListener("change", function () {
          var address = new URL(window.location.href);
          address.searchParams.delete("as_observed");
          address.searchParams.delete("cursor");
          if (Number(slider.value) === options.length - 1) { address.searchParams.delete("as_of"); }
          else { address.searchParams.set("as_of", options[Number(slider.value)].value); }
          document.body.setAttribute("aria-busy", "true");
          window.location.assign(address.href);
        });
      }
      var filters = document.querySelector("[data-filters]");
      if (filters) {
        filters.addEventListener("submit", function () {
          Array.prototype.forEach.call(filters.elements, function (field) {
            if (field.name && field.value === "") { field.disabled = true; }
          });
        });
      }
    })();
    """

let pageStyle = """
    :root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #ffffff; --card: #f6f8fa; --link: #0b57b0; --bad: #b42318; --good: #1f6f4a; --danger: #fff1ef; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e8ebef; --soft: #a5adb8; --line: #3a424c; --paper: #14181d; --card: #1d232a; --link: #7db7ff; --bad: #ff8f85; --good: #67c79a; --danger: #3a1d1a; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 1200px; padding: 0 16px 48px; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
    body[aria-busy] main { opacity: .5; }
    a { color: var(--link); } a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
    .skip { position: absolute; left: -999px; } .skip:focus { left: 8px; top: 8px; background: var(--paper); padding: 8px; z-index: 1; }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; justify-content: space-between; padding: 12px 0; border-bottom: 1px solid var(--line); }
    .brandmark { font-weight: 700; font-size: 20px; color: var(--ink); text-decoration: none; }
    .time { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; } .time input { width: 220px; min-height: 28px; }
    .past { background: var(--card); border-left: 4px solid var(--link); padding: 8px 12px; margin: 12px 0 0; }
    h1 { font-size: 26px; line-height: 1.2; margin: 20px 0 4px; overflow-wrap: anywhere; } h2 { font-size: 19px; margin: 0; } h3 { font-size: 16px; margin: 0 0 4px; }
    section { margin-top: 28px; } section > h2 { margin-bottom: 8px; } .head { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; margin-bottom: 8px; }
    .small, footer { color: var(--soft); font-size: 14px; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .cards, .grid, .moves, .months { list-style: none; padding: 0; margin: 0; display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)); }
    .grid { grid-template-columns: repeat(auto-fill, minmax(min(200px, 100%), 1fr)); } .moves { display: block; } .moves li { padding: 6px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px; min-width: 0; overflow-wrap: anywhere; } .grid .card { display: flex; flex-direction: column; } .card p { margin: 4px 0; }
    .card.danger { background: var(--danger); border-color: var(--bad); } .card.grey { opacity: .85; border-style: dashed; } .tag { font-size: 13px; font-weight: 600; color: var(--soft); } .danger .tag { color: var(--bad); }
    blockquote { margin: 6px 0; padding-left: 10px; border-left: 3px solid var(--line); } blockquote a { color: var(--ink); text-decoration: none; } blockquote a:hover { text-decoration: underline; }
    .body { white-space: pre-line; max-height: 12em; overflow: auto; } .empty { background: var(--card); border: 1px dashed var(--line); border-radius: 8px; padding: 16px; color: var(--soft); }
    .scroll { overflow-x: auto; } table { border-collapse: collapse; } .data { width: 100%; } .data th, .data td { padding: 6px 10px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: middle; } .data th.number, .data td.number { text-align: right; } .data thead th { color: var(--soft); font-size: 13px; } .data tbody th { font-weight: 600; }
    .worse { color: var(--bad); font-weight: 700; } .spark { width: 100px; height: 24px; } .spark.big { width: 240px; height: 58px; } .spark polyline { fill: none; stroke: var(--link); stroke-width: 2; vector-effect: non-scaling-stroke; }
    .histogram th { font-weight: 400; padding-right: 8px; white-space: nowrap; } .histogram svg { display: block; } rect.good { fill: var(--good); } rect.bad { fill: var(--bad); } .summary { display: flex; flex-wrap: wrap; gap: 8px 40px; align-items: center; } figure { margin: 0; }
    .filters { display: flex; flex-wrap: wrap; gap: 12px; align-items: end; margin-bottom: 12px; } .filters label { display: grid; font-size: 14px; color: var(--soft); } input, select, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 6px; padding: 6px 10px; max-width: 100%; } button { cursor: pointer; }
    .pages { display: flex; gap: 16px; justify-content: center; margin-top: 16px; } .crumbs { margin: 16px 0 0; } footer { margin-top: 40px; border-top: 1px solid var(--line); padding-top: 12px; } code { overflow-wrap: anywhere; }
    .months { grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); } .csv { font-size: 14px; }
    @media (max-width: 480px) { .time, .time input { width: 100%; } .filters label, .filters input, .filters select { width: 100%; } }
    @media (prefers-reduced-motion: no-preference) { .card { transition: border-color .15s; } .card:hover { border-color: var(--link); } }
    """
