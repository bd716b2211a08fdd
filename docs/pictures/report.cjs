// Takes the pictures of the report's page: on a desk in the light, and on a phone in the dark.
"use strict";
const {chromium} = require("playwright-core");
const [file, folder] = process.argv.slice(2);
const LOOKS = {
  "report.png": {viewport: {width: 1280, height: 1220}, colorScheme: "light"},
  "report-phone.png": {viewport: {width: 390, height: 1220}, colorScheme: "dark"},
};

(async () => {
  const browser = await chromium.launch({executablePath: process.env.BROWSER, args: ["--no-sandbox"]});
  for (const [name, look] of Object.entries(LOOKS)) {
    const page = await browser.newPage(look);
    await page.goto(`file://${file}`);
    await page.screenshot({path: `${folder}/${name}`});
  }
  await browser.close();
})();
