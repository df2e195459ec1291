// The page: runs updates between frames and draws the numbers of the last one.
"use strict";

const POINTS = 40, TRIES = 2, DOTS = 24, SCORED = 64, IMAGES = 24, MOST_CHOSEN = 4;
const part = (id) => document.getElementById(id);

class Page {
  constructor(module) {
    this.module = module;
    this.form = part("settings");
    this.running = false;
    this.goal = 0;       // catches up to this step
    this.chosen = [];    // weights, the last one is explained
    this.frames = { since: 0, count: 0, updates: 0 };
    this.surfaceAt = 0;  // time of the last surface
    this.turn = false;   // whose surface is next
    for (const [name, { name: text }] of Object.entries(DATA)) this.form.data.add(new Option(text, name));
    for (const [name, { name: text }] of Object.entries(METHODS)) this.form.method.add(new Option(text, name));
    this.connect();
    this.load();
    part("all").hidden = false;
    this.draw(true);
    requestAnimationFrame((now) => this.frame(now));
  }

  connect() {
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", (event) => this.preview(event.target.name));
    this.form.addEventListener("change", (event) => this.change(event.target.name));
    part("run").addEventListener("click", () => this.setRunning(!this.running));
    part("step").addEventListener("click", () => { this.setRunning(false); this.advance(1); this.draw(true); });
    part("restart").addEventListener("click", () => this.restart(0));
    part("copy-command").addEventListener("click", () => copy(part("command").textContent, "command"));
    part("copy-link").addEventListener("click", () => {
      this.remember();
      copy(location.href, "link");
    });
    for (const id of ["slot", "shows"]) part(id).addEventListener("change", () => this.draw(true));
    part("map").addEventListener("click", (event) => this.chooseAt(event));
    part("choose").addEventListener("click", () => this.chooseTyped());
    window.addEventListener("hashchange", () => { if (location.hash !== this.remembered) this.load(); });
    window.addEventListener("resize", () => this.draw(true));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      forgetColours();
      this.draw(true);
    });
  }

  // Takes the settings of the URL and catches up to its step.
  load() {
    const accepts = (name, value) => {
      const control = this.form[name];
      if (control.tagName === "SELECT") return Array.from(control.options).some((option) => option.value === value);
      const number = Number(value);
      return value.trim() !== "" && number >= Number(control.min) && number <= Number(control.max) &&
        (name !== "seed" || Number.isInteger(number));
    };
    const { settings, steps, weights } = fromFragment(location.hash, accepts);
    for (const [name, value] of Object.entries(settings)) this.form[name].value = value;
    this.chosen = weights;
    this.restart(steps);
  }

  settings() {
    return Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, this.form[name].value]));
  }

  // Begins again, and catches up to a step.
  restart(steps) {
    const data = DATA[this.form.data.value];
    this.form.domains.max = String(data.training);
    for (const name of ["signature", "turns"]) this.form[name].disabled = this.form.data.value !== "Spirals";
    this.form.domains.disabled = data.training === 2;
    if (data.training === 2) this.form.domains.value = "2";
    for (const name of ["tau", "k"])
      this.form[name].disabled = !METHODS[this.form.method.value].hparams.includes(name);
    this.showValues();
    this.used = this.settings();  // of the run; a control may show others while it moves or is refused
    try {
      this.engine = new Engine(this.module, flagsOf(this.used));
    } catch (error) {
      this.fail(error);
      return;
    }
    part("problem").hidden = true;
    this.surfaces = {};
    this.goal = steps;
    this.chosen = this.chosen.filter((weight) => weight < this.engine.weights);
    this.prepareViews();
    this.draw(true);
  }

  fail(error) {
    this.running = false;
    this.engine = null;
    part("problem").textContent = "The engine stopped: " + error.message +
      (error instanceof WebAssembly.RuntimeError ? "\nThere may not be enough memory." : "") +
      "\nChange a setting, or press Restart.";
    part("problem").hidden = false;
    part("run").textContent = "Run";
  }

  change(name) {
    if (!this.form.reportValidity()) return;
    const same = ["tau", "k", "lr", "method"].includes(name) && this.engine;
    this.restart(same ? Math.max(this.goal, this.engine.steps) : 0);
    part("status").textContent = "Settings changed: the run began again" +
      (this.goal > 0 ? ` and catches up to step ${this.goal}.` : ".");
    this.remember();
  }

  // While a slider moves: the mask of the same gradients with its tau and k.
  preview(name) {
    this.showValues();
    if ((name === "tau" || name === "k") && this.engine) this.attempt(() => this.drawMask());
  }

  showValues() {
    for (const name of ["domains", "signature", "turns", "tau"]) part("show-" + name).textContent = this.form[name].value;
    for (const name of ["k", "lr"]) part("show-" + name).textContent = String(powerOfTen(this.form[name].value));
  }

  setRunning(running) {
    this.running = running && this.engine !== null;
    this.goal = 0;
    part("run").textContent = this.running ? "Pause" : "Run";
    if (!this.running) {
      this.remember();
      this.draw(true);
      part("status").textContent = this.engine ? `Paused at step ${this.engine.steps}. ${this.summary()}` : "";
    }
  }

  // Keeps settings, step and weights in the URL.
  remember() {
    const fragment = toFragment(this.used, this.engine ? this.engine.steps : 0, this.chosen);
    this.remembered = fragment === "#" ? "" : fragment;
    try {
      history.replaceState(null, "", fragment);
    } catch (error) {  // some browsers refuse this for files
      location.hash = fragment;
    }
  }

  attempt(work) {
    if (!this.engine) return;
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }

  advance(updates) { this.attempt(() => this.engine.step(updates)); }

  frame(now) {
    const behind = this.engine && this.engine.steps < this.goal;
    if (this.running || behind) {
      const end = performance.now() + (behind ? 24 : 9);
      do {
        this.advance(1);
        ++this.frames.updates;
      } while (this.engine && performance.now() < end && (this.running || this.engine.steps < this.goal));
      this.draw(behind && this.engine && this.engine.steps >= this.goal);
    }
    ++this.frames.count;
    if (now - this.frames.since > 1000) {
      const seconds = (now - this.frames.since) / 1000;
      this.rate = this.frames.count / seconds;
      part("speed").textContent = `${Math.round(this.rate)} frames, ${Math.round(this.frames.updates / seconds)} updates a second`;
      this.frames = { since: now, count: 0, updates: 0 };
    }
    requestAnimationFrame((next) => this.frame(next));
  }
}

// Puts a text on the clipboard, and says so.
async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  part("status").textContent = `Copied the ${what}.`;
}

async function start() {
  const problem = (text) => { part("problem").textContent = text; part("problem").hidden = false; };
  if (typeof WebAssembly !== "object" || typeof DecompressionStream !== "function") {
    problem("This browser cannot run the playground: it has no " +
      (typeof WebAssembly === "object" ? "DecompressionStream." : "WebAssembly.") +
      " Firefox 113, Chrome 80, Safari 16.4 and later have both.");
    return;
  }
  try {
    const packed = Uint8Array.from(atob(ENGINE), (letter) => letter.charCodeAt(0));
    const bytes = new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
    window.playground = new Page(await Engine.compile(await bytes.arrayBuffer()));
  } catch (error) {
    problem("The playground could not start: " + error.message);
  }
}
