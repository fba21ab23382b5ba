import { type JsonObject, stringAt, wordsAt } from '../../../slack/json.ts';

/** A picture with its title. */
export function ImageBlock({ block }: { block: JsonObject }) {
  return (
    <figure class="block-image">
      <figcaption>{wordsAt(block, 'title')}</figcaption>
      <Picture image={block} />
    </figure>
  );
}

/** A picture; this page loads none from elsewhere, and shows what it is called, as a link. */
export function Picture({ image }: { image: JsonObject }) {
  const url = stringAt(image, 'image_url') ?? '';
  const words = stringAt(image, 'alt_text') ?? '';
  if (url.startsWith('/') || url.startsWith('data:image/')) return <img src={url} alt={words} />;
  if (!/^https?:/.test(url)) return <span>{words}</span>;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener">
      {words || url}
    </a>
  );
}
