// Which schema becomes which migrations: `npm run migrations -- <lane|record|directory>` sets SCHEMA.
const schema = process.env['SCHEMA'] ?? 'lane';

export default {
  dialect: 'sqlite' as const,
  schema: `./edge-worker/store/${schema}-schema.ts`,
  out: `./edge-worker/store/migrations/${schema}`,
};
