// One line of JSON per step. Never payloads, headers or secrets.

export function log(event: string, fields: Readonly<Record<string, string | number>>): void {
  console.log(JSON.stringify({ event, ...fields }));
}
