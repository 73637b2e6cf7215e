// What is signed between our packages and the hub, and how it is written. The HMAC itself is handed in by each host:
// HMAC-SHA256, key and input as UTF-8. Every signer and checker must agree on the cases of signature-vectors.json.

export const signatureHeader = 'Tieout-Signature';
export const timestampHeader = 'Tieout-Timestamp';

/** Two keys are alive while one rotates; more is somebody trying their luck. */
const signaturesMax = 8;
const headerLengthMax = 1000;

/** The raw body as it travels, never parsed and written again: two spellings of one JSON value have two signatures. */
export function signingInput(timestampSeconds: number | string, rawBody: string): string {
  return `${timestampSeconds}.${rawBody}`;
}

/** One signature per live key, in any order. */
export function formatSignature(hexes: readonly string[]): string {
  return hexes.map((hex) => `v1=${hex.toLowerCase()}`).join(',');
}

/** The version 1 signatures of a header, in lower case. All else is passed over, so that later schemes can join. */
export function parseSignature(header: string): string[] {
  if (header.length > headerLengthMax) return [];
  const hexes: string[] = [];
  for (const part of header.split(',')) {
    const hex = /^v1=([0-9a-f]{64})$/i.exec(part.trim())?.[1];
    if (hex !== undefined && hexes.length < signaturesMax) hexes.push(hex.toLowerCase());
  }
  return hexes;
}

/** Whether a timestamp header lies within the window before or after now; clocks may be off either way. */
export function isFresh(timestampText: string, nowMs: number, windowMs = 300_000): boolean {
  if (!/^\d{1,12}$/.test(timestampText)) return false;
  return Math.abs(nowMs - Number(timestampText) * 1000) <= windowMs;
}
