import type { Button, SectionBlock } from '@slack/types';

import type { CatalogEntry } from '../../app/needs.ts';
import { type DeployedTo, whereDeployed } from '../../app/where-deployed.ts';
import { harmless, quote } from '../../domain/quote.ts';
import { sayContent, sayWhere } from '../../wording/revision.ts';
import { actions, button, type MessageContent, section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import type { Press } from '../heard.ts';
import { ids } from '../ids.ts';
import { turnPage } from './turn-page.ts';

interface Page {
  search: string;
  /** Counts from 0. */
  page: number;
}

const rowsPerPage = 8;

/** `/deploy revisions [search]`: newest first, who made each, what it holds, where it was deployed to, and *Deploy* (D-18). */
export async function answerRevisions(needs: BotNeeds, wanted: Page): Promise<MessageContent> {
  const query = wanted.search.trim().toLowerCase();
  const found = (await needs.listCatalog()).filter(({ name, description }) =>
    `${name} ${description}`.toLowerCase().includes(query),
  );
  const pages = Math.max(1, Math.ceil(found.length / rowsPerPage));
  const page = Math.min(Math.max(0, wanted.page), pages - 1);
  const where = await whereDeployed(needs.app);
  const entries = found.slice(page * rowsPerPage, (page + 1) * rowsPerPage);
  const rows = entries.map(async (entry) => await row(needs, entry, where.get(entry.name) ?? []));
  const text = titleOf(query, { count: found.length, page, pages });
  return {
    text,
    blocks: [
      section(`*${text}*`),
      ...(await Promise.all(rows)),
      ...actions('revisions', pageButtons(wanted.search, page, pages)),
    ],
  };
}

function titleOf(
  query: string,
  { count, page, pages }: { count: number; page: number; pages: number },
): string {
  const of = query === '' ? '' : ` with ${quote(query)}`;
  if (count === 0)
    return query === '' ? 'The catalogue is empty.' : `Nothing${of}. \`/deploy revisions\` lists everything.`;
  const what = `${count} ${count === 1 ? 'revision or package' : 'revisions and packages'}${of}`;
  return pages === 1 ? what : `${what}, page ${page + 1} of ${pages}`;
}

async function row(
  { app }: BotNeeds,
  { name, description }: CatalogEntry,
  where: DeployedTo[],
): Promise<SectionBlock> {
  const [, base = name, version = ''] = /^(.*)@([^@]*)$/.exec(name) ?? [];
  const isPackage = app.findPackage(base, version) !== null;
  const revision = isPackage ? null : await app.findRevision(base, version);
  const known = revision?.ok ? revision.value : null;
  const author = known?.author ? ` by <@${known.author}>` : '';
  const lines = [
    `*${name}*${author}`,
    harmless(description),
    known ? sayContent(known) : '',
    sayWhere(where),
  ];
  return {
    ...section(lines.filter((line) => line !== '').join('\n')),
    accessory: button(ids.deployThis, 'Deploy', JSON.stringify({ selection: [name] }), {
      accessibilityLabel: `Deploy ${name}`,
    }),
  };
}

function pageButtons(search: string, page: number, pages: number): Button[] {
  const to = (target: number): string => JSON.stringify({ search: search.slice(0, 200), page: target });
  return [
    ...(page > 0 ? [button(ids.revisionsPageBack, 'Back', to(page - 1))] : []),
    ...(page < pages - 1 ? [button(ids.revisionsPage, 'More', to(page + 1))] : []),
  ];
}

/** A press on *More* or *Back*: the other page stands in the place of this one. */
export async function onRevisionsPage(needs: BotNeeds, args: Press): Promise<void> {
  await turnPage(needs, args, async ({ search, page }) =>
    typeof search === 'string' && typeof page === 'number'
      ? await answerRevisions(needs, { search, page })
      : null,
  );
}
