import { useEffect, useRef, useState } from 'preact/hooks';

import { type JsonObject, objectsAt, wordsAt } from '../../../slack/json.ts';
import type { ShownView } from '../../../slack/screen-content.ts';
import { Blocks } from '../blocks/block.tsx';
import { SurfaceContext } from '../blocks/surface.ts';
import { troubleConnecting } from '../elements/pressing.ts';
import { Icon } from '../icons.tsx';
import { post } from '../post.ts';
import { Dialog } from './dialog.tsx';
import { useViewSurface, type ViewSurface } from './view-surface.ts';

/** The person's stack of views: only the topmost is there to act on. */
export function ModalStack({ viewer, views }: { viewer: string; views: ShownView[] }) {
  const top = views.at(-1);
  if (!top) return null;
  const dismiss = (all: boolean): void => void post('dismiss', { as: viewer, view: top.id, all });
  return (
    <Dialog key={viewer} label={wordsAt(top.view, 'title')} kind="view" onClose={() => dismiss(false)}>
      <Form key={top.id} viewer={viewer} shown={top} isPushed={views.length > 1} onDismiss={dismiss} />
    </Dialog>
  );
}

interface FormProps {
  viewer: string;
  shown: ShownView;
  isPushed: boolean;
  onDismiss: (all: boolean) => void;
}

function Form({ viewer, shown, isPushed, onDismiss }: FormProps) {
  const surface = useViewSurface(viewer, shown);
  const form = useRef<HTMLFormElement>(null);
  const { isSending, trouble, submit } = useSubmit({ viewer, shown, surface, form });
  const { view } = shown;
  useFocusOnceDrawn(form, wordsAt(view, 'submit') !== '');
  const sentence = trouble || (surface.isSilent ? troubleConnecting : '');
  return (
    <form
      ref={form}
      class="dialog-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (wordsAt(view, 'submit') !== '') submit();
      }}
    >
      <Head title={wordsAt(view, 'title')} isPushed={isPushed} onDismiss={onDismiss} />
      <div class="dialog-body">
        {sentence !== '' && (
          <p class="trouble" role="alert">
            <Icon name="warning" />
            {sentence}
          </p>
        )}
        <SurfaceContext.Provider value={surface}>
          <Blocks blocks={objectsAt(view, 'blocks')} />
        </SurfaceContext.Provider>
      </div>
      <Foot view={view} isSending={isSending} onDismiss={onDismiss} />
    </form>
  );
}

/** A view that opened with a few words gives the focus to its first field once it has one, unless it is in a field already. */
function useFocusOnceDrawn(form: { current: HTMLFormElement | null }, isDrawn: boolean): void {
  useEffect(() => {
    if (!isDrawn || document.activeElement?.closest('.dialog-body')) return;
    form.current?.querySelector<HTMLElement>('.dialog-body input, .dialog-body textarea')?.focus();
  }, [isDrawn]);
}

interface HeadProps {
  title: string;
  isPushed: boolean;
  onDismiss: (all: boolean) => void;
}

function Head({ title, isPushed, onDismiss }: HeadProps) {
  return (
    <header class="dialog-head">
      {isPushed && (
        <button type="button" class="button button-icon" aria-label="Back" onClick={() => onDismiss(false)}>
          <Icon name="back" />
        </button>
      )}
      <h2>{title}</h2>
      <button type="button" class="button button-icon" aria-label="Close" onClick={() => onDismiss(true)}>
        <Icon name="close" />
      </button>
    </header>
  );
}

interface FootProps {
  view: JsonObject;
  isSending: boolean;
  onDismiss: (all: boolean) => void;
}

function Foot({ view, isSending, onDismiss }: FootProps) {
  const submitWords = wordsAt(view, 'submit');
  return (
    <footer class="dialog-foot">
      <button type="button" class="button" onClick={() => onDismiss(false)}>
        {wordsAt(view, 'close') || 'Close'}
      </button>
      {submitWords !== '' && (
        <button type="submit" class="button button-primary" disabled={isSending} aria-busy={isSending}>
          {submitWords}
        </button>
      )}
    </footer>
  );
}

type Sent = { closed: true } | { updated: true } | { errors: Record<string, string> } | { failed: string };

interface Submitting {
  viewer: string;
  shown: ShownView;
  surface: ViewSurface;
  form: { current: HTMLFormElement | null };
}

function useSubmit({ viewer, shown, surface, form }: Submitting): {
  isSending: boolean;
  trouble: string;
  submit: () => void;
} {
  const [isSending, setSending] = useState(false);
  const [trouble, setTrouble] = useState('');
  const submit = async (): Promise<void> => {
    setSending(true);
    const entered = Object.values(surface.entries());
    const answer = await post<Sent>('submit', { as: viewer, view: shown.id, entered });
    setSending(false);
    setTrouble(troubleIn(answer));
    const errors = 'errors' in answer ? answer.errors : {};
    surface.setErrors(errors);
    // The first field that is wrong is where the person goes on.
    if (Object.keys(errors).length > 0)
      setTimeout(() =>
        form.current?.querySelector<HTMLElement>('.field-wrong :is(input, textarea)')?.focus(),
      );
  };
  return { isSending, trouble, submit: () => void submit() };
}

function troubleIn(answer: Sent | { error: string }): string {
  if ('error' in answer) return answer.error;
  if (!('failed' in answer)) return '';
  return answer.failed === 'operation_timeout'
    ? troubleConnecting
    : `The app's answer could not be shown: ${answer.failed}`;
}
