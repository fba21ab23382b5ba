/** Cuts a name to a number of characters in its middle: what tells servers apart stands at both ends. */
export function cutMiddle(name: string, length: number): string {
  const characters = [...name];
  if (characters.length <= length) return name;
  const end = Math.floor((length - 1) / 2);
  const begin = length - 1 - end;
  return `${characters.slice(0, begin).join('')}…${characters.slice(-end).join('')}`;
}

/** Longest name that is said in full. */
const longestName = 40;

/** A server's name as cards, threads and tables say it. */
export function shortName(name: string): string {
  return cutMiddle(name, longestName);
}

/** `web-1, web-2, web-3`; of very many the first ones and how many more: `web-1, web-2 and 28 more`. */
export function listNames(names: string[], most: number): string {
  if (names.length <= most) return names.map(shortName).join(', ');
  return `${names.slice(0, most).map(shortName).join(', ')} and ${names.length - most} more`;
}

/** Fewer that follow each other are named one by one. */
const shortestRun = 4;

/** `ndx-01 … ndx-04, ndx-06 (5 in all)`: only what follows each other in the order hides behind an ellipsis. */
export function listRuns(
  names: string[],
  order: string[],
  mark: (name: string) => string = (name) => name,
): string {
  const place = new Map(order.map((name, index) => [name, index]));
  const at = (name: string): number => place.get(name) ?? -2;
  const runs: string[][] = [];
  for (const name of names.toSorted((left, right) => at(left) - at(right))) {
    const last = runs.at(-1);
    if (last && at(name) === at(last.at(-1) ?? '') + 1) last.push(name);
    else runs.push([name]);
  }
  const say = (name = ''): string => mark(shortName(name));
  const said = runs.map((run) =>
    run.length < shortestRun ? run.map(say).join(', ') : `${say(run[0])} … ${say(run.at(-1))}`,
  );
  return `${said.join(', ')}${names.length < shortestRun ? '' : ` (${names.length} in all)`}`;
}

/** `1 server`, `30 servers`. */
export function countServers(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`;
}
