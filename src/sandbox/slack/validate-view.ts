import { id, plain } from './element-limits.ts';
import { type JsonObject, objectsAt, typeOf } from './json.ts';
import { interactiveElements } from './normalize.ts';
import { faultsOf, type Rule, say, type Shape } from './rules.ts';
import { validateBlocks } from './validate-blocks.ts';

const common: Record<string, Rule> = {
  blocks: { is: 'anything' },
  private_metadata: { is: 'string', max: 3_000 },
  callback_id: { is: 'string', max: 255 },
  external_id: id,
};
const shapes: Record<'modal' | 'home', Shape> = {
  modal: {
    fields: {
      ...common,
      title: plain(24),
      submit: plain(24),
      close: plain(24),
      clear_on_close: { is: 'boolean' },
      notify_on_close: { is: 'boolean' },
      submit_disabled: { is: 'boolean' },
    },
    required: ['title', 'blocks'],
  },
  home: { fields: common, required: ['blocks'] },
};

/** Everything Slack would refuse in this view, in its words with JSON pointers; empty when it is fine. */
export function validateView(view: JsonObject, surface: 'modal' | 'home'): string[] {
  const blocks = objectsAt(view, 'blocks');
  return [
    ...faultsOf({ is: 'typed', shapes: { [surface]: shapes[surface] } }, view, '/view'),
    ...validateBlocks(blocks, surface, '/view/blocks'),
    ...wholeViewFaults(view, surface),
  ];
}

function wholeViewFaults(view: JsonObject, surface: 'modal' | 'home'): string[] {
  const blocks = objectsAt(view, 'blocks');
  const hasInput = blocks.some((block) => typeOf(block) === 'input');
  const focused = blocks.flatMap(interactiveElements).filter((element) => element['focus_on_load'] === true);
  return [
    ...(surface === 'modal' && hasInput && view['submit'] === undefined
      ? [say('missing required field: submit', '/view')]
      : []),
    ...(focused.length > 1 ? [say('only one element may have focus_on_load', '/view/blocks')] : []),
  ];
}
