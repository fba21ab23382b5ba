import type { ComponentChildren } from 'preact';

import { useNow } from '../now.ts';
import { useReader } from '../reader.ts';
import { formatDate } from './dates.ts';
import type { Inline, Part } from './markup-tree.ts';

/** A text as its tree says; every word is a text node. */
export function Markup({ parts }: { parts: Part[] }) {
  return (
    <>
      {parts.map((part, index) => (
        <PartOf key={index} part={part} />
      ))}
    </>
  );
}

function PartOf({ part }: { part: Part }) {
  switch (part.is) {
    case 'lines':
      return (
        <span class="lines">
          <Inlines inside={part.inside} />
        </span>
      );
    case 'quote':
      return (
        <blockquote>
          <Inlines inside={part.inside} />
        </blockquote>
      );
    case 'preformatted':
      return (
        <pre tabIndex={0}>
          <Inlines inside={part.inside} />
        </pre>
      );
    case 'list': {
      const items = part.items.map((item, index) => (
        <li key={index}>
          <Inlines inside={item} />
        </li>
      ));
      return part.isOrdered ? <ol start={part.first}>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

/** Pieces of a line. */
export function Inlines({ inside }: { inside: Inline[] }) {
  return (
    <>
      {inside.map((inline, index) => (
        <InlineOf key={index} inline={inline} />
      ))}
    </>
  );
}

function InlineOf({ inline }: { inline: Inline }): ComponentChildren {
  const reader = useReader();
  switch (inline.is) {
    case 'text':
      return inline.text;
    case 'bold':
      return (
        <strong>
          <Inlines inside={inline.inside} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <Inlines inside={inline.inside} />
        </em>
      );
    case 'strike':
      return (
        <s>
          <Inlines inside={inline.inside} />
        </s>
      );
    case 'code':
      return <code>{inline.text}</code>;
    case 'link':
      return (
        <a href={inline.url} target="_blank" rel="noreferrer noopener">
          {inline.text}
        </a>
      );
    case 'mention':
      return <Mention {...inline} />;
    case 'date':
      return <Moment date={inline} />;
    case 'emoji':
      return reader.emoji[inline.name] ?? `:${inline.name}:`;
  }
}

function Mention({ sign, id, label }: Extract<Inline, { is: 'mention' }>) {
  const { names, viewer } = useReader();
  const words = names[id] ?? (label || id);
  return (
    <span class={id === viewer ? 'mention mention-me' : 'mention'}>
      {sign}
      {words}
    </span>
  );
}

/** A moment in the reader's own zone; the title names the zone. */
function Moment({ date }: { date: Extract<Inline, { is: 'date' }> }) {
  const { zone } = useReader();
  const now = useNow(30_000);
  const words = formatDate(date, { zone, now });
  return (
    <time dateTime={new Date(date.seconds * 1_000).toISOString()} title={`${words} in ${zone}`}>
      {words}
    </time>
  );
}
