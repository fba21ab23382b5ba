import { useContext, useState } from 'preact/hooks';

import { objectAt, stringAt, wordsAt } from '../../../slack/json.ts';
import type { Placed } from '../blocks/surface.ts';
import { Icon } from '../icons.tsx';
import { Confirm } from '../modal/confirm.tsx';
import { OpenLinkContext } from '../open-link.ts';
import { PlainText } from '../text/text-object.tsx';
import { troubleConnecting, usePressing } from './pressing.ts';

/** A button of the app; it asks first where the app wants that. */
export function PressButton({ placed }: { placed: Placed }) {
  const { element } = placed;
  const [asks, setAsks] = useState(false);
  const { isPressing, isSilent, press } = usePressing(placed);
  const confirm = objectAt(element, 'confirm');
  const style = stringAt(element, 'style');
  const label = stringAt(element, 'accessibility_label');
  const url = stringAt(element, 'url');
  const openLink = useContext(OpenLinkContext);
  const pressAndFollow = (): void => {
    press(null);
    if (url !== undefined) openLink(url);
  };
  return (
    <span class="press">
      <button
        type="button"
        class={style ? `button button-${style}` : 'button'}
        disabled={isPressing}
        aria-busy={isPressing}
        {...(label !== undefined && { 'aria-label': label })}
        onClick={() => (confirm ? setAsks(true) : pressAndFollow())}
      >
        <PlainText text={wordsAt(element, 'text')} />
      </button>
      {isSilent && (
        <span class="silent" role="status">
          <Icon name="warning" />
          {troubleConnecting}
        </span>
      )}
      {asks && confirm && (
        <Confirm
          confirm={confirm}
          onAnswer={(isYes) => {
            setAsks(false);
            if (isYes) pressAndFollow();
          }}
        />
      )}
    </span>
  );
}
