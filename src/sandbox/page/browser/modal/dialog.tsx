import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  label: string;
  kind: 'view' | 'confirm';
  onClose: () => void;
  children: ComponentChildren;
}

/** A dialog over everything: focus stays in it and goes back to where it was, Escape closes it. */
export function Dialog({ label, kind, onClose, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const isGone = useRef(false);
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[autofocus], .dialog-body input, .dialog-body textarea')?.focus();
    return () => {
      isGone.current = true;
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog dialog-${kind}`}
      aria-label={label}
      aria-modal="true"
      onKeyDown={(event) => {
        if (event.key === 'Tab') keepInside(event);
      }}
      onCancel={(event) => {
        event.preventDefault();
        if (event.target === event.currentTarget) onClose();
      }}
      // A browser that lets nobody hold it closes it by itself: on a page where nothing was pressed yet.
      onClose={() => {
        if (!isGone.current) onClose();
      }}
    >
      {children}
    </dialog>
  );
}

const focusable = 'button:not(:disabled), input, textarea, a[href], [tabindex="0"]';

/** After the last comes the first, and the other way round: a browser would go on to its own address bar. */
function keepInside(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(focusable)];
  const [from, to] = event.shiftKey ? [all.at(0), all.at(-1)] : [all.at(-1), all.at(0)];
  if (document.activeElement !== from) return;
  event.preventDefault();
  to?.focus();
}
