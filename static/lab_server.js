/** One server of the lab, as the page knows it: which mode it runs in, and what it tells of its work. */
import { browserView, planOf, rowsOf, ServerLog } from "./lab_run.js";

/** How long the server's last events are waited for. */
const EVENTS_MS = 3_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Listens to a server, and asks it for what a run is made of. */
export class LabServer {
  /** Where it is; empty for the server of the page. */
  origin;
  /** Its mode; `undefined` while it has not told. */
  mode;
  /** Whether it serves one connection after the other, so that a stream would keep everybody else out. */
  isInTurn = false;
  /** Whether it tells of its work. */
  isWatched = false;
  /** Ports of the same lab in other modes. */
  ports = [];
  #onChange;
  #source;
  #greeting;
  #next = 1;
  #log = new ServerLog();

  /** `onChange` is called when the server stops, or is another one than before. */
  constructor(origin, onChange) {
    this.origin = origin;
    this.#onChange = onChange;
  }

  /** Asks the server who it is, unless it is listened to: it may have been started anew in another mode meanwhile. */
  async greet() {
    if (this.#source?.readyState === EventSource.OPEN) return;
    this.#greeting ??= this.#listen().finally(() => this.#greeting = undefined);
    await this.#greeting;
  }

  /** Listens no more: each stream is one of the browser's six connections, also to pages that nobody looks at. */
  leave() {
    if (this.#greeting === undefined) this.#source?.close();
  }

  /** Asks for everything of a run at once, and puts together what the browser and the server saw of it. */
  async run(asked, startMs) {
    const plan = planOf(asked, Math.random().toString(36).slice(2, 8));
    const targets = plan.map(({ target }) => target), { mode } = this;
    this.#log = new ServerLog();
    await Promise.all(targets.map((target) => this.ask(target)));
    const timings = await this.#timingsOf(targets);
    await this.#hear(targets);
    if (this.mode !== mode) throw new Error("Another server has answered");
    const rows = rowsOf(plan, timings.map((timing) => browserView(timing, startMs)), this.#log);
    return { mode, isInTurn: this.isInTurn, isWatched: this.isWatched, lostCount: this.#log.lostCount, rows };
  }

  /** Asks for one page, past every cache. */
  async ask(target) {
    const response = await fetch(this.origin + target, { cache: "no-store" });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${target}: ${response.status}`);
  }

  /** The browser writes a request's times down a moment after its answer. */
  async #timingsOf(targets) {
    const names = targets.map((target) => new URL(this.origin + target, location.href).href);
    for (;;) {
      const byName = new Map(performance.getEntriesByType("resource").map((entry) => [entry.name, entry]));
      const timings = names.map((name) => byName.get(name));
      if (timings.every((timing) => timing !== undefined)) return timings;
      await pause(20);
    }
  }

  /** Waits until the server has told of all requests, in whichever way it tells. */
  async #hear(targets) {
    if (!this.isWatched) return;
    if (this.isInTurn) return await this.#listen(this.#next);
    const endMs = performance.now() + EVENTS_MS;
    while (!this.#log.has(targets) && performance.now() < endMs) await pause(20);
  }

  /** Opens the stream; resolves when the server has said hello and, if that is all it will say, goodbye. */
  #listen(from) {
    this.#source?.close();
    const query = from === undefined ? "" : `?from=${from}`;
    const source = this.#source = new EventSource(`${this.origin}/lab/events${query}`);
    return new Promise((resolve, reject) => {
      let isGreeted = false;
      source.addEventListener("hello", ({ data }) => {
        isGreeted = true;
        this.#take(JSON.parse(data));
        if (this.isWatched && !this.isInTurn) resolve();
      });
      for (const name of ["accepted", "asked", "answered", "sent", "closed", "lost"]) {
        source.addEventListener(name, ({ data }) => this.#log.take(name, JSON.parse(data)));
      }
      source.addEventListener("end", ({ data }) => {
        const { reason, next } = JSON.parse(data);
        if (reason === "long") return; // the browser comes back for the rest
        source.close();
        this.#next = next;
        if (reason === "stop") this.#change(undefined);
        resolve();
      });
      source.onerror = () => {
        // The browser itself comes back to a stream that broke off; where there was none it need not.
        if (isGreeted) return;
        source.close();
        this.#change(undefined);
        reject(new Error("Nobody says hello"));
      };
    });
  }

  #take({ mode, isInTurn, isWatched, ports, next }) {
    Object.assign(this, { isInTurn, ports });
    this.#next = next;
    this.#change(mode, isWatched);
  }

  #change(mode, isWatched = false) {
    if (mode === this.mode && isWatched === this.isWatched) return;
    Object.assign(this, { mode, isWatched });
    this.#onChange();
  }
}
