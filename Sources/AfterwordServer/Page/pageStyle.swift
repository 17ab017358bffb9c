/// The SVG icon of the pages.
let pageIcon = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
    <rect width="32" height="32" rx="7" fill="#1f4f8f"/>
    <path d="M9 23 16 8l7 15M11.5 18h9" fill="none" stroke="#fff" stroke-width="3"/></svg>
    """

/// The style sheet of the pages, light and dark.
let pageStyle = """
    :root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de;
      --paper: #ffffff; --card: #f6f8fa; --link: #0b57b0; --bad: #b42318; --good: #1f6f4a;
      --danger: #fff1ef; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e8ebef; --soft: #a5adb8; --line: #3a424c;
      --paper: #14181d; --card: #1d232a; --link: #7db7ff; --bad: #ff8f85; --good: #67c79a;
      --danger: #3a1d1a; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 1200px; padding: 0 16px 48px; background: var(--paper);
      color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
    main[aria-busy] { opacity: .5; }
    a { color: var(--link); }
    a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible,
    summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link);
      outline-offset: 2px; }
    .skip { position: absolute; left: -999px; }
    .skip:focus { left: 8px; top: 8px; background: var(--paper); padding: 8px; z-index: 1; }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden;
      clip-path: inset(50%); }
    header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center;
      justify-content: space-between; padding: 12px 0; border-bottom: 1px solid var(--line); }
    .brandmark { font-weight: 700; font-size: 20px; color: var(--ink); text-decoration: none; }
    .time { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; }
    .time > input { width: 260px; min-height: 28px; padding: 0; }
    .steps { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; font-size: 14px; }
    .steps form { display: flex; gap: 4px; } .steps select { padding: 2px 6px; }
    .steps button { padding: 2px 8px; } .scripted .steps button { display: none; }
    .past { background: var(--card); border-left: 4px solid var(--link); padding: 8px 12px;
      margin: 12px 0 0; }
    h1 { font-size: 26px; line-height: 1.2; margin: 20px 0 4px; overflow-wrap: anywhere; }
    h2 { font-size: 19px; margin: 0; } h3 { font-size: 16px; margin: 0 0 4px; }
    section { margin-top: 28px; } section > h2 { margin-bottom: 8px; }
    section > h3 { margin-top: 16px; }
    .head { display: flex; justify-content: space-between; align-items: baseline; gap: 12px;
      margin-bottom: 8px; }
    .small, footer { color: var(--soft); font-size: 14px; }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .cards, .grid, .moves, .plain { list-style: none; padding: 0; margin: 0; }
    .cards, .grid { display: grid; gap: 12px;
      grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)); }
    .grid { grid-template-columns: repeat(auto-fill, minmax(min(200px, 100%), 1fr)); }
    .moves li, .plain li { padding: 6px 0; border-bottom: 1px solid var(--line);
      overflow-wrap: anywhere; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
      padding: 12px; min-width: 0; overflow-wrap: anywhere; }
    .grid .card { display: flex; flex-direction: column; } .card p { margin: 4px 0; }
    .card.danger { background: var(--danger); border-color: var(--bad); }
    .card.grey { opacity: .85; border-style: dashed; }
    .tag { font-size: 13px; font-weight: 600; color: var(--soft); }
    .danger .tag { color: var(--bad); }
    blockquote { margin: 6px 0; padding-inline-start: 10px;
      border-inline-start: 3px solid var(--line); }
    blockquote a { color: var(--ink); text-decoration: none; }
    blockquote a:hover { text-decoration: underline; }
    .body { white-space: pre-line; max-height: 12em; overflow: auto; }
    .empty { background: var(--card); border: 1px dashed var(--line); border-radius: 8px;
      padding: 16px; color: var(--soft); }
    .scroll { overflow-x: auto; } table { border-collapse: collapse; }
    .data { width: 100%; }
    .data th, .data td { padding: 6px 10px; border-bottom: 1px solid var(--line);
      text-align: left; vertical-align: middle; }
    .data th.number, .data td.number { text-align: right; }
    .data thead th { color: var(--soft); font-size: 13px; }
    .data tbody th { font-weight: 600; }
    .worse { color: var(--bad); font-weight: 700; }
    .spark { width: 120px; height: 28px; vertical-align: middle; }
    .trend { white-space: nowrap; }
    .spark, .columns { border-bottom: 1px solid var(--soft); }
    .chart { margin: 12px 0; max-width: 640px; } .chart svg { display: block; width: 100%; }
    .columns, .line { height: 96px; }
    .line { border-block: 1px dashed var(--line); overflow: visible; }
    .line polyline { fill: none; stroke: var(--link); stroke-width: 2;
      vector-effect: non-scaling-stroke; }
    .axis { display: flex; justify-content: space-between; margin: 2px 0; }
    .key i { display: inline-block; width: 10px; height: 10px; } i.bad { background: var(--bad); }
    i.good { background: var(--good); }
    .histogram th { font-weight: 400; padding-right: 8px; white-space: nowrap; }
    .histogram .number { padding-left: 10px; } .histogram svg { display: block; }
    rect.good { fill: var(--good); } rect.bad { fill: var(--bad); }
    .summary { display: flex; flex-wrap: wrap; gap: 8px 40px; align-items: center; }
    .filters { display: flex; flex-wrap: wrap; gap: 12px; align-items: end; margin-bottom: 12px; }
    .filters label { display: grid; font-size: 14px; color: var(--soft); }
    input, select, button { font: inherit; color: inherit; background: var(--paper);
      border: 1px solid var(--soft); border-radius: 6px; padding: 6px 10px; max-width: 100%; }
    button, summary { cursor: pointer; }
    .pages { display: flex; gap: 16px; justify-content: center; margin-top: 16px; }
    .crumbs { margin: 16px 0 0; }
    footer { margin-top: 40px; border-top: 1px solid var(--line); padding-top: 12px; }
    code { overflow-wrap: anywhere; } .csv { font-size: 14px; }
    @media (max-width: 480px) { .time, .time > input { width: 100%; }
      .filters label, .filters input, .filters select { width: 100%; } }
    @media (prefers-reduced-motion: no-preference) {
      .card { transition: border-color .15s; } .card:hover { border-color: var(--link); } }
    """
