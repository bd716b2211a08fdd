// Takes the pictures: opens the sandbox's page of a deal, keeps what the picture is about, and shoots that.
"use strict";
const {chromium} = require("playwright-core");
const [address, folder] = process.argv.slice(2);
const server = new URL(address).origin;

// On the page, what is kept is named by words in it; the rest of a long deal is left out of the picture.
function tidy(kept) {
  for (const node of document.querySelectorAll("header, textarea, .quiet, .row > button, .row > select")) node.remove();
  for (const node of document.querySelectorAll("main .narrow > *")) {
    const words = node.innerText;
    if (!["H1"].includes(node.tagName) && !node.querySelector(".chip") && !kept.some(each => words.includes(each))) node.remove();
  }
  document.querySelector("main").style.padding = "1rem 1rem .3rem";
}

async function take(page, number, kept, file) {
  await page.goto(`${address}/${number}`);
  await page.waitForSelector("article.paper");
  await page.evaluate(tidy, kept);
  await page.locator("main").screenshot({path: `${folder}/${file}`});
}

async function act(name, ...args) {
  const body = JSON.stringify({repo: "acme/sales", act: name, args});
  const answer = await (await fetch(`${server}/_sandbox/act`, {method: "POST", body})).json();
  if ("error" in answer) throw new Error(answer.error);
  return answer.result;
}

(async () => {
  const browser = await chromium.launch({executablePath: process.env.BROWSER, args: ["--no-sandbox"]});
  const page = await browser.newPage({viewport: {width: 720, height: 900}, colorScheme: "light"});
  await take(page, 21, ["won since", "[bot] wrote:", "[bot] labeled stage:won", "[bot] closed COMPLETED", "hand it over"], "deal.png");
  const early = await act("open_issue", "ann", "Delta AG: app");
  await act("swap", "ann", early, "stage:lead", "stage:qualified");
  await take(page, early, ["labeled stage:qualified", "Not moved to qualified"], "refusal.png");
  await browser.close();
})();
