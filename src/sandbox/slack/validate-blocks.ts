import { blocksOn, mostBlocks, type Surface } from './block-limits.ts';
import { isObject, type Json, type JsonObject, stringAt, typeOf } from './json.ts';
import { faultsOf, say } from './rules.ts';

/** Everything Slack would refuse in these blocks, in its words with JSON pointers below `pointer`; empty when fine. */
export function validateBlocks(blocks: JsonObject[], surface: Surface, pointer = '/blocks'): string[] {
  const most = mostBlocks[surface];
  if (blocks.length > most) return [say(`no more than ${most} items allowed`, pointer)];
  const shapes = blocksOn[surface];
  return [
    ...blocks.flatMap((block, index) => faultsOf({ is: 'typed', shapes }, block, `${pointer}/${index}`)),
    ...repeatedIds(blocks, pointer),
    ...(surface === 'message' ? wholeMessageFaults(blocks, pointer) : []),
  ];
}

/** The characters of all words in blocks, which Slack limits for a whole message. */
export function blockCharacters(value: Json | undefined): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, inner) => sum + blockCharacters(inner), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce((sum, [key, inner]) => {
    const isWords = typeof inner === 'string' && key === 'text';
    return sum + (isWords ? inner.length : blockCharacters(inner));
  }, 0);
}

function repeatedIds(blocks: JsonObject[], pointer: string): string[] {
  const ids = blocks.map((block) => stringAt(block, 'block_id'));
  return ids.flatMap((blockId, index) =>
    blockId !== undefined && ids.indexOf(blockId) !== index
      ? [say(`\`block_id\` "${blockId}" already exists`, `${pointer}/${index}/block_id`)]
      : [],
  );
}

const mostMarkdown = 12_000;
const mostTableCharacters = 10_000;

function wholeMessageFaults(blocks: JsonObject[], pointer: string): string[] {
  const ofType = (type: string): JsonObject[] => blocks.filter((block) => typeOf(block) === type);
  const tables = ofType('table');
  return [
    ...(tables.length > 1 ? [say('only one table is allowed', pointer)] : []),
    ...(blockCharacters(tables) > mostTableCharacters
      ? [say(`tables must be less than ${mostTableCharacters + 1} characters`, pointer)]
      : []),
    ...(blockCharacters(ofType('markdown')) > mostMarkdown
      ? [say(`markdown must be less than ${mostMarkdown + 1} characters`, pointer)]
      : []),
  ];
}
