import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { post } from '../post.ts';

interface Props {
  act: string;
  body?: object;
  label?: string;
  /** For switches: whether it is on. */
  isOn?: boolean;
  kind?: 'danger' | 'primary';
  children: ComponentChildren;
}

/** A button or switch of the fleet or the bot; it rests while it is under way, and says what went wrong. */
export function MachineButton({ act, body = {}, label, isOn, kind, children }: Props) {
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const press = async (): Promise<void> => {
    setBusy(true);
    const answer = await post(act, body);
    setTrouble(answer.ok ? '' : answer.error);
    setBusy(false);
  };
  return (
    <>
      <button
        type="button"
        class={kind ? `button button-small button-${kind}` : 'button button-small'}
        disabled={isBusy}
        aria-busy={isBusy}
        {...(label !== undefined && { 'aria-label': label, title: label })}
        {...(isOn !== undefined && { 'aria-pressed': isOn })}
        onClick={() => void press()}
      >
        {children}
      </button>
      {trouble !== '' && (
        <span class="machine-trouble" role="alert">
          {trouble}
        </span>
      )}
    </>
  );
}
