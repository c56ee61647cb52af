// Returns what keeps people from using the page, as a list of sentences.
(() => {
  const found = [];
  const say = (text, element) => found.push(element ? text + ": " + element.outerHTML.replace(/\s+/g, " ").slice(0, 120) : text);

  const shown = (element) => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return style.display !== "none" && style.visibility !== "hidden" && box.width > 1 && box.height > 1;
  };

  if (!document.documentElement.lang) say("the page has no language");
  if (!document.title.trim()) say("the page has no title");
  if (!document.querySelector("meta[name=viewport]")) say("the page does not fit phones: no viewport");

  for (const [name, selector] of [["banner", "header"], ["main", "main"], ["footer", "footer"]]) {
    if (document.querySelectorAll(selector).length !== 1) say("the page has not exactly one " + name);
  }

  let level = 0;
  const headings = [...document.querySelectorAll("h1, h2, h3, h4")].filter(shown);
  if (headings.filter((h) => h.tagName === "H1").length !== 1) say("the page has not exactly one h1");
  for (const h of headings) {
    const now = Number(h.tagName[1]);
    if (now > level + 1) say("a heading skips a level", h);
    level = now;
  }

  const ids = new Set();
  for (const e of document.querySelectorAll("[id]")) {
    if (ids.has(e.id)) say("an id is there twice", e);
    ids.add(e.id);
  }
  for (const attribute of ["aria-describedby", "aria-labelledby"]) {
    for (const e of document.querySelectorAll("[" + attribute + "]")) {
      if (!document.getElementById(e.getAttribute(attribute))) say(attribute + " leads nowhere", e);
    }
  }

  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea, progress")) {
    if (![...(e.labels || [])].some((l) => l.textContent.trim())) say("a field has no label", e);
  }
  for (const e of document.querySelectorAll("a, button, summary")) {
    if (!e.textContent.trim() && !e.getAttribute("aria-label")) say("something to press has no name", e);
  }
  for (const e of document.querySelectorAll("img:not([alt])")) say("a picture has no alt", e);
  for (const e of document.querySelectorAll("svg:not([aria-hidden]):not([role=img])")) say("a drawing is neither hidden nor named", e);
  for (const e of document.querySelectorAll("[onclick], [onload], [style], script:not([src]), style")) say("an inline handler, script or style", e);
  for (const e of document.querySelectorAll("[tabindex]")) if (e.tabIndex > 0) say("a tabindex changes the order", e);

  // WCAG 2.2, 2.5.8: at least 24 by 24, links in sentences excepted.
  for (const e of document.querySelectorAll("button, nav a, a.button, input[type=text], input[type=password]")) {
    const box = e.getBoundingClientRect();
    if (shown(e) && (box.width < 24 || box.height < 24)) say("too small to press", e);
  }

  // WCAG 2.2, 1.4.3: 4.5 for all texts, large ones too.
  const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parse = (color) => {
    const parts = color.match(/[\d.]+/g).map(Number);
    return parts.length === 3 ? [...parts, 1] : parts;
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const backgroundOf = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  let texts = 0;
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
    const field = e.matches("input[type=text], input[type=password]");
    if ((!own && !field) || !shown(e) || e.closest("svg")) continue;
    texts++;
    const behind = backgroundOf(e);
    const colour = over(parse(getComputedStyle(e).color), behind);
    const [dark, light] = [luminance(colour), luminance(behind)].sort((a, b) => a - b);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) say("contrast of only " + contrast.toFixed(2), e);
  }
  if (texts === 0) say("there is no text");

  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) {
    say("the page is wider than the window, by " + (document.documentElement.scrollWidth - document.documentElement.clientWidth));
    for (const e of document.querySelectorAll("body *")) {
      if (e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && shown(e)) { say("too wide", e); break; }
    }
  }
  return found;
})()
