import { isObject, stringAt } from '../../../slack/json.ts';
import { type Placed, type Surface, SurfaceContext, useSurface } from '../blocks/surface.ts';
import { useReader } from '../reader.ts';
import type { Field } from './field.ts';
import { Select } from './select.tsx';

/** A list of everybody in the workspace; what is kept of a choice is the person's id. */
export function PeopleSelect({ placed, field }: { placed: Placed; field?: Field }) {
  const surface = useSurface();
  const { names } = useReader();
  const options = Object.entries(names)
    .filter(([id]) => /^[UW]/.test(id))
    .map(([id, name]) => ({ text: { type: 'plain_text', text: name }, value: id }));
  const people: Surface = {
    ...surface,
    valueOf: () => options.find(({ value }) => value === surface.valueOf(placed)) ?? null,
    enter: (_placed, option) =>
      surface.enter(placed, isObject(option) ? (stringAt(option, 'value') ?? null) : null),
  };
  const offered = { ...placed, element: { ...placed.element, options } };
  return (
    <SurfaceContext.Provider value={people}>
      <Select placed={offered} {...(field && { field })} isMany={false} />
    </SurfaceContext.Provider>
  );
}
