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

/** `1 server`, `30 servers`. */
export function countServers(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`;
}
