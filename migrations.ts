// Makes a migration from a changed schema: `npm run migrations -- <lane|record|directory> <name>`. Tables keyed by
// text are stored WITHOUT ROWID: one row write instead of two.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const [schema, name] = process.argv.slice(2);
if (!schema || !name || !['lane', 'record', 'directory'].includes(schema)) {
  console.error('usage: npm run migrations -- <lane|record|directory> <name>');
  process.exit(2);
}
const made = spawnSync('drizzle-kit', ['generate', '--name', name], {
  env: { ...process.env, SCHEMA: schema },
  stdio: 'inherit',
});
if (made.status !== 0) process.exit(made.status ?? 1);

const folder = `edge-worker/store/migrations/${schema}`;
const newest = readdirSync(folder)
  .filter((file) => file.endsWith('.sql'))
  .sort()
  .at(-1) as string;
const path = `${folder}/${newest}`;
const statements = readFileSync(path, 'utf8').split('--> statement-breakpoint');
writeFileSync(
  path,
  statements
    .map((statement) =>
      /^\s*CREATE TABLE/.test(statement) && !/integer PRIMARY KEY/.test(statement)
        ? statement.replace(/\);(\s*)$/, ') WITHOUT ROWID;$1')
        : statement,
    )
    .join('--> statement-breakpoint'),
);
console.log(`${path}: read it before you commit it; migrations are additive, and old code must run on the new schema`);
