// What the scripts beside this file share: the list of servers that take no queries, in pool.json beside them. It
// stands for your load balancer: put its own commands here.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, 'pool.json');

/** Names of the servers that are out. */
export function readOut() {
  try {
    return new Set(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error.code === 'ENOENT') return new Set();
    throw error;
  }
}

/** Writes them whole or not at all. */
export function writeOut(out) {
  const next = `${file}.${process.pid}`;
  writeFileSync(next, JSON.stringify([...out]));
  renameSync(next, file);
}

/** The servers that were named, as `a,b`; ends with a sentence where there are none. */
export function named() {
  const [members = ''] = process.argv.slice(2);
  if (members !== '') return members.split(',');
  console.error(`usage: ${process.argv[1]} SERVER,SERVER…`);
  process.exit(2);
}
