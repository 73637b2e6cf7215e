// Proves offline that an exported audit is whole: `node docs/verify-audit.mjs <file> [--key <public key>]`.
// An export of everything will do as well. Needs Node 20 and nothing else.
// Says what is wrong, and ends with 1, when a row was altered, removed or cut off.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [file, option, given] = process.argv.slice(2);
if (!file || (option !== undefined && (option !== '--key' || !given))) {
  console.error('usage: node verify-audit.mjs <audit.ndjson> [--key <public key>]');
  process.exit(2);
}

/** Keys in order of their UTF-16 code units, no blanks: every row is hashed in this spelling (RFC 8785). */
function spelled(row) {
  const keys = Object.keys(row).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(row[key])}`).join(',')}}`;
}

function hashOf(row) {
  return createHash('sha256').update(spelled(row)).digest('hex').slice(0, 32);
}

function isSigned(key, installation, { seq, hash, atMs, signature }) {
  const text = ['tieout audit head', installation, seq, hash, new Date(atMs).toISOString()].join('\n');
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}

function problemsOf(lines) {
  const [begin] = lines;
  if (begin?.is !== 'audit' || begin.v !== 1) return ['This is not an exported audit of version 1.'];
  const publicKey = given ?? begin.publicKey;
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: publicKey } });
  const problems = [];
  if (given && given !== begin.publicKey) problems.push('The file names another public key than the one given.');
  const hashes = new Map();
  let seq = 0;
  let previous = '';
  for (const line of lines.filter(({ is }) => is === 'row')) {
    const { is: _is, hash, ...row } = line;
    if (row.seq !== seq + 1) problems.push(`Row ${seq + 1} is missing: row ${row.seq} follows row ${seq}.`);
    if (row.previous !== previous) problems.push(`Row ${row.seq} does not follow the row before it.`);
    if (hashOf(row) !== hash) problems.push(`Row ${row.seq} was altered.`);
    hashes.set(row.seq, hash);
    seq = row.seq;
    previous = hash;
  }
  const heads = lines.filter(({ is }) => is === 'head');
  for (const head of heads) {
    const when = new Date(head.atMs).toISOString();
    if (!isSigned(key, begin.installation, head)) problems.push(`The head of ${when} is not signed by this key.`);
    else if (head.seq > seq) problems.push(`Rows ${seq + 1} to ${head.seq} were cut off: a head of ${when} has them.`);
    else if (head.seq > 0 && hashes.get(head.seq) !== head.hash)
      problems.push(`Row ${head.seq} is not the one that was signed on ${when}.`);
  }
  if (heads.length === 0) problems.push('There is no signed head: the end of the file was cut off.');
  else if (heads.at(-1).seq < seq) problems.push(`Rows after ${heads.at(-1).seq} are in no signed head.`);
  return problems;
}

const lines = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  // Of an export of everything only the audit is looked at.
  .filter((line) => /^\{"is":"(audit|row|head)"/.test(line))
  .map((line) => JSON.parse(line));
const problems = problemsOf(lines);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
const rows = lines.filter(({ is }) => is === 'row').length;
const heads = lines.filter(({ is }) => is === 'head');
const last = new Date(heads.at(-1).atMs).toISOString();
console.log(`${rows} rows, unbroken, signed ${heads.length} times, last on ${last}.`);
if (!given) console.log(`The file names its own key, ${lines[0].publicKey}: compare it with the one you keep.`);
