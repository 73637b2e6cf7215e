// The house rules that a machine can keep. One run names every breach, each with its file and line.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Breach, House, type HouseRule, readHouse } from './tidy/house.ts';
import { layering, unreached, unresolved } from './tidy/layers.ts';
import { oneInstallation, outsideWorld } from './tidy/outside.ts';
import { alerts, papers, pictures } from './tidy/papers.ts';
import { planted, tidyHouse } from './tidy/planted.ts';
import { codePutAside, purposes, sizes } from './tidy/shape.ts';
import { bannedPatterns, emptyNames, vendorNames } from './tidy/words.ts';

const rules: Readonly<Record<string, HouseRule>> = {
  'imports point down': layering,
  'every import is there': unresolved,
  'every file is reached from a door': unreached,
  'only platform/ and context.ts touch the outside world': outsideWorld,
  'D1 is asked for one installation at a time': oneInstallation,
  "no vendor's name stands outside its folder": vendorNames,
  'names say something': emptyNames,
  'nothing hides a problem': bannedPatterns,
  'each file opens with its purpose': purposes,
  'files, functions and lines keep their limits': sizes,
  'no code is put aside in comments': codePutAside,
  'papers name only what is there': papers,
  'each picture is shown by a page and made by a test': pictures,
  'the operator can look up every event of the log': alerts,
};

const written = (breaches: readonly Breach[]) =>
  breaches.map(({ path, line, problem }) => `${path}:${line} ${problem}`);

describe('The house', () => {
  const house = readHouse('.');
  for (const [promise, rule] of Object.entries(rules)) {
    it(promise, () => expect(written(rule(house))).toEqual([]));
  }

  it('registers what lies in its folders', () => {
    const checked = spawnSync(process.execPath, ['gen.ts', '--check'], { encoding: 'utf8' });
    expect(checked.stderr).toBe('');
    expect(checked.status).toBe(0);
  });
});

describe('The house rules', () => {
  const houseOf = (files: Readonly<Record<string, string>>) => new House(new Map(Object.entries(files)));

  it('say nothing of a house in order', () => {
    const found = Object.values(rules).flatMap((rule) => written(rule(houseOf(tidyHouse))));
    expect(found).toEqual([]);
  });

  it('are each held to at least one planted breach', () => {
    expect(planted.map(({ rule }) => rule).sort()).toEqual(Object.keys(rules).sort());
  });

  for (const { rule, files, named } of planted) {
    it(`name every breach planted against: ${rule}`, () => {
      const found = written(rules[rule]?.(houseOf({ ...tidyHouse, ...files })) ?? []);
      const missed = named.filter((breach) => !found.some((line) => line.startsWith(breach)));
      expect({ missed, count: found.length }).toEqual({ missed: [], count: named.length });
    });
  }

  it('notice a control that is not registered', () => {
    const copy = mkdtempSync(join(tmpdir(), 'tieout-house-'));
    for (const part of ['gen.ts', 'package.json', 'shared', 'edge-worker', 'test/support']) {
      cpSync(part, join(copy, part), { recursive: true });
    }
    writeFileSync(join(copy, 'edge-worker/rules/planted-control.ts'), '');
    const checked = spawnSync(process.execPath, ['gen.ts', '--check'], { cwd: copy, encoding: 'utf8' });
    rmSync(copy, { recursive: true });
    expect(checked.stderr).toContain('edge-worker/rules/_registry.ts is stale');
    expect(checked.status).toBe(1);
  });
});
