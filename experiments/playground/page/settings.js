// The settings: from the controls, to the URL and back, and as the flags of `sandgrad train`.
"use strict";

const METHODS = {
  ERM: { name: "mean (ERM)", hparams: [] },
  ANDMask: { name: "AND-mask", hparams: ["tau"] },
  GeometricMean: { name: "geometric mean", hparams: ["tau"] },
  SANDMask: { name: "SAND-mask", hparams: ["tau", "k"] },
  SANDMaskSNR: { name: "SAND-mask, signal to noise", hparams: ["tau", "k"] },
  PCGrad: { name: "PCGrad", hparams: [] },
  UPGrad: { name: "UPGrad", hparams: [] },
};

// `training`: the largest number of training domains, whose numbers begin at `first`; `test`: the test domain.
const DATA = {
  Spirals: { name: "two spirals, a shortcut in each domain", training: 16, first: 1, test: 0 },
  ToyLine: { name: "a line, the shortcut on one input", training: 8, first: 1, test: 0 },
  ToyLineRotated: { name: "the same, turned by 45 degrees", training: 8, first: 1, test: 0 },
  "ColoredMNIST-14": { name: "coloured digits, 14 x 14", training: 2, first: 0, test: 2 },
};

const DEFAULTS = {
  data: "Spirals", domains: "16", signature: "16", turns: "1", hidden: "16-16", activation: "leaky_relu",
  batch: "32", method: "SANDMask", tau: "0.7", k: "1", lr: "-2", seed: "0",
};

// Three digits of 10^exponent: the sliders of k and of the learning rate are logarithmic.
function powerOfTen(exponent) { return Number((10 ** Number(exponent)).toPrecision(3)); }

// The settings in a fragment "#data=Spirals&tau=0.9". Unknown names and values that a control refuses are left out.
function fromFragment(fragment, accepts) {
  const settings = { ...DEFAULTS };
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  for (const [name, value] of given)
    if (Object.hasOwn(DEFAULTS, name) && accepts(name, value)) settings[name] = value;
  const whole = (name, most) => {
    const number = Number(given.get(name) || 0);
    return Number.isInteger(number) && number >= 0 && number <= most ? number : 0;
  };
  settings.domains = String(Math.min(Number(settings.domains), DATA[settings.data].training));
  return { settings, steps: whole("step", 20000), weights: (given.get("weights") || "").split(",")
    .filter((word) => /^[0-9]{1,7}$/.test(word)).map(Number).slice(0, 4) };
}

function toFragment(settings, steps, weights) {
  const given = new URLSearchParams();
  for (const name of Object.keys(DEFAULTS)) if (settings[name] !== DEFAULTS[name]) given.set(name, settings[name]);
  if (steps > 0) given.set("step", String(steps));
  if (weights.length > 0) given.set("weights", weights.join(","));
  return "#" + given.toString();
}

function hparamsOf(settings) {
  const hparams = { lr: powerOfTen(settings.lr), batch_size: Number(settings.batch) };
  for (const name of METHODS[settings.method].hparams)
    hparams[name] = name === "k" ? powerOfTen(settings.k) : Number(settings.tau);
  return hparams;
}

// The flags of the run, one word each.
function flagsOf(settings) {
  const data = DATA[settings.data];
  const words = ["--dataset", settings.data];
  if (settings.data === "Spirals") words.push("--signature", settings.signature, "--turns", settings.turns);
  if (settings.data === "ColoredMNIST-14") words.push("--digits", "generated", "--digit-count", "3000");
  words.push("--protocol", "domainbed", "--test-envs", String(data.test));
  for (let domain = Number(settings.domains); domain < data.training; ++domain)
    words.push(String(data.first + domain));
  words.push("--model", `mlp:${settings.hidden},${settings.activation}`, "--algorithm", settings.method,
    "--hparams", JSON.stringify(hparamsOf(settings)), "--trial-seed", settings.seed, "--seed", settings.seed);
  return words;
}

// The command that repeats the first `steps` updates.
function commandOf(settings, steps) {
  const words = [...flagsOf(settings), "--steps", String(Math.max(steps, 1))];
  return ["sandgrad", "train", ...words.map((word) => /^[\w.,:=+-]+$/.test(word) ? word : `'${word}'`)].join(" ");
}
