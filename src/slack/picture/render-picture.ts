import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);
/** The product's own font: what is drawn looks the same on every machine, and needs none to be installed. */
const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
  resolve(`dejavu-fonts-ttf/ttf/${file}`),
);
const zoom = 2;

/**
 * Turns a drawing into a PNG, away from the event loop. Rejects where it is no drawing, and on a machine for which there
 * is no ready-made renderer: nothing else needs it, so it is loaded only here.
 */
export async function renderPicture(svg: string): Promise<Buffer> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const picture = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: zoom },
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' },
  });
  return picture.asPng();
}
