// What the platform keeps of its scripts: what they logged, and what each run cost.

export interface Logged {
  readonly atMs: number;
  readonly level: string;
  readonly script: string;
  readonly title: string;
  readonly details: string;
}

export interface Run {
  readonly serial: number;
  readonly script: string;
  readonly deployment: string;
  readonly entry: string;
  readonly context: string;
  readonly units: number;
}

const kept = 10_000;

export class Journal {
  readonly logged: Logged[] = [];
  readonly runs: Run[] = [];
  readonly #nowMs: () => number;
  #serial = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  write(level: string, script: string, entry: { readonly title: string; readonly details?: unknown }): void {
    push(this.logged, {
      atMs: this.#nowMs(),
      level,
      script,
      title: String(entry.title),
      details: textOf(entry.details),
    });
  }

  ran(run: Omit<Run, 'serial'>): void {
    push(this.runs, { serial: ++this.#serial, ...run });
  }
}

function textOf(details: unknown): string {
  if (details instanceof Error || (typeof details === 'object' && details !== null && 'message' in details)) {
    const { name, message, stack } = details as Error;
    return stack?.includes(message) ? stack : `${name}: ${message}`;
  }
  return typeof details === 'string' ? details : JSON.stringify(details ?? '');
}

/** The oldest half goes when there are too many. */
function push<Row>(rows: Row[], row: Row): void {
  rows.push(row);
  if (rows.length > kept * 2) rows.splice(0, kept);
}
