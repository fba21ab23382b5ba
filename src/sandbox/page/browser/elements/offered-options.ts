import { useEffect, useState } from 'preact/hooks';

import { typeOf } from '../../../slack/json.ts';
import { type Placed, useSurface } from '../blocks/surface.ts';
import { groupsOf, matching, type OptionGroup, readGroup } from './option-groups.ts';
import { troubleConnecting } from './pressing.ts';

/** What stands in the list of a select: options, or a sentence instead of them. */
export interface Offered {
  groups: OptionGroup[];
  sentence: string;
}

const betweenKeysMs = 150;

/** The options for what was typed: filtered here where the app gave them all, asked of the app where it searches. */
export function useOffered(placed: Placed, { isOpen, typed }: { isOpen: boolean; typed: string }): Offered {
  const found = useSearch(placed, { isOpen, typed });
  if (found) return found;
  const groups = matching(groupsOf(placed.element), typed);
  return { groups, sentence: groups.length === 0 ? 'No results' : '' };
}

function useSearch(placed: Placed, { isOpen, typed }: { isOpen: boolean; typed: string }): Offered | null {
  const surface = useSurface();
  const isExternal = typeOf(placed.element).includes('external');
  const shortest = Number(placed.element['min_query_length'] ?? 3);
  const isLongEnough = typed.trim().length >= shortest;
  const [offered, setOffered] = useState<Offered>({ groups: [], sentence: 'Searching…' });
  useEffect(() => {
    if (!isExternal || !isOpen || !isLongEnough) return;
    let isWanted = true;
    const timer = setTimeout(() => {
      void surface.search(placed, typed.trim()).then((groups) => {
        if (isWanted) setOffered(groups === null ? silent : offeredFrom(groups.map(readGroup)));
      });
    }, betweenKeysMs);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [isExternal, isOpen, isLongEnough, typed]);
  if (!isExternal) return null;
  return isLongEnough ? offered : { groups: [], sentence: `Type at least ${shortest} characters` };
}

const silent: Offered = { groups: [], sentence: troubleConnecting };

function offeredFrom(groups: OptionGroup[]): Offered {
  const filled = groups.filter(({ options }) => options.length > 0);
  return { groups: filled, sentence: filled.length === 0 ? 'No results' : '' };
}
