// Plays the demo's main story on the sandbox's page, and prints what people meet, as JSON.
//   node sell.cjs WAY=ADDRESS...    WAY is mouse, finger or keyboard; all are played side by side, in one browser
"use strict";
const fs = require("fs");
const {chromium} = require("playwright-core");
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const LOOKS = {
  mouse: {viewport: {width: 1280, height: 900}, colorScheme: "light"},
  finger: {viewport: {width: 390, height: 844}, colorScheme: "dark", hasTouch: true, isMobile: true},
  keyboard: {viewport: {width: 1280, height: 900}, colorScheme: "dark"},
};
// In which schemes the page is examined: at both widths in both.
const SCHEMES = {mouse: ["dark", "light"], finger: ["light", "dark"], keyboard: []};
const NASTY = "Delta AG <img src=x onerror=\"document.title='robbed'\">";

// The ways: each can press a control, choose in a list, write, and move a card.

const click = {
  press: (page, control) => control.click(),
  choose: (page, list, name) => list.selectOption(name),
  write: (page, field, text) => field.fill(text),
};

const mouse = {
  ...click,
  async move(page, card, stage) {
    const to = page.locator(`section[data-column="stage:${stage}"]`);
    await to.scrollIntoViewIfNeeded();
    await card.locator(".first a").dragTo(to, {targetPosition: {x: 15, y: 30}});
  },
};

const finger = {
  ...click,
  press: (page, control) => control.tap(),
  async move(page, card, stage) {
    const handle = card.locator(".handle");
    await handle.scrollIntoViewIfNeeded();
    const touch = await page.context().newCDPSession(page);
    const at = async node => { const box = await node.boundingBox(); return {x: box.x + box.width / 2, y: box.y + box.height / 2}; };
    const send = (type, point) => touch.send("Input.dispatchTouchEvent", {type, touchPoints: point ? [point] : []});
    const from = await at(handle);
    await send("touchStart", from);
    await send("touchMove", {x: from.x, y: from.y + 20});
    await send("touchMove", await at(page.locator(`#dock [data-column="stage:${stage}"]`)));
    await send("touchEnd");
  },
};

// Only keys: Tab until the control has the focus.
const keyboard = {
  async reach(page, control) {
    await control.waitFor();
    for (let presses = 0; presses < 400; presses += 1) {
      if (await control.evaluate(node => node === document.activeElement)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`No way to ${control} by keyboard`);
  },
  async press(page, control) {
    await this.reach(page, control);
    await page.keyboard.press(await control.evaluate(node => node.type === "checkbox") ? "Space" : "Enter");
  },
  async choose(page, list, name) {
    await this.reach(page, list);
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
  },
  async write(page, field, text) {
    await this.reach(page, field);
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(text);
  },
  async move(page, card, stage) {
    await this.press(page, card.locator(".handle"));
    const button = page.locator(`#dock [data-column="stage:${stage}"]`);
    for (let presses = 0; presses < 20 && !await button.evaluate(node => node === document.activeElement); presses += 1) {
      await page.keyboard.press("ArrowRight");
    }
    await page.keyboard.press("Enter");
  },
};

const idle = page => page.locator("body:not([aria-busy])").waitFor();
const card = (page, text) => page.locator(".card", {hasText: text});
const columnOf = async (page, text) => card(page, text).evaluate(node => node.closest("section").dataset.column ?? "");

// The story, as somebody plays it with these hands.

async function sell(page, hand, address, examine) {
  const found = {};
  const as = who => hand.choose(page, page.locator("#who"), who);

  async function toBoard() {
    const close = page.locator("aside .close");
    if (await close.isVisible()) await hand.press(page, close);
    else await hand.press(page, page.getByRole("link", {name: "Board"}));
    await page.locator("aside").waitFor({state: "hidden"});
  }

  async function dragged(text, stage, answer) {
    await hand.move(page, card(page, text), stage);
    await page.locator("#notice", {hasText: answer}).waitFor();
    await idle(page);
    return columnOf(page, text);
  }

  async function tick(list, words) {
    for (const [at, word] of words.entries()) {
      await hand.press(page, page.locator("aside li", {hasText: word}).locator("input[type=checkbox]:not([disabled])").first());
      const progress = at + 1 < words.length ? `${at + 1} of ${words.length}` : "nothing is missing";
      await page.locator("aside .text", {hasText: progress}).first().waitFor();
      await idle(page);
    }
  }

  async function comment(text, answer) {
    await hand.write(page, page.locator("textarea#comment"), text);
    await hand.press(page, page.getByRole("button", {name: "Comment"}));
    await page.locator("aside .text").getByText(answer).first().waitFor();
    await idle(page);
  }

  // Types into a field of the deal, and returns what the page says there.
  async function enter(name, button, ...texts) {
    const form = page.locator(".field", {has: page.getByLabel(name, {exact: true})});
    for (const [at, text] of texts.entries()) await hand.write(page, form.locator("input").nth(at), text);
    await hand.press(page, page.getByRole("button", {name: `Save ${button}`}));
    await idle(page);
    return form.locator("output").innerText();
  }

  await page.goto(address);
  await hand.press(page, page.getByRole("link", {name: "New lead"}));
  await hand.press(page, page.getByRole("link", {name: "Lead", exact: true}));
  await page.getByLabel("Title").waitFor();
  await examine();
  await hand.write(page, page.getByLabel("Title"), "Acme GmbH: new shop");
  await hand.write(page, page.getByLabel("Company"), "Acme GmbH");
  await hand.press(page, page.getByRole("button", {name: "Open"}));
  await page.locator("aside .text").getByText("since 23 Nov 2026").first().waitFor();
  found.lead = await page.locator("aside h1").innerText();
  await idle(page);
  await examine();
  await toBoard();

  await as("eve");
  await dragged("Acme", "qualified", "takes triage");
  found.stranger = await card(page, "Acme").innerText();
  await as("ann");
  found.back = await dragged("Acme", "qualified", "Moved back to lead");
  found.why = await card(page, "Acme").locator(".answer").innerText();
  await examine();

  await as("nora");
  await hand.press(page, card(page, "Acme").locator(".first a"));
  await tick("qualification", ["Goal", "Technology", "Resources", "Timeline"]);
  await toBoard();
  found.qualified = await dragged("Acme", "qualified", "Moved to qualified");

  await hand.press(page, card(page, "Acme").locator(".first a"));
  await comment("/assign me", "nora");
  found.saved = await enter("Value", "Value", "24k EUR");
  await page.locator("aside .text").getByText("24,000 EUR").first().waitFor();
  found.unread = await enter("Expected close", "Expected close", "30 February");
  found.kept = await page.getByLabel("Expected close", {exact: true}).inputValue();
  found.step = await enter("Next step", "Next step", "friday", "call them @kim");
  found.field = [await page.getByLabel("Next step on").inputValue(), await page.getByLabel("Next step", {exact: true}).inputValue()];
  await examine();
  await tick("estimate", ["Scope", "Effort", "Assumptions", "Price", "Second pair of eyes", "Sent"]);
  await comment("/negotiate", "negotiating since");
  await comment("/won", "won since");
  await toBoard();
  found.won = await columnOf(page, "Acme");
  found.sums = await page.locator("section[data-column='stage:won'] .sums").innerText();

  await hand.write(page, page.getByLabel("Find"), "acme");
  await page.waitForURL(/q=acme/);
  found.found = await page.locator(".card .first a").allInnerTexts();
  await hand.write(page, page.getByLabel("Find"), "nobody has this");
  await page.waitForURL(/q=nobody/);
  await page.locator(".card").waitFor({state: "detached"});
  found.nothing = await page.locator(".card").allInnerTexts();
  found.wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

  await hand.press(page, page.getByRole("button", {name: "Next Monday"}));
  await page.locator("#now", {hasText: "Mon 30 Nov"}).waitFor({timeout: 60_000});
  found.monday = await page.locator("#now").innerText();
  await idle(page);
  await hand.press(page, page.getByRole("link", {name: "Runs"}));
  await page.getByRole("heading", {name: "Runs"}).waitFor();
  found.runs = (await page.locator(".run h2").allInnerTexts()).map(text => text.split(" ")[0]);
  found.failed = await page.locator("main .bad").count();
  await examine();
  const report = await page.context().newPage();
  await report.goto(address.replace(/issues$/, "report"));
  found.report = await report.title();
  await report.close();

  await hand.press(page, page.getByRole("link", {name: "New lead"}));
  await hand.write(page, page.getByLabel("Title"), NASTY);
  const before = await page.evaluate("version");
  const elsewhere = {repo: new URL(address).pathname.split("/").slice(1, 3).join("/"), act: "comment", args: ["nora", 1, "Meanwhile."]};
  await page.request.post(new URL("/_sandbox/act", address).href, {data: elsewhere});
  await page.waitForFunction(`version !== ${JSON.stringify(before)}`);
  found.typed = await page.getByLabel("Title").inputValue();
  await hand.press(page, page.getByRole("button", {name: "Open"}));
  await page.locator("aside h1", {hasText: "Delta"}).waitFor();
  found.title = await page.title();
  return found;
}


async function troubles(page) {
  await page.evaluate(AXE);
  const {violations} = await page.evaluate(() => window.axe.run());
  return violations.map(each => `${each.id}: ${each.nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join(" | ")}`);
}

async function play(browser, way, address) {
  // Its own policy would keep the checker of accessibility out.
  const page = await (await browser.newContext({...LOOKS[way], bypassCSP: true})).newPage();
  page.setDefaultTimeout(60_000);
  const errors = [], foreign = [], axe = [];
  page.on("console", message => ["error", "warning"].includes(message.type()) && errors.push(`${message.text()} ${message.location().url}`));
  page.on("pageerror", error => errors.push(String(error)));
  page.on("request", request => new URL(request.url()).origin !== new URL(address).origin && foreign.push(request.url()));
  async function examine() {
    for (const colorScheme of SCHEMES[way]) {
      await page.emulateMedia({colorScheme});
      axe.push(...(await troubles(page)).map(trouble => `${colorScheme}: ${trouble}`));
    }
  }
  try {
    const found = await sell(page, {mouse, finger, keyboard}[way], address, examine);
    // Refused acts answer 403, and a browser notes it.
    return {...found, axe, errors: errors.filter(text => !text.includes("403")), foreign: foreign.filter(url => !url.startsWith("data:"))};
  } catch (error) {
    if (process.env.PICTURE) await page.screenshot({path: `${process.env.PICTURE}-${way}.png`});
    return {stopped: error.stack};
  }
}

(async () => {
  const browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ["--no-sandbox"]});
  const ways = process.argv.slice(2).map(given => [given.split("=")[0], given.slice(given.indexOf("=") + 1)]);
  const found = await Promise.all(ways.map(async ([way, address]) => [way, await play(browser, way, address)]));
  await browser.close();
  console.log(JSON.stringify(Object.fromEntries(found)));
})().catch(error => { console.error(error); process.exit(1); });
