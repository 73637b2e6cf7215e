// The package's pages as text: words from labels, a text for everything that needs one, no way out but the platform.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PackageSource } from './crm-package-source.ts';

const { paths } = new PackageSource();
const scripts = paths.filter((path) => path.endsWith('.js'));
const templates = paths.filter((path) => path.endsWith('.html'));
const textOf = (path: string) => readFileSync(path, 'utf8');

describe('Pages of the package', () => {
  it('take all their words from labels', () => {
    const spoken = templates.flatMap((path) => {
      const text = textOf(path).replace(/<!--[\s\S]*?-->/g, '');
      return [...text.matchAll(/>([^<>{}]*[A-Za-z]{2}[^<>{}]*)</g)].map(([, words = '']) => `${path}: ${words.trim()}`);
    });
    expect(spoken).toEqual([]);
  });

  it('give every icon, spinner, input and frame a text', () => {
    const wanted: Readonly<Record<string, string>> = {
      'lightning-icon': 'alternative-text',
      'lightning-spinner': 'alternative-text',
      'lightning-button-icon': 'alternative-text',
      'lightning-button': 'label',
      'lightning-input': 'label',
      'lightning-radio-group': 'label',
      'lightning-badge': 'label',
      iframe: 'title',
    };
    const mute = templates.flatMap((path) =>
      [...textOf(path).matchAll(/<([\w-]+)((?:\s+[\w:-]+(?:=(?:\{[^}]*\}|"[^"]*"))?)*)\s*\/?>/g)].flatMap(
        ([, tag = '', marks = '']) => {
          const attribute = wanted[tag];
          return attribute && !new RegExp(`\\s${attribute}=`).test(marks)
            ? [`${path}: ${tag} without ${attribute}`]
            : [];
        },
      ),
    );
    expect(mute).toEqual([]);
  });

  it('call nothing but the platform, except for one question without cookies, and write no markup by hand', () => {
    const ways = /XMLHttpRequest|innerHTML|\beval\(|document\.querySelector|localStorage|import\(/;
    expect([...scripts, ...templates].filter((path) => ways.test(textOf(path)))).toEqual([]);
    const calls = scripts.flatMap((path) => textOf(path).match(/\bfetch\([\s\S]*?\}\);/g) ?? []);
    expect(calls).toEqual([expect.stringContaining("credentials: 'omit'")]);
    expect(calls.join()).toMatch(/^fetch\(`\$\{hub\}\/embed\/salesforce\/connect`/);
    expect(scripts.flatMap((path) => textOf(path).match(/\bfetch\b/g) ?? [])).toHaveLength(1);
  });
});
