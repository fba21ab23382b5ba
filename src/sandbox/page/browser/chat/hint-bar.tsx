import type { Hint } from '../../snapshot.ts';
import { Icon } from '../icons.tsx';
import { Inlines } from '../text/markup.tsx';
import { parseInline } from '../text/parse-markup.ts';

interface Props {
  hint: Hint;
  onOffer: (text: string) => void;
  onHide: () => void;
}

/** One line that says what can be done next. */
export function HintBar({ hint, onOffer, onHide }: Props) {
  const { text, offers } = hint;
  return (
    <p class="hint" role="note">
      <span>
        <Inlines inside={parseInline(text)} />
      </span>
      {offers !== undefined && (
        <button type="button" class="link" onClick={() => onOffer(offers)}>
          Type it for me
        </button>
      )}
      <button type="button" class="button button-icon" aria-label="Hide hints" onClick={onHide}>
        <Icon name="close" />
      </button>
    </p>
  );
}
