import { quote } from '../domain/quote.ts';
import type { Revision } from '../domain/revision.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import type { PlanningNeeds } from './needs.ts';

/** What a selection of names stands for. */
export interface Selection {
  revisions: Revision[];
  /** `name@version` of the package; null when revisions were chosen one by one. */
  package: string | null;
}

/** Resolves `name@version` words: several revisions in order, or one package that is not mixed with anything. */
export async function resolveSelection(needs: PlanningNeeds, names: string[]): Promise<Verdict<Selection>> {
  if (names.length === 0) return refuse(selectionRefusal('No revision or package was chosen.'));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) return refuse(selectionRefusal(`${quote(twice)} was chosen twice.`));
  const packages = names.filter((name) => packageOf(needs, name) !== null);
  const [first] = packages;
  if (first === undefined) return await findRevisions(needs, names, null);
  if (names.length > 1)
    return refuse(selectionRefusal(`\`${first}\` is a package, and a package is not mixed with others.`));
  return await findRevisions(needs, packageOf(needs, first)?.revisions ?? [], first);
}

function packageOf(needs: PlanningNeeds, name: string): ReturnType<PlanningNeeds['findPackage']> {
  const { name: base, version } = splitName(name);
  return needs.findPackage(base, version);
}

/** `customer360@2` in its two halves; the version is empty where none was written. */
export function splitName(name: string): { name: string; version: string } {
  const at = name.lastIndexOf('@');
  return at < 0 ? { name, version: '' } : { name: name.slice(0, at), version: name.slice(at + 1) };
}

async function findRevisions(
  needs: PlanningNeeds,
  names: string[],
  packageName: string | null,
): Promise<Verdict<Selection>> {
  const revisions: Revision[] = [];
  const refusals: Refusal[] = [];
  for (const written of names) {
    const { name, version } = splitName(written);
    const found = await needs.findRevision(name, version);
    if (found.ok) revisions.push(found.value);
    else refusals.push(...found.refusals);
  }
  const [firstRefusal, ...others] = refusals;
  return firstRefusal ? refuse(firstRefusal, ...others) : accept({ revisions, package: packageName });
}

function selectionRefusal(message: string): Refusal {
  return {
    rule: 'selection',
    message,
    liftedBy: 'the requester',
    wayOut: 'Choose one or more revisions in order, or one package.',
  };
}
