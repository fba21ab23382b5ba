import { type JsonObject, objectAt, stringAt, wordsAt } from '../../../slack/json.ts';
import { TextObject } from '../text/text-object.tsx';
import { Dialog } from './dialog.tsx';

/** Asks whether it is really meant, in the app's own words. */
export function Confirm({ confirm, onAnswer }: { confirm: JsonObject; onAnswer: (isYes: boolean) => void }) {
  const title = wordsAt(confirm, 'title') || 'Are you sure?';
  const style = stringAt(confirm, 'style') === 'danger' ? 'danger' : 'primary';
  return (
    <Dialog label={title} kind="confirm" onClose={() => onAnswer(false)}>
      <header class="dialog-head">
        <h2>{title}</h2>
      </header>
      <div class="dialog-body">
        <TextObject text={objectAt(confirm, 'text')} />
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={() => onAnswer(false)}>
          {wordsAt(confirm, 'deny') || 'Cancel'}
        </button>
        <button type="button" class={`button button-${style}`} autofocus onClick={() => onAnswer(true)}>
          {wordsAt(confirm, 'confirm') || 'Yes'}
        </button>
      </footer>
    </Dialog>
  );
}
