import { isObject, type Json, type JsonObject, objectsAt, stringAt, wordsAt } from '../../../slack/json.ts';

/** Options under a heading; '' where they have none. */
export interface OptionGroup {
  label: string;
  options: JsonObject[];
}

/** The options that the app gave with an element. */
export function groupsOf(element: JsonObject): OptionGroup[] {
  const grouped = objectsAt(element, 'option_groups').map(readGroup);
  const options = objectsAt(element, 'options');
  return options.length > 0 ? [{ label: '', options }, ...grouped] : grouped;
}

/** A group as the app gives it. */
export function readGroup(group: JsonObject): OptionGroup {
  return { label: wordsAt(group, 'label'), options: objectsAt(group, 'options') };
}

/** Only the options whose words contain what was typed, and only the groups that still have one. */
export function matching(groups: OptionGroup[], typed: string): OptionGroup[] {
  const wanted = typed.trim().toLowerCase();
  return groups
    .map(({ label, options }) => ({
      label,
      options: options.filter((option) => wordsAt(option, 'text').toLowerCase().includes(wanted)),
    }))
    .filter(({ options }) => options.length > 0);
}

/** The chosen options of a select, of one or of many. */
export function chosenOptions(value: Json): JsonObject[] {
  if (Array.isArray(value)) return value.filter(isObject);
  return isObject(value) ? [value] : [];
}

/** Whether two options are the same choice. */
export function isSame(left: JsonObject, right: JsonObject): boolean {
  return stringAt(left, 'value') === stringAt(right, 'value');
}
