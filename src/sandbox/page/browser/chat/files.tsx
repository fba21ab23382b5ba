import type { ShownFile } from '../../../slack/screen-content.ts';

/** The files of a message: pictures as pictures, all else to save. */
export function Files({ files }: { files: ShownFile[] }) {
  return (
    <>
      {files.map((file) => (
        <figure class="file" key={file.id}>
          <a
            href={`/files/${file.id}`}
            target="_blank"
            rel="noopener"
            {...(!isPicture(file) && { download: file.name })}
          >
            {isPicture(file) ? <img src={`/files/${file.id}`} alt={file.title} /> : file.title}
          </a>
          <figcaption class="quiet">
            {file.name} · {sayBytes(file.sizeBytes)}
          </figcaption>
        </figure>
      ))}
    </>
  );
}

function isPicture({ name }: ShownFile): boolean {
  return /\.(?:png|jpe?g|gif|webp)$/i.test(name);
}

function sayBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
