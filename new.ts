// Begins a connector: `npm run new -- <system>` copies the mould under a new name. It conforms at once; then make it
// yours.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const mould = 'edge-worker/connectors/example';
const name = process.argv[2] ?? '';
const folder = `edge-worker/connectors/${name}`;

if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || existsSync(folder)) {
  console.error('usage: npm run new -- <system>, in kebab-case; its folder must not be there yet');
  process.exit(2);
}

const inCode = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const forPeople = inCode.replace(/^./, (letter) => letter.toUpperCase());

cpSync(mould, folder, { recursive: true });
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = `${entry.parentPath}/${entry.name}`;
  const renamed = readFileSync(path, 'utf8')
    .replace(/'example(?=['-])/g, `'${name}`)
    .replace(/(?<![.'\w-])example(?![\w'-])/g, inCode)
    .replace(/\bExample/g, forPeople);
  writeFileSync(path, renamed);
}
console.log(`${folder}: now npm run gen, then npx vitest run ${folder} test/conformance.test.ts`);
