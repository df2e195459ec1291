// Drives the playground in headless Chromium: node playground_browser.js PAGE.html [PICTURES]. Needs the npm
// packages playwright-core and axe-core in NODE_PATH, and Chromium (CHROMIUM, default /usr/bin/chromium). Prints
// one line for each check; exit: 0 if all hold. PICTURES: a folder for screenshots.
"use strict";
const fs = require("fs");
const http = require("http");
const path = require("path");
const { pathToFileURL } = require("url");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [file, pictures] = process.argv.slice(2);
const address = pathToFileURL(path.resolve(file)).href;
let failed = 0;

function check(what, holds, found) {
  if (!holds) ++failed;
  console.log(`${holds ? "ok    " : "FAILED"} ${what}${found === undefined ? "" : ": " + found}`);
}

// A page at `url`, with everything it should not do in `faults`.
async function open(browser, url, options = {}, before = null) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (message) => page.faults.push("console: " + message.text()));
  page.on("pageerror", (error) => page.faults.push("error: " + error.message));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url.split("#")[0]) page.faults.push("request: " + request.url());
  });
  if (before) await page.addInitScript(before);
  await page.goto(url);
  if (!before) await page.waitForFunction(() => window.playground && window.playground.engine);
  return page;
}

const text = (page, id) => page.textContent("#" + id);
const steps = async (page) => Number(await text(page, "steps"));
const reach = (page, step) => page.waitForFunction((goal) =>
  window.playground.engine && window.playground.engine.steps >= goal, step, { timeout: 120000 });

async function set(page, name, value, events = ["input", "change"]) {
  await page.$eval(`#settings [name=${name}]`, (control, [given, names]) => {
    control.value = given;
    for (const event of names) control.dispatchEvent(new Event(event, { bubbles: true }));
  }, [value, events]);
}

async function controls(browser) {
  const page = await open(browser, address);
  for (const [name, value, flag] of [
    ["domains", "5", "--test-envs 0 6 7 8 9 10 11 12 13 14 15 16"], ["signature", "4", "--signature 4"],
    ["turns", "2", "--turns 2"], ["hidden", "8-8", "mlp:8-8"], ["activation", "tanh", "8-8,tanh"],
    ["batch", "16", '"batch_size":16'], ["method", "SANDMaskSNR", "--algorithm SANDMaskSNR"],
    ["tau", "0.5", '"tau":0.5'], ["k", "1", '"k":10'], ["lr", "-1.5", '"lr":0.0316'],
    ["seed", "3", "--trial-seed 3 --seed 3"], ["data", "ToyLine", "--dataset ToyLine"]]) {
    await set(page, name, value);
    const command = await text(page, "command");
    check(`control ${name} sets ${flag}`, command.includes(flag), command.includes(flag) ? undefined : command);
  }
  check("controls of another data set are disabled", await page.isDisabled("#settings [name=signature]"));
  await set(page, "method", "PCGrad");
  check("tau is disabled for a method without it", await page.isDisabled("#settings [name=tau]"));
  await set(page, "data", "ColoredMNIST-14");
  await page.click("#step");
  check("digits are shown", (await page.getAttribute("#surface-erm", "aria-label")).includes("test digits"));
  await set(page, "seed", "-1");
  await page.click("#step");
  check("a seed out of range changes nothing", (await text(page, "command")).includes("--seed 3 --steps 2"),
    await text(page, "command"));
  check("no fault", page.faults.length === 0, page.faults.join("; "));
  await page.context().close();
}

async function runs(browser) {
  const page = await open(browser, address + "#domains=4&signature=3&hidden=8&batch=8&tau=0.4&k=-1");
  await page.click("#step");
  await page.click("#step");
  check("Step makes one update", await steps(page) === 2, await steps(page));
  await page.click("#run");
  await reach(page, 10);
  await page.click("#run");
  const paused = await steps(page);
  await page.waitForTimeout(300);
  check("Pause stops", await steps(page) === paused);
  const before = await text(page, "map-text");
  await set(page, "tau", "0.99", ["input"]);
  check("a moving slider closes the mask at once", await text(page, "map-text") !== before, await text(page, "map-text"));
  check("and makes no update", await steps(page) === paused);
  await set(page, "tau", "0.4", ["input"]);
  const box = await (await page.$("#map")).boundingBox();
  await page.mouse.click(box.x + box.width * 0.1, box.y + box.height * 0.05);
  check("a click explains the weight", (await text(page, "explanation")).startsWith("The explanation of linear0.weight[0,0]"));
  await page.fill("#row", "2");
  await page.fill("#column", "1");
  await page.focus("#choose");
  await page.keyboard.press("Enter");
  check("so does the keyboard", (await text(page, "explanation")).startsWith("The explanation of linear0.weight[2,1]"));
  await page.fill("#row", "99");
  await page.click("#choose");
  check("a weight that does not exist is refused", (await text(page, "status")).startsWith("Choose an output from 0"));
  const hash = await text(page, "hash"), link = page.url();
  await page.click("#restart");
  check("Restart begins again", await steps(page) === 0);
  const again = await open(browser, link);
  await reach(again, paused);
  await again.waitForTimeout(200);
  check("the URL repeats the run", await text(again, "hash") === hash && await steps(again) === paused);
  check("no fault", page.faults.concat(again.faults).length === 0, page.faults.concat(again.faults).join("; "));
  await page.context().close();
  await again.context().close();
}

async function defaults(browser) {
  const server = http.createServer((request, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end(fs.readFileSync(file));
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const hashes = [];
  for (const url of [address, `http://127.0.0.1:${server.address().port}/`]) {
    const page = await open(browser, url + "#step=200");
    page.faults = page.faults.filter((fault) => !fault.includes("favicon"));
    await reach(page, 200);
    await page.waitForTimeout(300);
    hashes.push(await text(page, "hash"));
    check(`200 steps at ${url.slice(0, 5)}`, await steps(page) === 200, await text(page, "command"));
    await page.click("#run");
    await page.waitForTimeout(6000);
    const speed = await text(page, "speed");
    check("30 frames a second (an idle machine only)", true, speed);
    check("no fault", page.faults.length === 0, page.faults.join("; "));
    await page.context().close();
  }
  server.close();
  check("the same weights from a disk and from a server", hashes[0] === hashes[1], hashes[0]);
}

async function looks(browser) {
  for (const [width, scheme, fragment] of [[1400, "light", ""], [390, "dark", ""], [390, "light", ""],
    [1400, "dark", "data=ColoredMNIST-14&batch=16&"]]) {
    const page = await open(browser, `${address}#${fragment}step=40&weights=3,17,40`,
      { viewport: { width, height: 900 }, colorScheme: scheme });
    await reach(page, 40);
    await page.waitForTimeout(500);
    const found = await page.evaluate(axe + "; axe.run().then((result) => result.violations)");
    check(`axe at ${width} pixels, ${scheme}`, found.length === 0, JSON.stringify(found.map((violation) =>
      [violation.id, violation.nodes.map((node) => node.target.join(" ")).slice(0, 4)])));
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check("nothing is wider than the screen", overflow <= 0, overflow);
    const empty = await page.evaluate(() => Array.from(document.querySelectorAll("canvas")).filter((canvas) => {
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      return canvas.clientHeight < 20 || !data.some((byte) => byte !== 0) || !canvas.getAttribute("aria-label");
    }).map((canvas) => canvas.id));
    check("every picture is drawn and described", empty.length === 0, empty.join());
    if (pictures) await page.screenshot({ path: path.join(pictures, `${width}-${scheme}.png`), fullPage: true });
    await page.context().close();
  }
}

async function hostile(browser) {
  for (const fragment of ["#data=<script>alert(1)</script>&tau=NaN&k=1e999&hidden=9999&seed=1.5&step=-3&weights=x,1e9",
    "#method=__proto__&data=constructor&%00=%ff&step=99999999", "#" + "tau=".repeat(5000)]) {
    const page = await open(browser, address + fragment);
    check("a hostile URL gives the defaults", (await text(page, "command")).includes("--algorithm SANDMask") &&
      await page.isHidden("#problem") && page.faults.length === 0, page.faults.join("; "));
    await page.context().close();
  }
  for (const [missing, remove] of [["WebAssembly", () => { delete window.WebAssembly; }],
    ["DecompressionStream", () => { delete window.DecompressionStream; }]]) {
    const page = await open(browser, address, {}, remove);
    await page.waitForSelector("#problem:not([hidden])");
    check(`without ${missing} the page says so`, (await text(page, "problem")).includes("it has no " + missing));
    await page.context().close();
  }
}

async function main() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
  for (const part of [controls, runs, defaults, looks, hostile]) await part(browser);
  await browser.close();
  process.exit(failed ? 1 : 0);
}
main().catch((error) => { console.error(error); process.exit(1); });
