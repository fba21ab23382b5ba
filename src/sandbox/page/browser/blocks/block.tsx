import { type JsonObject, objectAt, stringAt, typeOf, wordsAt } from '../../../slack/json.ts';
import { Markup } from '../text/markup.tsx';
import { readRichText } from '../text/read-rich-text.ts';
import { PlainText, TextObject } from '../text/text-object.tsx';
import { Actions } from './actions.tsx';
import { Context } from './context.tsx';
import { ImageBlock } from './image.tsx';
import { Input } from './input.tsx';
import { Section } from './section.tsx';
import { Table } from './table.tsx';

/** Blocks from top to bottom. */
export function Blocks({ blocks }: { blocks: JsonObject[] }) {
  return (
    <div class="blocks">
      {blocks.map((block, index) => (
        <Block key={keyOf(block, blocks.slice(0, index))} block={block} />
      ))}
    </div>
  );
}

/** A field is known by its id, everything else by the how-manieth of its kind it is: so a redraw moves, and does not begin anew. */
function keyOf(block: JsonObject, before: JsonObject[]): string {
  const type = typeOf(block);
  if (type === 'input') return `input ${stringAt(block, 'block_id')}`;
  return `${type} ${before.filter((each) => typeOf(each) === type).length}`;
}

function Block({ block }: { block: JsonObject }) {
  switch (typeOf(block)) {
    case 'header':
      return (
        <h3 class="block-header">
          <PlainText text={wordsAt(block, 'text')} hasEmoji={objectAt(block, 'text')?.['emoji'] !== false} />
        </h3>
      );
    case 'section':
      return <Section block={block} />;
    case 'context':
      return <Context block={block} />;
    case 'actions':
      return <Actions block={block} />;
    case 'input':
      return <Input block={block} />;
    case 'rich_text':
      return (
        <div class="block-rich-text">
          <Markup parts={readRichText(block)} />
        </div>
      );
    case 'divider':
      return <hr />;
    case 'image':
      return <ImageBlock block={block} />;
    case 'table':
      return <Table block={block} />;
    case 'alert':
      return (
        <p class="block-alert">
          <TextObject text={objectAt(block, 'text')} />
        </p>
      );
    case 'markdown':
      return <p class="lines">{stringAt(block, 'text')}</p>;
    default:
      return <p class="quiet">(a block of type {typeOf(block)}, which this page does not draw)</p>;
  }
}
