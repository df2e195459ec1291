// The engine: WebAssembly behind numbers and text. An error ends its instance; a new run makes a new one.
"use strict";

class Engine {
  // Compiled code, shared by all runs. Throws where a browser cannot compile it.
  static async compile(bytes) {
    return WebAssembly.compile(bytes);
  }

  // Starts a run. `words` are the flags of `sandgrad train`. Throws an Error with the engine's message.
  constructor(module, words) {
    const nothing = 52;  // ENOSYS: the page has no files, clocks or arguments
    const system = {
      environ_get: () => 0,
      environ_sizes_get: (count, size) => {
        this.view().setUint32(count, 0, true);
        this.view().setUint32(size, 0, true);
        return 0;
      },
      fd_write: (file, parts, count, written) => this.note(parts, count, written),
      proc_exit: () => { throw new Error("the engine ended"); },
    };
    const imports = {
      wasi_snapshot_preview1: new Proxy(system, { get: (known, name) => known[name] || (() => nothing) }),
      sandgrad: { thrown: (at) => { throw new Error(this.text(at)); } },
    };
    this.notes = "";
    this.call = new WebAssembly.Instance(module, imports).exports;
    this.call._initialize();
    const text = new TextEncoder().encode(words.join("\n") + "\0");
    const at = this.call.sandgrad_allocate(text.length);
    new Uint8Array(this.call.memory.buffer).set(text, at);
    this.run = this.call.sandgrad_new(at);
    this.call.sandgrad_free(at);
    this.about = JSON.parse(this.text(this.call.sandgrad_description(this.run)));
    this.weights = this.about.weights;
    this.training = this.about.domains.filter((domain) => domain.training);
  }

  view() { return new DataView(this.call.memory.buffer); }

  text(at) {
    const bytes = new Uint8Array(this.call.memory.buffer);
    return new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));
  }

  // What the engine prints: notes on settings.
  note(parts, count, written) {
    let bytes = 0;
    for (let i = 0; i < count; ++i) {
      const at = this.view().getUint32(parts + 8 * i, true), size = this.view().getUint32(parts + 8 * i + 4, true);
      this.notes += new TextDecoder().decode(new Uint8Array(this.call.memory.buffer, at, size).slice());
      bytes += size;
    }
    this.view().setUint32(written, bytes, true);
    return 0;
  }

  // A copy of `count` numbers of the engine.
  numbers(Type, at, count) { return new Type(this.call.memory.buffer, at, count).slice(); }

  step(updates) { this.call.sandgrad_step(this.run, updates); }
  get steps() { return this.call.sandgrad_steps(this.run); }
  hash(erm) { return this.text(this.call.sandgrad_hash(this.run, erm ? 1 : 0)); }
  weightName(column) { return this.text(this.call.sandgrad_weight_name(this.run, column)); }
  explanation(column) { return this.text(this.call.sandgrad_explanation(this.run, column)); }

  // Of the last update: a row for each training domain.
  gradients() {
    const all = this.numbers(Float32Array, this.call.sandgrad_gradients(this.run), this.training.length * this.weights);
    return this.training.map((domain, row) => all.subarray(row * this.weights, (row + 1) * this.weights));
  }
  direction() { return this.numbers(Float32Array, this.call.sandgrad_direction(this.run), this.weights); }
  agreement() {
    const all = this.numbers(Float32Array, this.call.sandgrad_agreement(this.run), 3 * this.weights);
    const part = (i) => all.subarray(i * this.weights, (i + 1) * this.weights);
    return { s: part(0), mean: part(1), variance: part(2) };
  }
  mask(tau, k) { return this.numbers(Float32Array, this.call.sandgrad_mask(this.run, tau, k), this.weights); }

  scores(erm, examples) {
    const at = this.call.sandgrad_scores(this.run, erm ? 1 : 0, examples);
    const [loss, training, test] = this.numbers(Float64Array, at, 3);
    return { loss, training, test };
  }
  surface(erm, points, tries) {
    const at = this.call.sandgrad_surface(this.run, erm ? 1 : 0, points, tries);
    return this.numbers(Float32Array, at, points * points);
  }
  examples(domain, count) {
    const size = this.about.example.reduce((product, edge) => product * edge, 1);
    return this.numbers(Float32Array, this.call.sandgrad_examples(this.run, domain, count), count * size);
  }
  labels(domain, count) {
    return this.numbers(Int32Array, this.call.sandgrad_labels(this.run, domain, count), count);
  }
  predictions(erm, domain, count) {
    return this.numbers(Int32Array, this.call.sandgrad_predictions(this.run, erm ? 1 : 0, domain, count), count);
  }
}
