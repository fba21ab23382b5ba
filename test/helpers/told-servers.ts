/** How often the words of a thread name a server in bold, by itself or between the first and the last of a run (`*web-1* … *web-4*`). */
export function timesTold(said: string, server: string): number {
  const runs = [...said.matchAll(/\*([^*\s]+)\*(?: … \*([^*\s]+)\*)?/g)];
  return runs.filter(([, first = '', last = first]) => isWithin(server, first, last)).length;
}

function isWithin(server: string, first: string, last: string): boolean {
  const [own, from, to] = [server, first, last].map(split);
  return own?.name === from?.name && own?.name === to?.name && isBetween(own?.place, from?.place, to?.place);
}

function isBetween(place = NaN, from = NaN, to = NaN): boolean {
  return place >= from && place <= to;
}

function split(server: string): { name: string; place: number } {
  const [, name = server, digits = '0'] = /^(.*?)(\d+)$/.exec(server) ?? [];
  return { name, place: Number(digits) };
}
