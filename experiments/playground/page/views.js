// The views of the page: which numbers each picture shows, and its text for readers who do not see it.
"use strict";

const percent = (share) => (Number.isFinite(share) ? (100 * share).toFixed(0) + " %" : "-");

Object.assign(Page.prototype, {
  // What stays the same during a run: the tensors, dots or images.
  prepareViews() {
    const { about } = this.engine;
    const kept = part("slot").value;
    part("slot").replaceChildren(...about.slots.filter((slot) => slot.shape.length === 2)
      .map((slot) => new Option(`${slot.name}, ${slot.shape.join(" x ")}`, slot.name)));
    if (about.slots.some((slot) => slot.name === kept)) part("slot").value = kept;
    part("of-method").textContent = METHODS[this.form.method.value].name.replace(/^./, (first) => first.toUpperCase());
    part("status").textContent = about.note;
    this.test = about.domains.find((domain) => domain.test);
    if (about.has_plane) {
      const size = about.example[0], count = DOTS, domain = this.engine.training[0].number;
      this.dots = this.engine.training.flatMap(({ number }) => {
        const inputs = this.engine.examples(number, count), labels = this.engine.labels(number, count);
        return Array.from(labels, (label, i) => ({ x: inputs[i * size], y: inputs[i * size + 1], label }));
      }).filter((dot, i, all) => all.length <= 400 || i % Math.ceil(all.length / 400) === 0);
    } else {
      this.images = this.engine.examples(this.test.number, IMAGES);
      this.imageLabels = this.engine.labels(this.test.number, IMAGES);
    }
    for (const id of ["surface-erm", "surface-method"]) part(id).className = about.has_plane ? "square" : "";
  },

  // Draws everything; surfaces and derivations, which take longer, now and then or if `all`.
  draw(all) {
    this.attempt(() => {
      part("steps").textContent = String(this.engine.steps);
      part("hash").textContent = this.engine.hash(false);
      const now = performance.now();
      if (all || now - this.surfaceAt > 250) {
        this.surfaceAt = now;
        this.turn = !this.turn;
        for (const erm of all ? [true, false] : [this.turn]) this.drawDecisions(erm);
      }
      if (this.engine.steps > 0) {
        this.agreement = this.engine.agreement();
        this.drawMask();
        this.drawGradients();
      }
      part("command").textContent = commandOf(this.used, this.engine.steps);
      if (all && !this.running && this.engine.steps >= this.goal) this.explain();
    });
  },

  drawDecisions(erm) {
    const name = erm ? "erm" : "method", canvas = part("surface-" + name), { about } = this.engine;
    const scores = this.engine.scores(erm, SCORED);
    this.scores = { ...this.scores, [name]: scores };
    part("scores-" + name).textContent = `training ${percent(scores.training)} right, loss ` +
      `${scores.loss.toPrecision(3)}; test ${percent(scores.test)} right`;
    if (about.has_plane) {
      drawSurface(canvas, this.engine.surface(erm, POINTS, TRIES), POINTS, this.dots, about.plane_range);
      canvas.setAttribute("aria-label", `Which class the network predicts on the plane of the first two inputs. ` +
        `Dots are training examples. ${part("scores-" + name).textContent}.`);
    } else {
      const predicted = this.engine.predictions(erm, this.test.number, IMAGES);
      drawImages(canvas, this.images, this.imageLabels, predicted, about.example[1]);
      const right = predicted.filter((label, i) => label === this.imageLabels[i]).length;
      canvas.setAttribute("aria-label", `${IMAGES} test digits; ${right} are right, the others have a thick dashed ` +
        `frame. ${part("scores-" + name).textContent}.`);
    }
  },

  slot() { return this.engine.about.slots.find((slot) => slot.name === part("slot").value); },

  // Heat map and scatter, for tau and k as the sliders show them.
  drawMask() {
    if (this.engine.steps === 0) return;
    const { about } = this.engine, method = this.form.method.value;
    const tau = Number(this.form.tau.value), k = powerOfTen(this.form.k.value);
    const mask = this.engine.mask(tau, k), { s, mean, variance } = this.agreement;
    const slot = this.slot(), [rows, columns] = slot.shape;
    const own = (numbers) => numbers.subarray(slot.offset, slot.offset + rows * columns);
    const shown = own(part("shows").value === "mask" && about.has_mask ? mask : s);
    const inSlot = this.chosen.map((weight) => weight - slot.offset).filter((at) => at >= 0 && at < rows * columns);
    drawHeatMap(part("map"), shown, rows, columns, inSlot);
    const open = own(mask).filter((m) => m > 0).length, full = own(mask).filter((m) => m >= 0.99).length;
    part("map-text").textContent = about.has_mask
      ? `${open} of ${rows * columns} weights open, ${full} of them fully (m >= 0.99). Rows are outputs.`
      : `${METHODS[method].name} has no mask: the map shows the agreement s. Rows are outputs.`;
    part("map").setAttribute("aria-label", `Heat map of ${slot.name}, dark 0, yellow 1. ${part("map-text").textContent}`);
    part("row").max = String(rows - 1);
    part("column").max = String(columns - 1);
    const x = method === "SANDMaskSNR" ? variance.map((v, j) => v / (mean[j] * mean[j])) : variance;
    drawScatter(part("scatter"), { s, v: x }, mask, this.chosen, method, tau, k);
    const passing = mask.filter((m) => m > 0).length;
    part("scatter-text").textContent = `Up: agreement s. Right: ${method === "SANDMaskSNR" ? "variance / mean squared"
      : "variance of the gradients"}, logarithmic. ` + (about.has_mask
        ? `Yellow: where the mask passes; dashed: s = tau. ${passing} of ${about.weights} weights pass.`
        : `${METHODS[method].name} has no mask, so there is no region.`);
    part("scatter").setAttribute("aria-label", "Scatter of all weights. " + part("scatter-text").textContent);
  },

  drawGradients() {
    const canvas = part("arrows"), rows = this.engine.gradients(), direction = this.engine.direction();
    const names = this.engine.training.map((domain) => domain.name);
    if (this.chosen.length === 0) this.chosen = [this.firstChoice(direction)];
    const weights = this.chosen.map((weight) => ({ name: this.engine.weightName(weight),
      gradients: rows.map((row) => row[weight]), direction: direction[weight] }));
    drawArrows(canvas, weights, names);
    canvas.setAttribute("aria-label", "An arrow for the gradient of each domain. " + weights.map((weight) =>
      `${weight.name}: ${weight.gradients.filter((g) => g > 0).length} of ${names.length} domains are above 0`).join("; "));
    if (this.running) return;
    const cells = (tag, words) => words.map((word) => Object.assign(document.createElement(tag), { textContent: word }));
    const line = (tag, words) => {
      const row = document.createElement("tr");
      row.append(...cells(tag, words));
      return row;
    };
    part("arrow-table").replaceChildren(line("th", ["domain", ...weights.map((weight) => weight.name)]),
      ...names.map((name, e) => line("td", [name, ...weights.map((weight) => weight.gradients[e].toPrecision(4))])),
      line("td", ["direction", ...weights.map((weight) => weight.direction.toPrecision(4))]));
  },

  // The weight that the first update moves most.
  firstChoice(direction) {
    return direction.reduce((best, number, j) => (Math.abs(number) > Math.abs(direction[best]) ? j : best), 0);
  },

  choose(weight) {
    this.chosen = [...this.chosen.filter((other) => other !== weight), weight].slice(-MOST_CHOSEN);
    this.draw(true);
    this.remember();
  },

  chooseAt(event) {
    if (!this.engine) return;
    const box = part("map").getBoundingClientRect(), { offset, shape: [rows, columns] } = this.slot();
    const at = (share, count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    this.choose(offset + at((event.clientY - box.top) / box.height, rows) * columns +
      at((event.clientX - box.left) / box.width, columns));
  },

  chooseTyped() {
    if (!this.engine) return;
    const { offset, shape: [rows, columns] } = this.slot();
    const row = Number(part("row").value), column = Number(part("column").value);
    const fits = Number.isInteger(row) && Number.isInteger(column) && row >= 0 && row < rows && column >= 0 && column < columns;
    if (fits) this.choose(offset + row * columns + column);
    else part("status").textContent = `Choose an output from 0 to ${rows - 1} and an input from 0 to ${columns - 1}.`;
  },

  explain() {
    const weight = this.chosen[this.chosen.length - 1];
    part("explanation").textContent = this.engine.steps === 0 || weight === undefined
      ? "No update yet: press Step or Run." : this.engine.explanation(weight);
  },

  summary() {
    const { method, erm } = this.scores;
    return `Test: ERM ${percent(erm.test)}, ${METHODS[this.form.method.value].name} ${percent(method.test)} right.`;
  },
});
