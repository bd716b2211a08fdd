// Opens what it is given in headless Chromium, and prints what a person would meet, as JSON.
//   node look.cjs charts FILE...   Mermaid sources: which diagram each is, how many bars were drawn
//   node look.cjs page FILE        the report's page: errors, requests, tables, widths
"use strict";
const {chromium} = require("playwright-core");
const path = require("path");
const fs = require("fs");
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
      return {type, bars: drawn.querySelectorAll("g.plot rect, [class^=bar-plot] rect").length, text: drawn.body.textContent};
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
  const found = {charts: await page.locator("#charts svg").count(), bars: await page.locator("#charts svg .bar rect").count()};
  const value = page.locator("#table th", {hasText: "value"}).locator("button");
  await value.click();
  found.up = await column(page, 4);
  await value.click();
  found.down = await column(page, 4);
  await page.locator("#filter").fill("INITECH");
  found.clients = await column(page, 1);
  found.light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const paper = await page.pdf();
  found.pdf = paper.length;
  const phone = await look(browser, file, {viewport: {width: 375, height: 800}, colorScheme: "dark"});
  found.dark = await phone.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  found.wider = await phone.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return {...found, errors: [...errors, ...phone.errors], requests: [...requests, ...phone.requests]};
}

(async () => {
  const [what, ...files] = process.argv.slice(2);
  const browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ["--no-sandbox"]});
  try {
    console.log(JSON.stringify(what === "charts" ? await charts(browser, files) : await page(browser, files[0])));
  } finally {
    await browser.close();
  }
})().catch(error => { console.error(error); process.exit(1); });
