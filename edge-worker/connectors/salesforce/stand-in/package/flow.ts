// One flow file, made ready to run: when it starts and what each of its elements does. An element, operator or
// reference that this org does not know is refused when the package is installed.
import type { Value, Values } from '../table.ts';
import { type Compiled, type Condition, compileCondition, compileFormula, hasChanged, type Moment } from './formula.ts';
import { nodesOf, type XmlNode } from './metadata.ts';
import type { PackageNames } from './names.ts';
import { type FieldFinder, RecordScope } from './record-scope.ts';

export type FlowMoment = 'RecordBeforeSave' | 'RecordAfterSave' | 'RecordBeforeDelete';

/** What a flow may do to the org. Each throws what the platform would refuse. */
export interface FlowWorld {
  create(type: string, values: Values): void;
  sendOutboundMessage(name: string): void;
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
const moments: ReadonlySet<string> = new Set(['RecordBeforeSave', 'RecordAfterSave', 'RecordBeforeDelete']);
const stepsMax = 100;

/** Does its work and names the next element; null where the flow ends. */
type Step = (moment: Moment, world: FlowWorld) => string | null;

export class Flow {
  readonly name: string;
  readonly type: string;
  readonly moment: FlowMoment;
  /** As shipped; an admin may switch it. */
  readonly isActive: boolean;
  readonly order: number;
  readonly #on: string;
  readonly #starts: Condition;
  readonly #first: string | null;
  readonly #steps = new Map<string, Step>();

  constructor(name: string, node: XmlNode, names: PackageNames, hasField: FieldFinder) {
    const [start] = nodesOf(node['start']);
    if (!start) throw new Error(`${name} has no start`);
    refuseStrange(name, node, start);
    this.name = name;
    this.type = names.theirs(String(start['object']));
    this.isActive = node['status'] === 'Active';
    this.order = Number(node['triggerOrder'] ?? 0);
    this.#on = String(start['recordTriggerType']);
    const moment = String(start['triggerType']);
    if (!isMoment(moment)) throw new Error(`${name} starts at ${moment}, which this org does not know`);
    this.moment = moment;
    this.#first = targetOf(start['connector']);
    try {
      const parts = new FlowParts(node, this.type, moment, names, hasField);
      this.#starts = parts.startOf(start);
      for (const tag of ['actionCalls', 'assignments', 'decisions', 'recordCreates'] as const) {
        for (const one of nodesOf(node[tag])) this.#steps.set(String(one['name']), parts.step(tag, one));
      }
    } catch (cause) {
      throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }

  startsFor(kind: 'Create' | 'Update' | 'Delete', moment: Moment): boolean {
    const fits = this.#on === kind || (this.#on === 'CreateAndUpdate' && kind !== 'Delete');
    return fits && this.#starts(moment);
  }

  run(moment: Moment, world: FlowWorld): void {
    let next = this.#first;
    for (let steps = 0; next !== null; steps++) {
      if (steps > stepsMax) throw new Error(`${this.name} runs in a circle`);
      const step = this.#steps.get(next);
      if (!step) throw new Error(`${this.name} has no element ${next}`);
      next = step(moment, world);
    }
  }
}

function isMoment(text: string): text is FlowMoment {
  return moments.has(text);
}

function refuseStrange(name: string, node: XmlNode, start: XmlNode): void {
  const strange = [
    ...Object.keys(node).filter((key) => !key.startsWith('@_') && !knownParts.has(key)),
    ...Object.keys(start).filter((key) => !knownStart.has(key)),
  ];
  if (strange.length > 0) throw new Error(`${name} uses ${strange.join(', ')}, which this org does not know`);
}

function targetOf(node: unknown): string | null {
  const [connector] = nodesOf(node);
  return connector ? String(connector['targetReference']) : null;
}

/** The elements of one flow, compiled for one org's names. */
class FlowParts extends RecordScope {
  readonly #moment: FlowMoment;
  readonly #formulas: ReadonlyMap<string, string>;
  readonly #variables: ReadonlySet<string>;

  constructor(node: XmlNode, type: string, moment: FlowMoment, names: PackageNames, hasField: FieldFinder) {
    super(type, names, hasField);
    this.#moment = moment;
    this.#formulas = new Map(nodesOf(node['formulas']).map((one) => [String(one['name']), String(one['expression'])]));
    this.#variables = new Set(nodesOf(node['variables']).map((one) => String(one['name'])));
  }

  startOf(start: XmlNode): Condition {
    const filters = nodesOf(start['filters']);
    if (filters.length > 0 && start['filterLogic'] !== 'and') throw new Error('only "and" joins its filters');
    const conditions = filters.map((one) =>
      this.#comparison(`$Record.${String(one['field'])}`, String(one['operator']), one['value']),
    );
    const formula = start['filterFormula'];
    if (formula !== undefined) conditions.push(compileCondition(String(formula), this));
    return (moment) => conditions.every((one) => one(moment));
  }

  step(tag: 'actionCalls' | 'assignments' | 'decisions' | 'recordCreates', node: XmlNode): Step {
    if (tag === 'decisions') return this.#decision(node);
    if (tag === 'assignments') return this.#assignment(node);
    const act = tag === 'recordCreates' ? this.#creation(node) : this.#action(node);
    const next = targetOf(node['connector']);
    const onFault = targetOf(node['faultConnector']);
    return (moment, world) => {
      try {
        act(moment, world);
        return next;
      } catch (fault) {
        if (onFault === null) throw fault;
        moment.variables.set('$Flow.FaultMessage', fault instanceof Error ? fault.message : String(fault));
        return onFault;
      }
    };
  }

  #creation(node: XmlNode): (moment: Moment, world: FlowWorld) => void {
    const type = this.theirs(String(node['object']));
    const assigned = nodesOf(node['inputAssignments']).map(
      (one) => [this.fieldOf(type, String(one['field'])), this.#value(one['value'])] as const,
    );
    return (moment, world) =>
      world.create(type, Object.fromEntries(assigned.map(([field, read]) => [field, read(moment)])));
  }

  #action(node: XmlNode): (moment: Moment, world: FlowWorld) => void {
    const kind = String(node['actionType']);
    if (kind !== 'outboundMessage') throw new Error(`the action ${kind} is not known`);
    const name = this.theirPath(String(node['actionName']));
    return (_, world) => world.sendOutboundMessage(name);
  }

  #decision(node: XmlNode): Step {
    const rules = nodesOf(node['rules']).map((rule) => {
      if (rule['conditionLogic'] !== 'and') throw new Error(`the logic ${String(rule['conditionLogic'])} is not known`);
      const conditions = nodesOf(rule['conditions']).map((one) =>
        this.#comparison(String(one['leftValueReference']), String(one['operator']), one['rightValue']),
      );
      return { conditions, next: targetOf(rule['connector']) };
    });
    const otherwise = targetOf(node['defaultConnector']);
    return (moment) => {
      const met = rules.find(({ conditions }) => conditions.every((one) => one(moment)));
      return met ? met.next : otherwise;
    };
  }

  #assignment(node: XmlNode): Step {
    const lines = nodesOf(node['assignmentItems']).map((line) => {
      if (line['operator'] !== 'Assign') throw new Error(`the operator ${String(line['operator'])} is not known`);
      return this.#assigner(String(line['assignToReference']), this.#value(line['value']));
    });
    const next = targetOf(node['connector']);
    return (moment) => {
      for (const line of lines) line(moment);
      return next;
    };
  }

  /** A field of the record may be set before it is saved; a variable at any time. */
  #assigner(path: string, read: Compiled): (moment: Moment) => void {
    const [, field] = /^\$Record\.(\w+)$/.exec(path) ?? [];
    if (field !== undefined) {
      if (this.#moment !== 'RecordBeforeSave') throw new Error(`${path} may only be set before the save`);
      const key = this.keyOf(field);
      return (moment) => {
        moment.values[key] = read(moment);
      };
    }
    if (!this.#variables.has(path)) throw new Error(`there is no variable ${path}`);
    return (moment) => void moment.variables.set(path, read(moment));
  }

  override read(path: string): Compiled {
    if (path === '$Flow.FaultMessage') return ({ variables }) => variables.get(path) ?? null;
    if (path.includes('.')) return super.read(path);
    const formula = this.#formulas.get(path);
    if (formula !== undefined) return compileFormula(formula, this);
    if (!this.#variables.has(path)) throw new Error(`there is no resource ${path}`);
    return ({ variables }) => variables.get(path) ?? null;
  }

  #value(node: unknown): Compiled {
    const [value] = nodesOf(node);
    const [kind, given] = Object.entries(value ?? {})[0] ?? [];
    if (kind === 'elementReference') return this.read(String(given));
    if (kind === 'stringValue') return constant(String(given));
    if (kind === 'booleanValue') return constant(given === 'true');
    throw new Error(`the value ${JSON.stringify(node)} is not known`);
  }

  #comparison(path: string, operator: string, right: unknown): Condition {
    const read = this.read(path);
    const expected = this.#value(right);
    switch (operator) {
      case 'EqualTo':
        return (moment) => read(moment) === expected(moment);
      case 'IsNull':
        return (moment) => (read(moment) === null) === expected(moment);
      case 'IsChanged': {
        const changed = hasChanged(this.keyOf(path.slice('$Record.'.length)));
        return (moment) => changed(moment) === expected(moment);
      }
    }
    throw new Error(`the operator ${operator} is not known`);
  }
}

function constant(value: Value): Compiled {
  return () => value;
}
