// A small org around the flow runner: saves, validation rules, outbox rows, messages, events.
import { nodesOf, textsOf } from '../../edge-worker/connectors/salesforce/stand-in/package/metadata.ts';
import type { PackageSource } from './crm-package-source.ts';
import { holds } from './flow-formula.ts';
import { Flow, type FlowRecord, type FlowUser, type FlowWorld, formulaScope, type Trigger } from './flow-runner.ts';

export interface SentMessage {
  readonly name: string;
  readonly fields: FlowRecord;
}

export class FlowOrg implements FlowWorld {
  readonly rows = new Map<string, FlowRecord[]>();
  readonly messages: SentMessage[] = [];
  /** Objects whose rows cannot be created just now, and what the platform says. */
  readonly broken = new Map<string, string>();
  readonly #source: PackageSource;
  readonly #flows: readonly Flow[];
  #serial = 0;

  constructor(source: PackageSource) {
    this.#source = source;
    this.#flows = source.of('Flow').map(({ name, node }) => new Flow(name, node));
  }

  of(type: string): readonly FlowRecord[] {
    return this.rows.get(type) ?? [];
  }

  create(type: string, values: FlowRecord, by: FlowUser): FlowRecord {
    const refusal = this.broken.get(type);
    if (refusal !== undefined) throw new Error(refusal);
    this.#serial += 1;
    const Id = `row${String(this.#serial).padStart(12, '0')}AAA`;
    const CreatedDate = new Date(Date.UTC(2026, 10, 22, 9, 0, this.#serial)).toISOString();
    const Name = String(this.#serial).padStart(9, '0');
    const record = this.#save({
      type,
      kind: 'Create',
      record: { Name, ...values, Id, CreatedDate },
      prior: null,
      by,
    });
    return record;
  }

  update(type: string, prior: FlowRecord, changes: FlowRecord, by: FlowUser): FlowRecord {
    return this.#save({ type, kind: 'Update', record: { ...prior, ...changes }, prior, by });
  }

  delete(type: string, record: FlowRecord, by: FlowUser): void {
    const trigger: Trigger = { type, kind: 'Delete', record, prior: record, by };
    for (const flow of this.#at('RecordBeforeDelete', trigger)) flow.run(trigger, this);
    this.rows.set(
      type,
      this.of(type).filter((row) => row['Id'] !== record['Id']),
    );
  }

  sendOutboundMessage(name: string, record: FlowRecord): void {
    const [type = '', message] = name.split('.');
    const workflow = this.#source.of('Workflow').find((file) => file.name === type);
    const defined = nodesOf(workflow?.node['outboundMessages']).find((one) => one['fullName'] === message);
    if (!defined) throw new Error(`there is no outbound message ${name}`);
    const fields = textsOf(defined['fields']).flatMap((field) => {
      const value = record[field] ?? null;
      return value === null ? [] : [[field, value] as const];
    });
    this.messages.push({ name, fields: Object.fromEntries(fields) });
  }

  #save(trigger: Trigger): FlowRecord {
    const { type, by } = trigger;
    let record = trigger.record;
    for (const flow of this.#at('RecordBeforeSave', trigger)) record = flow.run({ ...trigger, record }, this);
    const saved = { ...trigger, record };
    this.#validate(saved);
    const others = this.of(type).filter((row) => row['Id'] !== record['Id']);
    this.rows.set(type, [...others, record]);
    for (const flow of this.#at('RecordAfterSave', saved)) flow.run({ ...saved, by }, this);
    return record;
  }

  #validate(trigger: Trigger): void {
    for (const { path, node } of this.#source.of('ValidationRule')) {
      if (!path.includes(`/objects/${trigger.type}/`)) continue;
      if (holds(String(node['errorConditionFormula']), formulaScope(trigger)))
        throw new Error(String(node['errorMessage']));
    }
  }

  #at(moment: string, trigger: Trigger): readonly Flow[] {
    return this.#flows
      .filter((flow) => flow.moment === moment && flow.startsFor(trigger))
      .sort((a, b) => a.order - b.order);
  }
}
