// What a connector's own folder tells the suite: how people make and edit records there, and what it cannot keep.
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Connector } from '../../edge-worker/connectors/connector.ts';
import { entityNames } from '../../shared/entities/_registry.ts';

const values = z.record(z.string(), z.unknown());

/** `conformance.json` of a connector's folder: what the suite cannot know, and which skips have which reason. */
const plain = z.strictObject({
  /** Promise (or `entity: promise`) -> why this system cannot keep it. */
  skips: z.record(z.string(), z.string().min(10)).default({}),
  /** What a person types to make a record. `{customer}` = the id of a made customer, `{#}` = a fresh number. */
  records: z.partialRecord(z.string(), z.strictObject({ type: z.string().optional(), values })).default({}),
  /** What a person changes in a record. Without it the first text field is changed. */
  edits: z.partialRecord(z.string(), values).default({}),
  /** A field beyond the map, and how a person fills it in; `{text}` = the text. Without it any free text is taken. */
  added: z.partialRecord(z.string(), z.strictObject({ path: z.string(), values })).default({}),
  /** How a person bills a record: a verb of the stand-in with its parameters, or what is typed into the record. */
  billing: z.partialRecord(z.string(), z.strictObject({ act: z.string().optional(), values })).default({}),
  /** A kind of which people can merge two records; absent where a system merges none, or does not say so. */
  merging: z.enum(entityNames).optional(),
  /** "METHOD /path" of the requests that write, as a regular expression. */
  writeRoute: z.string().default('^(POST|PUT|PATCH|DELETE) '),
  /** Its clock may be off by this much, both ways, before a proof of who calls is refused. */
  clockOffSeconds: z.int().positive().default(600),
  /** A field to rename, as `schema-change` takes it. */
  rename: z.string().optional(),
});

/** Another way in which the same system is reached, held to the same promises. */
const variant = z.strictObject({
  /** Settings beside those of the stand-in's connection. */
  settings: values,
  /** The account is without our package, so it sends nothing. */
  isWithoutPackage: z.boolean().default(false),
  skips: plain.shape.skips,
  writeRoute: plain.shape.writeRoute,
});
export type Variant = z.infer<typeof variant>;

const notes = plain.extend({ variants: z.record(z.string(), variant).default({}) });
export type Notes = z.infer<typeof plain>;

export function notesOf(connector: Connector): z.infer<typeof notes> {
  const path = `edge-worker/connectors/${connector.name}/conformance.json`;
  return notes.parse(existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {});
}

/** What is noted of the system, with what is otherwise this way. */
export function notesUnder(connector: Connector, { skips, writeRoute }: Variant): Notes {
  const { variants: _variants, ...shared } = notesOf(connector);
  return { ...shared, writeRoute, skips: { ...shared.skips, ...skips } };
}
