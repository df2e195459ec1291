// Runs the page's scripts without a page: node playground_run.js ENGINE.wasm PAGE_FOLDER REQUEST, where REQUEST
// is {"fragment", "steps", "weight"} or {"flags", "steps", "weight"} in JSON. Prints one JSON object.
"use strict";
const fs = require("fs");
const path = require("path");

const [engine, folder, text] = process.argv.slice(2);
const request = JSON.parse(text);
const scripts = ["engine.js", "settings.js"].map((name) => fs.readFileSync(path.join(folder, name), "utf8"));
const { Engine, fromFragment, toFragment, flagsOf, commandOf } = new Function(
  scripts.join("\n").replaceAll('"use strict";', "") +
  "\nreturn { Engine, fromFragment, toFragment, flagsOf, commandOf };")();

const answer = {};
let flags = request.flags;
if (!flags) {
  const { settings } = fromFragment(request.fragment, () => true);
  flags = flagsOf(settings);
  answer.command = commandOf(settings, request.steps);
  answer.fragment = toFragment(settings, 0, []);
}
Engine.compile(fs.readFileSync(engine)).then((module) => {
  try {
    const run = new Engine(module, flags);
    const start = process.cpuUsage().user;
    run.step(request.steps);
    answer.milliseconds = (process.cpuUsage().user - start) / 1000 / Math.max(request.steps, 1);
    answer.hash = run.hash(false);
    answer.about = run.about;
    answer.name = run.weightName(request.weight || 0);
    answer.explanation = run.explanation(request.weight || 0);
    answer.scores = [run.scores(true, 200), run.scores(false, 200)];
    answer.notes = run.notes;
  } catch (error) {
    answer.error = error.message;
  }
  console.log(JSON.stringify(answer));
});
