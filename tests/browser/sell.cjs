// Sells in the sandbox's page as people do, by mouse and keyboard, and prints what they met, as JSON.
//   node sell.cjs ADDRESS
"use strict";
const {chromium} = require("playwright-core");
const NASTY = "Delta AG <img src=x onerror=\"document.title='robbed'\">";

async function opened(page, title) {
  await page.goto(process.argv[2]);
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Title").press("Enter");
  await page.getByText("since 23 Nov 2026").waitFor();
  return page.url();
}

async function comment(page, text, answer) {
  await page.locator("#comment").fill(text);
  await page.getByRole("button", {name: "Comment"}).click();
  await page.getByText(answer).first().waitFor();
}

const chips = async page => (await page.locator("main .chip").allInnerTexts()).map(text => text.split("\n")[0].trim());

async function sell(page) {
  const found = {};
  const deal = await opened(page, "Acme GmbH: new shop");
  found.lead = await chips(page);
  await page.getByRole("link", {name: "Issues"}).click();
  const column = name => page.locator("section.column", {has: page.getByRole("heading", {name})});
  await column("stage:lead").locator("a.card").dragTo(column("stage:qualified"));
  await page.locator("#notice").waitFor({state: "hidden"});
  found.back = await column("stage:lead").locator("a.card").allInnerTexts();
  await page.goto(deal);
  await page.getByText("Not moved to qualified.").waitFor();
  await page.locator("#who").selectOption("nora");
  for (const [at, item] of ["Goal", "Technology", "Resources", "Timeline"].entries()) {
    await page.locator("li", {hasText: item}).locator("input[type=checkbox]").first().click();
    await page.getByText(`${at + 1} of 4`).waitFor();
  }
  await comment(page, "/qualify", "🚀 github-actions[bot]");
  found.qualified = await chips(page);
  await comment(page, "/negociate", "Did you mean");
  await page.getByRole("link", {name: "Runs"}).click();
  await page.getByRole("heading", {name: "Runs"}).waitFor();
  found.failed = await page.locator(".bad").count();
  await opened(page, NASTY);
  found.title = await page.title();
  return found;
}

(async () => {
  const browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ["--no-sandbox"]});
  const page = await browser.newPage({viewport: {width: 1600, height: 1000}});
  page.setDefaultTimeout(20_000);
  const errors = [];
  page.on("console", message => ["error", "warning"].includes(message.type()) && errors.push(message.text()));
  page.on("pageerror", error => errors.push(String(error)));
  try {
    console.log(JSON.stringify({...await sell(page), errors}));
  } finally {
    await browser.close();
  }
})().catch(error => { console.error(error); process.exit(1); });
