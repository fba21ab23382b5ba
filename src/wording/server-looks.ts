import type { ServerLook } from '../domain/plan/inspection.ts';
import { type Plan, planTitle } from '../domain/plan/plan.ts';
import { quote } from '../domain/quote.ts';
import { sayDuration } from './duration.ts';

const shownServers = 150;

/** Each server with what runs there and what is to run there, and how old that knowledge is. */
export function sayServers(plan: Plan, looks: ServerLook[], now: number): string {
  const lines = looks.slice(0, shownServers).map((look) => sayServer(plan, look, now));
  const more = looks.length - lines.length;
  return [...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

/** `web-1: shop@1 → shop@2, checked 40 s ago`; `web-1: not checked yet`. */
function sayServer(plan: Plan, { server, known }: ServerLook, now: number): string {
  if (known === null) return `${server}: → ${planTitle(plan)}, not checked yet`;
  const { problem, readBack } = known.answer;
  const age = sayAge(now - known.at);
  if (problem !== null) return `${server}: not ready, ${age}: ${problem}`;
  const from = readBack === null ? '' : `${quote(readBack)} `;
  return `${server}: ${from}→ ${planTitle(plan)}, ${age}`;
}

function sayAge(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 1) return 'checked just now';
  return `checked ${seconds < 60 ? `${seconds} s` : sayDuration(milliseconds)} ago`;
}
