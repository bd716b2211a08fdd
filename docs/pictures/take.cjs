// Takes the pictures of the sandbox's page: the board of the example, or two deals of the demo.
//   node take.cjs board|deals ADDRESS FOLDER
"use strict";
const {chromium} = require("playwright-core");
const [what, address, folder] = process.argv.slice(2);
const DESK = {viewport: {width: 1280, height: 660}, colorScheme: "light"};
const PHONE = {viewport: {width: 390, height: 844}, colorScheme: "dark"};

// On the page, what is kept is named by words in it; the rest of a long deal is left out of the picture.
function tidy(kept) {
  const conversation = document.querySelector("#conversation");
  conversation.replaceWith(...conversation.children);
  for (const node of document.querySelectorAll("header, .pipeline, .fields, .edit, .say, .acts, .close, #fields, aside > h2")) node.remove();
  for (const node of document.querySelectorAll("aside > *")) {
    if (!node.matches(".head") && !kept.some(words => node.innerText.includes(words))) node.remove();
  }
  document.querySelector("main").className = "narrow";
  document.querySelector("main").style.flex = "none";
  Object.assign(document.querySelector("aside").style, {maxHeight: "none", position: "static"});
}

async function deal(page, number, kept, file) {
  await page.goto(`${address}/${number}`);
  await page.waitForSelector("article.paper");
  await page.evaluate(tidy, kept);
  await page.locator("main").screenshot({path: `${folder}/${file}`});
}

async function act(name, ...args) {
  const body = JSON.stringify({repo: "acme/sales", act: name, args});
  const headers = {"Content-Type": "application/json"};
  const answer = await (await fetch(`${new URL(address).origin}/_sandbox/act`, {method: "POST", headers, body})).json();
  if ("error" in answer) throw new Error(answer.error);
  return answer.result;
}

async function deals(browser) {
  const page = await browser.newPage({viewport: {width: 720, height: 900}, colorScheme: "light"});
  await deal(page, 21, ["won since", "[bot] wrote:", "[bot] labeled stage:won", "[bot] closed COMPLETED", "Handover checklist"], "deal.png");
  const early = await act("open_issue", "ann", "Delta AG: app");
  await act("swap", "ann", early, "stage:lead", "stage:qualified");
  await deal(page, early, ["labeled stage:qualified", "Not moved to qualified"], "refusal.png");
}

async function board(browser) {
  await act("label", "ann", 9, "stage:qualified");
  for (const [name, look] of Object.entries({"board.png": DESK, "board-phone.png": PHONE})) {
    const page = await browser.newPage(look);
    await page.goto(address);
    await page.evaluate(() => {
      document.querySelector("#answer-9").open = true;
      if (innerWidth < 900) document.querySelector("[data-column='stage:lead']").scrollIntoView({inline: "start", block: "nearest"});
    });
    await page.screenshot({path: `${folder}/${name}`});
  }
}

(async () => {
  const browser = await chromium.launch({executablePath: process.env.BROWSER, args: ["--no-sandbox"]});
  try {
    await {board, deals}[what](browser);
  } finally {
    await browser.close();
  }
})().catch(error => { console.error(error); process.exit(1); });
