import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  visit,
} from 'yaml';

import type { Path } from './fault.ts';

/** Where everything in a document stands, looked up in constant time however many keys one mapping has. */
export interface YamlPlaces {
  /** What is written at a path; null where nothing is. */
  nodeAt(path: Path): Node | null;
  /** The place of a path: of its key where it has one, else of its value; of the nearest thing above where it is missing. */
  offsetOf(path: Path): number;
}

/** Places in one document. */
export function yamlPlaces(document: Document.Parsed): YamlPlaces {
  const pairs = new WeakMap<Node, Map<string, Pair>>();
  const pairOf = (node: Node, key: string | number): Pair | undefined => {
    const known = pairs.get(node) ?? pairsByKey(node);
    pairs.set(node, known);
    return known.get(String(key));
  };
  const nodeAt = (path: Path): Node | null => {
    let node: unknown = document.contents;
    for (const part of path) {
      if (isMap(node)) node = pairOf(node, part)?.value;
      else if (isSeq(node) && typeof part === 'number') node = node.items[part];
      else return null;
      if (isAlias(node)) node = node.resolve(document);
    }
    return isNode(node) ? node : null;
  };
  const keyAt = (path: Path): Node | null => {
    const parent = nodeAt(path.slice(0, -1));
    const key = isMap(parent) ? pairOf(parent, path.at(-1) ?? '')?.key : null;
    return isNode(key) ? key : null;
  };
  return {
    nodeAt,
    offsetOf: (path) => {
      for (let length = path.length; length > 0; length -= 1) {
        const here = path.slice(0, length);
        const node = keyAt(here) ?? nodeAt(here);
        if (node?.range) return node.range[0];
      }
      return document.contents?.range[0] ?? 0;
    },
  };
}

/** The first of its name counts, as it is the one that people see. */
function pairsByKey(node: Node): Map<string, Pair> {
  const byKey = new Map<string, Pair>();
  if (!isMap(node)) return byKey;
  for (const pair of node.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : null;
    if (key !== null && !byKey.has(key)) byKey.set(key, pair);
  }
  return byKey;
}

/** Keys that stand a second time in their mapping. The library looks for them too, in time that grows with the square of their number. */
export function keysWrittenTwice(document: Document.Parsed): { path: Path; offset: number }[] {
  const found: { path: Path; offset: number }[] = [];
  visit(document, {
    Map: (_, map, ancestors) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value))
          found.push({
            path: [...pathOf([...ancestors, map]), String(key.value)],
            offset: key.range?.[0] ?? 0,
          });
        seen.add(key.value);
      }
    },
  });
  return found;
}

/** The path that leads down a chain of nodes, from the document to the last of them. */
function pathOf(chain: readonly unknown[]): Path {
  return chain.flatMap((item, index): Path => {
    if (isPair(item)) return isScalar(item.key) ? [String(item.key.value)] : [];
    const next = chain[index + 1];
    return isSeq(item) && next !== undefined ? [item.items.indexOf(next)] : [];
  });
}
