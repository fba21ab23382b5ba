import type { Configuration } from '../../domain/configured/configuration.ts';
import { harmless } from '../../domain/quote.ts';
import { adminRoles, namesOfAdmins, type Person, rolesOf, standingSentence } from '../../domain/roles.ts';
import { type MessageContent, section } from '../blocks.ts';
import type { BotNeeds, Examined } from '../bot.ts';
import type { Typed } from '../heard.ts';
import { fitting } from './fitting.ts';

const longestMessage = 400;

/** `/deploy doctor`: acknowledged at once, because Slack is asked a good deal; the answer follows. */
export async function onDoctor(needs: BotNeeds, { command, ack, respond }: Typed): Promise<void> {
  const person = await needs.app.findPerson(command.user_id);
  const refusal = refuseReader(person, needs.app.configuration());
  await ack({
    response_type: 'ephemeral',
    text: refusal ?? 'Looking at Slack, the database and the servers…',
  });
  if (refusal === null)
    await respond({ response_type: 'ephemeral', ...(await doctorMessage(needs, person.id)) });
}

/** What is not well, faults first, and how much is; for admins. */
export async function doctorMessage({ app, examine }: BotNeeds, by: string): Promise<MessageContent> {
  const refusal = refuseReader(await app.findPerson(by), app.configuration());
  if (refusal !== null) return words(refusal);
  if (!examine) return words('Only `lamplighter doctor` on the command line can look here.');
  const findings = await examine();
  const lines = [...linesOf(findings, 'fault'), ...linesOf(findings, 'warning')];
  const well = findings.filter(({ state }) => state === 'ok');
  const areas = [...new Set(well.map(({ area }) => area))];
  const text = `${findings.length} looked at: ${count(findings, 'fault')}, ${count(findings, 'warning')}.`;
  return {
    text,
    blocks: [
      section(`*${text}*`),
      ...fitting(lines),
      ...fitting(areas.map((area) => sayWell(area, well))),
      section('`lamplighter doctor` on the machine looks at servers, secrets and the load balancer as well.'),
    ],
  };
}

function refuseReader(person: Person, configuration: Configuration): string | null {
  if (person.standing !== 'member') return standingSentence(person);
  const kinds = new Set(configuration.environments.map(({ kind }) => kind));
  const isAdmin = [...kinds].some((kind) =>
    rolesOf(person, configuration, kind).some((role) => adminRoles.includes(role)),
  );
  return isAdmin ? null : `The doctor speaks to admins only. Ask ${namesOfAdmins(configuration)}.`;
}

function linesOf(findings: Examined[], wanted: Examined['state']): string[] {
  const word = wanted === 'fault' ? '*Fault*' : 'Warning';
  return findings
    .filter(({ state }) => state === wanted)
    .map(
      ({ area, name, message }) =>
        `${word} · ${area} · ${harmless(name)}: ${harmless(message, longestMessage)}`,
    );
}

/** `1 fault`, `2 warnings`. */
function count(findings: Examined[], wanted: Examined['state']): string {
  const { length } = findings.filter(({ state }) => state === wanted);
  return `${length} ${wanted}${length === 1 ? '' : 's'}`;
}

const shownWell = 4;

/** `slack: bot token, scopes and 7 more are well`. */
function sayWell(area: string, well: Examined[]): string {
  const names = well
    .filter((each) => each.area === area)
    .map(({ name, message }) =>
      name === area ? harmless(message, 80) : `${name} (${harmless(message, 80)})`,
    );
  const more = names.length > shownWell ? ` and ${names.length - shownWell} more` : '';
  return `Well · ${area} · ${harmless(names.slice(0, shownWell).join(', '))}${more}`;
}

function words(text: string): MessageContent {
  return { text, blocks: [section(text)] };
}
