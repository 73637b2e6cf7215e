// XML of a customization project, read into plain nodes that keep their order.
import { XMLParser } from 'fast-xml-parser';

export interface Node {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
  readonly text: string;
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  trimValues: true,
  // Values such as 007 or 1e3 are texts, whatever they look like.
  parseTagValue: false,
  parseAttributeValue: false,
});

export function parseXml(text: string): Node {
  const [root] = nodesOf(parser.parse(text));
  if (!root) throw new Error('an XML file without a root element');
  return root;
}

function nodesOf(parsed: unknown): Node[] {
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((each: Record<string, unknown>) => {
    const tag = Object.keys(each).find((key) => key !== ':@');
    if (tag === undefined || tag === '#text' || tag.startsWith('?')) return [];
    const inner = each[tag];
    const text = Array.isArray(inner) ? String(inner.find((part) => '#text' in part)?.['#text'] ?? '') : '';
    const attributes = Object.entries((each[':@'] as Record<string, unknown> | undefined) ?? {});
    const named = Object.fromEntries(attributes.map(([name, value]) => [name, String(value)]));
    return [{ tag, text, attributes: named, children: nodesOf(inner) }];
  });
}

export const childOf = (node: Node, tag: string) => node.children.find((child) => child.tag === tag);
export const textIn = (node: Node, tag: string) => childOf(node, tag)?.text ?? '';
export const idOf = (node: Node) => node.attributes['scriptid'] ?? '';
/** `[scriptid=x]` -> x; anything else as it is. */
export const referred = (text: string) => /^\[scriptid=([\w.]+)\]$/.exec(text)?.[1] ?? text;
