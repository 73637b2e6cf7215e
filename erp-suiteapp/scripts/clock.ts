// The only place of the package that reads the clock.

export function nowMs(): number {
  return Date.now();
}

/** As the outbox and the settings row keep instants: ISO 8601 in UTC, the same in every zone. */
export function nowText(): string {
  return new Date(nowMs()).toISOString();
}
