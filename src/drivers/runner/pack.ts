import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { type Pack, pack } from 'tar-stream';

import { refuseLink } from '../../domain/links.ts';

/** A directory as a tar archive in memory, links inside it kept. Rejects with a sentence for a link that leaves it. */
export async function packDirectory(directory: string): Promise<Buffer> {
  const archive = pack();
  const whole = buffer(archive);
  try {
    await addDirectory(archive, await realpath(directory), '');
    archive.finalize();
  } catch (error) {
    archive.destroy();
    await whole.catch(() => undefined);
    throw error;
  }
  return await whole;
}

/** How much the files of a directory are, in bytes. */
export async function directoryBytes(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await lstat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function addDirectory(archive: Pack, root: string, path: string): Promise<void> {
  const names = (await readdir(join(root, path))).toSorted();
  for (const name of names) await addEntry(archive, root, join(path, name));
}

async function addEntry(archive: Pack, root: string, path: string): Promise<void> {
  const full = join(root, path);
  const stats = await lstat(full);
  const header = { name: path.split(sep).join('/'), mode: stats.mode % 0o1000, mtime: stats.mtime };
  if (stats.isDirectory()) {
    archive.entry({ ...header, type: 'directory' });
    await addDirectory(archive, root, path);
  } else if (stats.isSymbolicLink()) {
    const linkname = await readlink(full);
    const refused = refuseLink(header.name, linkname);
    if (refused !== null) throw new Error(`the link ${full} ${refused}`);
    archive.entry({ ...header, type: 'symlink', linkname });
  } else if (stats.isFile()) {
    await addFile(archive, { ...header, size: stats.size }, full);
  } else {
    throw new Error(`${full} is neither a file, a directory nor a link, so it cannot be part of a revision`);
  }
}

async function addFile(archive: Pack, header: { name: string; size: number }, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const entry = archive.entry(header, (error) => (error ? reject(error) : resolve()));
    createReadStream(path).on('error', reject).pipe(entry);
  });
}
