// Opens what it is given in headless Chromium, and prints what a person would meet, as JSON.
//   node look.cjs charts FILE...   Mermaid sources: which diagram each is, how many bars were drawn
//   node look.cjs page FILE        the report's page: errors, requests, tables, widths
//   node look.cjs axe FILE...      what axe-core finds on pages: the first one in four ways, desk or phone, light or dark; the others in two
"use strict";
const {chromium} = require("playwright-core");
const path = require("path");
const fs = require("fs");
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const DESK = {width: 1280, height: 900}, PHONE = {width: 390, height: 844};
const MERMAID = path.join(__dirname, "node_modules/mermaid/dist/mermaid.min.js");

async function charts(browser, files) {
  const page = await browser.newPage();
  await page.addScriptTag({path: MERMAID});
  const found = [];
  for (const [at, file] of files.entries()) {
    found.push(await page.evaluate(async ([source, name]) => {
      const type = (await window.mermaid.parse(source)).diagramType;
      const {svg} = await window.mermaid.render(name, source);
      const drawn = new DOMParser().parseFromString(svg, "text/html");
      return {type, bars: drawn.querySelectorAll("g.plot rect, [class^=bar-plot] rect").length, text: drawn.body.textContent,
        sizes: [...drawn.querySelectorAll("g.plot rect, [class^=bar-plot] rect")].map(bar => Math.max(bar.width.baseVal.value, bar.height.baseVal.value))};
    }, [fs.readFileSync(file, "utf8"), `chart${at}`]));
  }
  return found;
}

async function look(browser, file, options) {
  const page = await browser.newPage(options);
  const errors = [], requests = [];
  page.on("console", message => ["error", "warning"].includes(message.type()) && errors.push(message.text()));
  page.on("pageerror", error => errors.push(String(error)));
  page.on("request", request => requests.push(request.url()));
  await page.goto(`file://${file}`);
  return {page, errors, requests: requests.filter(url => !url.startsWith("data:"))};
}

const column = (page, at) => page.$$eval("#table tbody tr:not([hidden])", (rows, at) => rows.map(row =>
  row.cells[at].dataset.sort ?? row.cells[at].textContent), at);

async function page(browser, file) {
  const {page, errors, requests} = await look(browser, file, {viewport: {width: 1280, height: 900}, colorScheme: "light"});
  const found = {charts: await page.locator("#charts figure").count()};
  found.bars = await page.$$eval("#charts .bar", bars => bars.map(bar => Math.round(Math.max(bar.offsetWidth, bar.offsetHeight))));
  found.slices = await page.locator("#charts .slice").count();
  found.wide = await page.$$eval("#charts figure.wide, #charts", both => both.map(each => Math.round(each.getBoundingClientRect().width)));
  const value = page.locator("#table th", {hasText: "value"}).locator("button");
  await value.click();
  found.up = await column(page, 1);
  await value.click();
  found.down = await column(page, 1);
  await page.locator("#filter").fill("INITECH");
  found.clients = await column(page, 0);
  found.light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const paper = await page.pdf();
  found.pdf = paper.length;
  const phone = await look(browser, file, {viewport: {width: 375, height: 800}, colorScheme: "dark"});
  found.dark = await phone.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  found.wider = await phone.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  found.beside = await phone.page.$$eval("#table tbody tr", rows => rows.filter(row => row.cells[1].textContent).map(row =>
    row.cells[0].getBoundingClientRect().top === row.cells[1].getBoundingClientRect().top && row.cells[2].getBoundingClientRect().top > row.cells[1].getBoundingClientRect().top));
  found.names = await phone.page.$$eval("#attention ~ ul .who", all => all.filter(each => each.children.length > 1).map(each =>
    each.children[0].getBoundingClientRect().top < each.children[1].getBoundingClientRect().bottom));
  await phone.page.keyboard.press("Tab");
  found.scrolled = await phone.page.$$eval(".scroll", all => all.map(each => [each.tabIndex, each.getAttribute("role"), Boolean(each.ariaLabel)]));
  return {...found, errors: [...errors, ...phone.errors], requests: [...requests, ...phone.requests]};
}

async function axe(browser, files) {
  const found = [];
  const ways = [[DESK, "light"], [PHONE, "dark"], [DESK, "dark"], [PHONE, "light"]];
  for (const [at, file] of files.entries()) for (const [viewport, colorScheme] of ways.slice(0, at ? 2 : 4)) {
    const {page} = await look(browser, file, {viewport, colorScheme});
    await page.evaluate(AXE);
    const {violations} = await page.evaluate(() => window.axe.run());
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    found.push(...violations.map(each => `${path.basename(file)} ${viewport.width} ${colorScheme}: ${each.id}: ${each.nodes[0].html}`));
    if (wider > 0) found.push(`${path.basename(file)} ${viewport.width}: ${wider} pixels too wide`);
    await page.close();
  }
  return found;
}

(async () => {
  const [what, ...files] = process.argv.slice(2);
  const browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ["--no-sandbox"]});
  try {
    console.log(JSON.stringify(await {charts, axe, page: (browser, files) => page(browser, files[0])}[what](browser, files)));
  } finally {
    await browser.close();
  }
})().catch(error => { console.error(error); process.exit(1); });
