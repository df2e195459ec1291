// Pictures on canvases. Each function draws one picture from plain numbers.
"use strict";

// The colours of the style sheet; forgetColours() after a change of the scheme.
const COLOURS = {};
function colour(name) {
  if (!COLOURS[name]) COLOURS[name] = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return COLOURS[name];
}
function forgetColours() { for (const name of Object.keys(COLOURS)) delete COLOURS[name]; }

// [r, g, b] of "#rrggbb".
function channels(hex) { return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)); }

// A colour between two.
function mix(from, to, share) { return from.map((channel, i) => channel + (to[i] - channel) * share); }

// Clears a canvas and fits its pixels to its place on the page. The context's unit is a CSS pixel.
function clear(canvas, height) {
  const ratio = window.devicePixelRatio || 1, width = Math.max(canvas.clientWidth, 50);
  if (height) canvas.style.height = height + "px";
  const tall = height || canvas.clientHeight || width;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(tall * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(tall * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, tall);
  context.font = "12px system-ui, sans-serif";
  return { context, width, height: tall };
}

// A small picture of columns x rows colours, shade(i) -> [r, g, b].
function tiles(columns, rows, shade) {
  const small = document.createElement("canvas");
  small.width = columns;
  small.height = rows;
  const image = new ImageData(columns, rows);
  for (let i = 0, at = 0; i < columns * rows; ++i) {
    const rgb = shade(i);
    image.data[at++] = rgb[0];
    image.data[at++] = rgb[1];
    image.data[at++] = rgb[2];
    image.data[at++] = 255;
  }
  small.getContext("2d").putImageData(image, 0, 0);
  return small;
}

// Draws such a picture as rectangles that fill a place.
function raster(context, columns, rows, shade, left, top, width, height) {
  context.imageSmoothingEnabled = false;
  context.drawImage(tiles(columns, rows, shade), left, top, width, height);
}

// What a network predicts on the plane, from the top row, with dots [{x, y, label}]: class 1 is a square.
function drawSurface(canvas, probabilities, points, dots, range) {
  const { context, width, height } = clear(canvas);
  const none = channels(colour("--class0")), one = channels(colour("--class1")), paper = channels(colour("--paper"));
  raster(context, points, points, (i) => mix(paper, mix(none, one, probabilities[i]), 0.45), 0, 0, width, height);
  context.lineWidth = 1;
  context.strokeStyle = colour("--paper");
  for (const { x, y, label } of dots) {
    const u = (x / range + 1) * width / 2, v = (1 - y / range) * height / 2;
    context.fillStyle = colour(label ? "--class1" : "--class0");
    context.beginPath();
    if (label) context.rect(u - 2.5, v - 2.5, 5, 5);
    else context.arc(u, v, 2.8, 0, 7);
    context.fill();
    context.stroke();
  }
}

// Images [2, h, w] in two colours, eight in a row, each with a frame: solid if its class was predicted.
function drawImages(canvas, images, labels, predicted, edge) {
  const across = 8, count = labels.length, down = Math.ceil(count / across);
  const { context, width } = clear(canvas, Math.round(canvas.clientWidth * down / across));
  const cell = width / across, none = channels(colour("--class0")), one = channels(colour("--class1"));
  const paper = channels(colour("--paper"));
  for (let n = 0; n < count; ++n) {
    const left = (n % across) * cell, top = Math.floor(n / across) * cell, at = n * 2 * edge * edge;
    raster(context, edge, edge, (i) => mix(mix(paper, none, images[at + i]), one, images[at + edge * edge + i]),
      left + 3, top + 3, cell - 6, cell - 6);
    const right = predicted[n] === labels[n];
    context.strokeStyle = colour(right ? "--ink" : "--bad");
    context.lineWidth = right ? 1 : 3;
    context.setLineDash(right ? [] : [4, 3]);
    context.strokeRect(left + 1.5, top + 1.5, cell - 3, cell - 3);
  }
  context.setLineDash([]);
}

// A number in 0 .. 1 for each weight of a tensor: rows are outputs. `chosen`: numbers of weights in the tensor.
function drawHeatMap(canvas, values, rows, columns, chosen) {
  const cell = Math.max(canvas.clientWidth, 50) / columns;
  const { context, width, height } = clear(canvas, Math.round(Math.min(Math.max(rows * cell, 24), 360)));
  const low = channels(colour("--low")), high = channels(colour("--high"));
  raster(context, columns, rows, (i) => mix(low, high, values[i]), 0, 0, width, height);
  const wide = width / columns, tall = height / rows;
  for (const weight of chosen) {
    const left = (weight % columns) * wide, top = Math.floor(weight / columns) * tall;
    context.lineWidth = 4;
    context.strokeStyle = colour("--paper");
    context.strokeRect(left - 1, top - 1, wide + 2, tall + 2);
    context.lineWidth = 2;
    context.strokeStyle = colour("--mark");
    context.strokeRect(left - 1, top - 1, wide + 2, tall + 2);
  }
}

// The mask that a method gives to agreement s and variance v (for SANDMaskSNR: v = var / gbar^2).
const MASKS = {
  ANDMask: (s, v, tau) => (s >= tau ? 1 : 0),
  GeometricMean: (s, v, tau) => (s >= tau ? 1 : 0),
  SANDMask: (s, v, tau, k) => Math.max(0, Math.tanh(k * (s - tau) / v)),
  SANDMaskSNR: (s, v, tau, k) => Math.max(0, Math.tanh(k * (s - tau) / v)),
};

// The region that a mask lets pass, kept until something of it changes.
const REGION = { columns: 90, rows: 60, key: "", picture: null };
function regionOf(method, tau, k, low, high) {
  const { columns, rows } = REGION, paper = channels(colour("--paper")), pass = channels(colour("--high"));
  const key = [method, tau, k, low, high, paper].join();
  if (REGION.key === key) return REGION.picture;
  REGION.key = key;
  REGION.picture = tiles(columns, rows, (i) => {
    const v = 10 ** (low + (high - low) * (i % columns + 0.5) / columns);
    return mix(paper, pass, 0.4 * MASKS[method](1 - (Math.floor(i / columns) + 0.5) / rows, v, tau, k));
  });
  return REGION.picture;
}

// Agreement against variance. `points`: {s, v} and `open`, the mask, a number for each weight.
function drawScatter(canvas, points, open, chosen, method, tau, k) {
  const { context, width, height } = clear(canvas);
  const left = 34, bottom = 34, plotWidth = width - left - 8, plotHeight = height - bottom - 8;
  const finite = Array.from(points.v).filter((v) => v > 0 && v < Infinity).sort((a, b) => a - b);
  const at = (share) => finite.length ? Math.log10(finite[Math.floor(share * (finite.length - 1))]) : 0;
  const low = Math.floor(at(0.01)) - 1, high = Math.max(Math.ceil(at(1)), low + 2);
  const x = (v) => left + plotWidth * Math.min(Math.max((Math.log10(Math.max(v, 1e-45)) - low) / (high - low), 0), 1);
  const y = (s) => 8 + plotHeight * (1 - s);
  const mask = MASKS[method];
  context.imageSmoothingEnabled = false;
  if (mask) context.drawImage(regionOf(method, tau, k, low, high), left, 8, plotWidth, plotHeight);
  context.strokeStyle = context.fillStyle = colour("--ink");
  context.lineWidth = 1;
  context.strokeRect(left, 8, plotWidth, plotHeight);
  if (mask) {
    context.setLineDash([5, 4]);
    context.beginPath();
    context.moveTo(left, y(tau));
    context.lineTo(left + plotWidth, y(tau));
    context.stroke();
    context.setLineDash([]);
  }
  for (let exponent = low; exponent <= high; exponent += Math.ceil((high - low) / 5))
    context.fillText("1e" + exponent, Math.min(x(10 ** exponent) - 8, width - 34), height - 18);
  for (const s of [0, 0.5, 1]) context.fillText(String(s), 8, y(s) + 4);
  const step = Math.max(1, Math.floor(points.s.length / 3000));
  const dot = (j, size) => context.fillRect(x(points.v[j]) - size / 2, y(points.s[j]) - size / 2, size, size);
  for (let j = 0; j < points.s.length; j += step) {
    context.fillStyle = colour(open[j] > 0 ? "--open" : "--closed");
    dot(j, 3);
  }
  context.fillStyle = colour("--mark");
  for (const j of chosen) dot(j, 9);
}

// The gradient of each domain on some weights, as arrows from the middle, and the direction below them.
function drawArrows(canvas, weights, names) {
  const row = 13, block = (names.length + 1) * row + 26;
  const { context, width } = clear(canvas, Math.max(weights.length * block, 40));
  const middle = width / 2 + 20, reach = width / 2 - 36;
  weights.forEach(({ name, gradients, direction }, n) => {
    const top = n * block, most = Math.max(...gradients.map(Math.abs), Math.abs(direction), 1e-45);
    context.fillStyle = colour("--ink");
    context.fillText(`${name}, largest ${most.toExponential(1)}`, 2, top + 12);
    context.strokeStyle = colour("--line");
    context.lineWidth = 1;
    context.strokeRect(middle - 0.5, top + 18, 1, (names.length + 1) * row);
    [...gradients, direction].forEach((number, e) => {
      const y = top + 25 + e * row, last = e === gradients.length;
      context.fillStyle = context.strokeStyle = colour(last ? "--mark" : number > 0 ? "--class1" : "--class0");
      arrow(context, middle, y, middle + reach * number / most, last ? 3 : 2);
      context.fillStyle = colour("--ink");
      context.fillText(last ? "direction" : names[e], 2, y + 4);
    });
  });
}

function arrow(context, from, y, to, thick) {
  const head = Math.sign(to - from) * Math.min(6, Math.abs(to - from));
  context.lineWidth = thick;
  context.beginPath();
  context.moveTo(from, y);
  context.lineTo(to - head, y);
  context.stroke();
  context.beginPath();
  context.moveTo(to, y);
  context.lineTo(to - head, y - 4);
  context.lineTo(to - head, y + 4);
  context.fill();
}
