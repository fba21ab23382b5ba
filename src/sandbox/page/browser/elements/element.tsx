import { typeOf } from '../../../slack/json.ts';
import { Picture } from '../blocks/image.tsx';
import type { Placed } from '../blocks/surface.ts';
import { PressButton } from './button.tsx';
import { ChoiceBoxes } from './choice-boxes.tsx';
import { DatePicker, DateTimePicker, TimePicker } from './date-time.tsx';
import type { Field } from './field.ts';
import { Overflow } from './overflow.tsx';
import { PeopleSelect } from './people-select.tsx';
import { Select } from './select.tsx';
import { TextInput } from './text-input.tsx';

/** Any element that can be pressed, chosen in or typed into. */
export function Element({ placed, field }: { placed: Placed; field?: Field }) {
  const all = field ? { placed, field } : { placed };
  switch (typeOf(placed.element)) {
    case 'button':
    case 'workflow_button':
      return <PressButton placed={placed} />;
    case 'overflow':
      return <Overflow placed={placed} />;
    case 'static_select':
    case 'external_select':
      return <Select {...all} isMany={false} />;
    case 'users_select':
      return <PeopleSelect {...all} />;
    case 'multi_static_select':
    case 'multi_external_select':
      return <Select {...all} isMany />;
    case 'radio_buttons':
    case 'checkboxes':
      return <ChoiceBoxes {...all} />;
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return <TextInput {...all} />;
    case 'datepicker':
      return <DatePicker {...all} />;
    case 'timepicker':
      return <TimePicker {...all} />;
    case 'datetimepicker':
      return <DateTimePicker {...all} />;
    case 'image':
      return <Picture image={placed.element} />;
    default:
      return (
        <span class="quiet">
          (an element of type {typeOf(placed.element)}, which this page does not draw)
        </span>
      );
  }
}
