// The RESTlet the hub calls: one request names a verb and up to a few hundred records; PROTOCOL.md says the rest.

/**
 * @NApiVersion 2.1
 * @NScriptType Restlet
 * @NModuleScope SameAccount
 */
import * as error from 'N/error';
import { badRequest, isJson, type Json, Refusal } from '../asked.ts';
import { Budget } from '../budget.ts';
import { apply, writeStatuses } from '../verb-apply.ts';
import { describe, ping } from '../verb-describe.ts';
import { drain } from '../verb-outbox.ts';
import { changes, find, read } from '../verb-read.ts';

const version = 1;

const verbs: Readonly<Record<string, (request: Json, budget: Budget) => readonly unknown[]>> = {
  apply,
  read,
  find,
  changes,
  drain,
  describe,
  ping,
  status: writeStatuses,
};

export const post = (request: unknown): unknown => {
  try {
    if (!isJson(request)) throw badRequest('The request must be an object.');
    if (request['v'] !== version) throw badRequest('"v" must be 1.');
    const verb = String(request['verb']);
    const answer = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (answer === undefined) throw badRequest(`Unknown verb "${verb}".`);
    const budget = new Budget();
    const results = answer(request, budget);
    return { v: version, results, unitsLeft: budget.unitsLeft };
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    throw error.create({ name: problem.code, message: problem.message, notifyOff: true });
  }
};
