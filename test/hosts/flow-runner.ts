// Runs the package's real flow files around a save, as the platform would. An element it does not know fails loudly.

import { listOf, nodesOf, type XmlNode } from '../../edge-worker/connectors/salesforce/stand-in/package/metadata.ts';
import { evaluate, type FlowValue, type FormulaScope, holds } from './flow-formula.ts';

export type FlowRecord = Readonly<Record<string, FlowValue>>;

export interface FlowUser {
  readonly id: string;
  readonly permissions: readonly string[];
}

/** What stands around one run of a flow. */
export interface Trigger {
  readonly type: string;
  readonly kind: 'Create' | 'Update' | 'Delete';
  readonly record: FlowRecord;
  readonly prior: FlowRecord | null;
  readonly by: FlowUser;
}

/** What a flow may do to the org. Each throws what the platform would refuse. */
export interface FlowWorld {
  create(type: string, values: FlowRecord, by: FlowUser): void;
  sendOutboundMessage(name: string, record: FlowRecord): void;
}

const knownParts = new Set(
  (
    'actionCalls apiVersion assignments decisions description environments formulas interviewLabel label ' +
    'processType recordCreates start status triggerOrder variables'
  ).split(' '),
);
const knownStart = new Set(
  'locationX locationY connector filterFormula filterLogic filters object recordTriggerType triggerType'.split(' '),
);
const stepsMax = 100;

const targetOf = (node: unknown): string | null => {
  const [connector] = nodesOf(node);
  return connector ? String(connector['targetReference']) : null;
};

export class Flow {
  readonly name: string;
  readonly type: string;
  readonly moment: string;
  readonly isActive: boolean;
  readonly order: number;
  readonly #start: XmlNode;
  readonly #elements = new Map<string, { readonly tag: string; readonly node: XmlNode }>();
  readonly #formulas: ReadonlyMap<string, string>;

  constructor(name: string, node: XmlNode) {
    const [start] = nodesOf(node['start']);
    if (!start) throw new Error(`${name} has no start`);
    const strange = [
      ...Object.keys(node).filter((key) => !key.startsWith('@_') && !knownParts.has(key)),
      ...Object.keys(start).filter((key) => !knownStart.has(key)),
    ];
    if (strange.length > 0) throw new Error(`${name} uses ${strange.join(', ')}, which this runner does not know`);
    this.name = name;
    this.#start = start;
    this.type = String(start['object']);
    this.moment = String(start['triggerType']);
    this.isActive = node['status'] === 'Active';
    this.order = Number(node['triggerOrder'] ?? 0);
    for (const tag of ['actionCalls', 'assignments', 'decisions', 'recordCreates']) {
      for (const one of nodesOf(node[tag])) this.#elements.set(String(one['name']), { tag, node: one });
    }
    this.#formulas = new Map(nodesOf(node['formulas']).map((one) => [String(one['name']), String(one['expression'])]));
  }

  get elements(): ReadonlyMap<string, { readonly tag: string; readonly node: XmlNode }> {
    return this.#elements;
  }

  startsFor(trigger: Trigger): boolean {
    const on = String(this.#start['recordTriggerType']);
    const fits = on === trigger.kind || (on === 'CreateAndUpdate' && trigger.kind !== 'Delete');
    if (!this.isActive || trigger.type !== this.type || !fits) return false;
    const run = new Interview(this.#formulas, trigger);
    const filters = nodesOf(this.#start['filters']);
    if (filters.length > 0 && this.#start['filterLogic'] !== 'and') throw new Error(`${this.name}: filter logic`);
    const formula = this.#start['filterFormula'];
    return filters.every((one) => run.filterHolds(one)) && (formula === undefined || holds(String(formula), run));
  }

  /** Runs to its end and returns the record as a before-save flow leaves it. */
  run(trigger: Trigger, world: FlowWorld): FlowRecord {
    const run = new Interview(this.#formulas, trigger);
    let next = targetOf(this.#start['connector']);
    for (let steps = 0; next !== null; steps++) {
      if (steps > stepsMax) throw new Error(`${this.name} runs in a circle`);
      const element = this.#elements.get(next);
      if (!element) throw new Error(`${this.name} has no element ${next}`);
      next = this.#step(element.tag, element.node, run, world);
    }
    return run.record;
  }

  #step(tag: string, node: XmlNode, run: Interview, world: FlowWorld): string | null {
    if (tag === 'decisions') return run.decide(node);
    if (tag === 'assignments') {
      for (const one of nodesOf(node['assignmentItems'])) run.assign(one, this.moment === 'RecordBeforeSave');
      return targetOf(node['connector']);
    }
    try {
      if (tag === 'recordCreates') this.#create(node, run, world);
      else this.#act(node, run, world);
      return targetOf(node['connector']);
    } catch (fault) {
      const path = targetOf(node['faultConnector']);
      if (path === null) throw fault;
      run.fault = fault instanceof Error ? fault.message : String(fault);
      return path;
    }
  }

  #create(node: XmlNode, run: Interview, world: FlowWorld): void {
    const assigned = nodesOf(node['inputAssignments']);
    const values = assigned.map((one) => [String(one['field']), run.valueOf(one['value'])] as const);
    world.create(String(node['object']), Object.fromEntries(values), run.trigger.by);
  }

  #act(node: XmlNode, run: Interview, world: FlowWorld): void {
    if (node['actionType'] !== 'outboundMessage')
      throw new Error(`the action ${String(node['actionType'])} is not known`);
    world.sendOutboundMessage(String(node['actionName']), run.record);
  }
}

/** One run of a flow for one record. */
class Interview implements FormulaScope {
  readonly trigger: Trigger;
  fault: string | null = null;
  readonly #formulas: ReadonlyMap<string, string>;
  readonly #variables = new Map<string, FlowValue>();
  readonly #stamped: Record<string, FlowValue> = {};

  constructor(formulas: ReadonlyMap<string, string>, trigger: Trigger) {
    this.#formulas = formulas;
    this.trigger = trigger;
  }

  get record(): FlowRecord {
    return { ...this.trigger.record, ...this.#stamped };
  }

  get isNew(): boolean {
    return this.trigger.kind === 'Create';
  }

  hasChanged(field: string): boolean {
    const { prior, record } = this.trigger;
    return prior !== null && (prior[field] ?? null) !== (record[field] ?? null);
  }

  read(path: string): FlowValue {
    const [owner = '', name] = path.split('.');
    if (name === undefined) {
      const formula = this.#formulas.get(owner);
      if (formula !== undefined) return evaluate(formula, this);
      return this.#variables.get(owner) ?? null;
    }
    const { record, prior, by } = { ...this.trigger, record: this.record };
    if (owner === '$Record') return record[name] ?? null;
    if (owner === '$Record__Prior') return prior?.[name] ?? null;
    if (owner === '$Permission') return by.permissions.includes(name);
    if (path === '$User.Id') return by.id;
    if (path === '$Flow.FaultMessage') return this.fault;
    throw new Error(`the reference ${path} is not known`);
  }

  valueOf(value: unknown): FlowValue {
    const [node] = nodesOf(value);
    const [entry] = Object.entries(node ?? {});
    if (entry?.[0] === 'elementReference') return this.read(String(entry[1]));
    if (entry?.[0] === 'stringValue') return String(entry[1]);
    if (entry?.[0] === 'booleanValue') return entry[1] === 'true';
    throw new Error(`the value ${JSON.stringify(value)} is not known`);
  }

  filterHolds(filter: XmlNode): boolean {
    return this.#compare(`$Record.${String(filter['field'])}`, String(filter['operator']), filter['value']);
  }

  decide(node: XmlNode): string | null {
    for (const rule of nodesOf(node['rules'])) {
      if (rule['conditionLogic'] !== 'and') throw new Error(`the logic ${String(rule['conditionLogic'])} is not known`);
      const isMet = nodesOf(rule['conditions']).every((one) =>
        this.#compare(String(one['leftValueReference']), String(one['operator']), one['rightValue']),
      );
      if (isMet) return targetOf(rule['connector']);
    }
    return targetOf(node['defaultConnector']);
  }

  assign(line: XmlNode, mayStamp: boolean): void {
    if (line['operator'] !== 'Assign') throw new Error(`the operator ${String(line['operator'])} is not known`);
    const path = String(line['assignToReference']);
    const value = this.valueOf(line['value']);
    if (!path.startsWith('$Record.')) this.#variables.set(path, value);
    else if (mayStamp) this.#stamped[path.slice('$Record.'.length)] = value;
    else throw new Error(`${path} may only be stamped before the save`);
  }

  #compare(path: string, operator: string, right: unknown): boolean {
    const expected = this.valueOf(right);
    if (operator === 'EqualTo') return this.read(path) === expected;
    if (operator === 'IsNull') return (this.read(path) === null) === expected;
    if (operator === 'IsChanged') return this.hasChanged(path.slice('$Record.'.length)) === expected;
    throw new Error(`the operator ${operator} is not known`);
  }
}

export function formulaScope(trigger: Trigger): FormulaScope {
  return new Interview(new Map(), trigger);
}

export function actionNames(flow: Flow): readonly string[] {
  return [...flow.elements.values()].flatMap(({ tag, node }) =>
    tag === 'actionCalls' ? listOf(node['actionName']).map(String) : [],
  );
}
