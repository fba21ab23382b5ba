import { objectAt, typeOf, wordsAt } from '../../../slack/json.ts';
import { type Placed, useSurface } from '../blocks/surface.ts';
import { describedBy, type Field } from './field.ts';

/** Which keys a telephone shows. */
const inputModes: Record<string, 'email' | 'decimal' | 'url'> = {
  email_text_input: 'email',
  number_input: 'decimal',
  url_text_input: 'url',
};

/** A line, or several, of text. */
export function TextInput({ placed, field }: { placed: Placed; field?: Field }) {
  const surface = useSurface();
  const { element } = placed;
  const value = surface.valueOf(placed);
  const enter = (text: string): void => surface.enter(placed, text === '' ? null : text);
  const { max_length: longest } = element;
  const shared = {
    ...(field && { id: field.id }),
    ...describedBy(field),
    class: 'text-input',
    value: typeof value === 'string' || typeof value === 'number' ? String(value) : '',
    placeholder: wordsAt(element, 'placeholder'),
    autofocus: element['focus_on_load'] === true,
    ...(typeof longest === 'number' && { maxLength: longest }),
  };
  if (element['multiline'] === true)
    return <textarea {...shared} rows={3} onInput={(event) => enter(event.currentTarget.value)} />;
  return (
    <input
      {...shared}
      type="text"
      inputMode={inputModes[typeOf(element)] ?? 'text'}
      onInput={(event) => enter(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && asksOnEnter(placed))
          void surface.press(placed, event.currentTarget.value);
      }}
    />
  );
}

/** Where the block asks for it, Enter tells the app; Slack's own default. */
function asksOnEnter({ block, element }: Placed): boolean {
  const on = objectAt(element, 'dispatch_action_config')?.['trigger_actions_on'];
  const onEnter = !Array.isArray(on) || on.includes('on_enter_pressed');
  return block['dispatch_action'] === true && onEnter;
}
