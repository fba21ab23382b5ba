import { describe, expect, test } from 'vitest';

import type { Timeline, TimelineRow } from '../../src/progress/timeline.ts';
import { renderPicture } from '../../src/slack/picture/render-picture.ts';
import { chooseTicks } from '../../src/slack/picture/ticks.ts';
import { drawTimeline } from '../../src/slack/picture/timeline-picture.ts';

const from = Date.parse('2026-11-20T20:00:03Z');
const minute = 60_000;

function row(server: string, more: Partial<TimelineRow> = {}): TimelineRow {
  const spans = [{ stretch: 'deploying' as const, from, to: from + minute }];
  return { server, state: 'ok', isHeld: false, spans, backAt: from + minute, ...more };
}

function timeline(rows: TimelineRow[]): Timeline {
  return { attempt: 1, from, to: from + 10 * minute, state: 'ok', rows };
}

const names = (count: number) => Array.from({ length: count }, (_, index) => row(`web-${index + 1}`));
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, words]) => words);

describe('the picture of a timeline', () => {
  test.each([1, 6, 30, 100])('shows each of %i servers by name', (count) => {
    const { svg } = drawTimeline('#1 shop@2 → shop', timeline(names(count)), 'UTC');
    for (const { server } of names(count)) expect(textsOf(svg)).toContain(server);
  });

  test('of more servers than fit leaves out some that went well, and says how many', () => {
    const rows = [...names(200), row('last', { state: 'error', isHeld: true, backAt: null })];
    const { svg } = drawTimeline('#1 shop@2 → shop', timeline(rows), 'UTC');
    expect(textsOf(svg)).toContain('last');
    expect(textsOf(svg)).toContain('and 81 more, all of them ok');
    expect(textsOf(svg).filter((words) => words?.startsWith('web-'))).toHaveLength(119);
  });

  test('draws each stretch from where it begins to where it ends, and a dot where it was back', () => {
    const spans = [
      { stretch: 'out' as const, from: from + 2 * minute, to: from + 4 * minute },
      { stretch: 'deploying' as const, from: from + 4 * minute, to: from + 9 * minute },
      { stretch: 'verifying' as const, from: from + 9 * minute, to: from + 12 * minute },
    ];
    const drawn = (more: Partial<TimelineRow>): number[][] => {
      const { svg } = drawTimeline('#1', timeline([row('web-1', { spans, backAt: null, ...more })]), 'UTC');
      const marks = svg
        .split('\n')
        .slice(0, svg.split('\n').findIndex((line) => line.includes('out of service')) - 1);
      const rects = marks.flatMap(
        (line) => /^<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/.exec(line)?.slice(1) ?? [],
      );
      const dots = marks.flatMap((line) => /^<circle cx="([\d.]+)"/.exec(line)?.slice(1) ?? []);
      // The line behind them is as long as the attempt took: ten minutes.
      const [x1 = 0, x2 = 0] = (
        /^<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="\2"/m.exec(svg) ?? []
      ).flatMap((each, group) => (group === 1 || group === 3 ? Number(each) : []));
      const minuteOf = (length: number): number => Math.round((length / (x2 - x1)) * 100) / 10;
      const bars = rects.map((each, at) => minuteOf(at % 2 === 0 ? Number(each) - x1 : Number(each)));
      return [bars, dots.map((each) => minuteOf(Number(each) - x1))];
    };
    // What lies outside of them stands at their end.
    expect(drawn({})).toEqual([[2, 2, 4, 5, 9, 1], []]);
    expect(drawn({ backAt: from + 5 * minute })[1]).toEqual([5]);
  });

  test('of no time at all stands at its beginning', () => {
    const { svg } = drawTimeline('#1', { ...timeline(names(1)), to: from }, 'UTC');
    expect(svg).not.toContain('NaN');
    const drawn = svg.slice(svg.indexOf('>web-1<'));
    const xOf = (mark: RegExp): string | undefined => mark.exec(drawn)?.[1];
    expect(xOf(/<circle cx="([\d.]+)"/)).toBe(xOf(/<line x1="([\d.]+)"/));
  });

  test('says beside each server how it ended and how long it was worked on, without its waiting', () => {
    const spans = [
      { stretch: 'out' as const, from, to: from + 5 * minute },
      { stretch: 'deploying' as const, from: from + 5 * minute, to: from + 6 * minute },
      { stretch: 'undoing' as const, from: from + 6 * minute, to: from + 8 * minute },
    ];
    const said = (more: Partial<TimelineRow>): string[] => {
      const { svg } = drawTimeline('#1', timeline([row('web-1', { spans, ...more })]), 'UTC');
      return textsOf(svg).flatMap((words) => (words && /^[·✗…✓?–↶]/u.test(words) ? [words] : []));
    };
    expect(said({})).toEqual(['✓ ok 3 min']);
    expect(said({ isHeld: true })).toEqual(['✓ ok, held']);
    expect(said({ state: 'preflight_failed', spans: [] })).toEqual(['✗ not begun']);
    expect(said({ state: 'rolled_back' })).toEqual(['↶ rolled back 3 min']);
  });

  test('has another colour for what did not go well, and for what was never begun', () => {
    const colourOf = (more: Partial<TimelineRow>): string => {
      const { svg } = drawTimeline('#1', timeline([row('web-1', more)]), 'UTC');
      const line = svg.split('\n').find((each) => /<text[^>]*>[·✗…✓?–↶]/u.test(each)) ?? '';
      return /fill="([^"]+)"/.exec(line)?.[1] ?? '';
    };
    const [well, held, bad, never] = [
      colourOf({}),
      colourOf({ isHeld: true }),
      colourOf({ state: 'error' }),
      colourOf({ state: 'skipped' }),
    ];
    expect(held).toBe(bad);
    expect(new Set([well, bad, never]).size).toBe(3);
  });

  test('says which attempt it is, from the second on', () => {
    const at = (attempt: number) =>
      textsOf(drawTimeline('#1', { ...timeline(names(1)), attempt }, 'UTC').svg)[1];
    expect(at(1)).toBe('2026-11-20 20:00 UTC, 10 min, 1 of 1 servers ok');
    expect(at(2)).toBe('attempt 2, 2026-11-20 20:00 UTC, 10 min, 1 of 1 servers ok');
  });

  test('says in words, for whoever cannot see it, how it came out and what did not go well', () => {
    const rows = [...names(2), row('web-3', { state: 'error', isHeld: true, backAt: null })];
    const { altText } = drawTimeline('#7 shop@2 → shop', timeline(rows), 'Europe/Madrid');
    expect(altText).toBe(
      'Timeline of #7 shop@2 → shop: 2026-11-20 21:00 Europe/Madrid, 10 min, 2 of 3 servers ok. To look at: web-3: failed, held.',
    );
    const many = names(300).map((each) => ({ ...each, state: 'error' as const }));
    expect(drawTimeline('#7', timeline(many), 'UTC').altText.length).toBeLessThanOrEqual(1_000);
  });

  test('counts as the card does: what is deployed is done, also where its cluster is held', () => {
    const rows = [
      row('web-1', { isHeld: true, backAt: null }),
      row('web-2', { state: 'error', isHeld: true, backAt: null }),
      row('web-3', { state: 'skipped', isHeld: true, backAt: null, spans: [] }),
    ];
    const { svg, altText } = drawTimeline('#7 shop@2 → shop', timeline(rows), 'UTC');
    expect(altText).toContain('1 of 3 servers ok. To look at: web-1: ok, held; web-2: failed, held;');
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['✓ ok, held', '✗ failed, held', '– left as it was, held']),
    );
  });

  test('takes no word of a name for markup', () => {
    const { svg } = drawTimeline('#1 <b>&"\u0007 → x', timeline([row('<script>')]), 'UTC');
    expect(svg).toContain('&lt;b&gt;&amp;&quot; ');
    expect(svg).not.toContain('<script>');
  });

  test('is a PNG of twice its size, drawn with the font that comes with the product', async () => {
    const { svg } = drawTimeline('#1 shop@2 → shop', timeline(names(6)), 'UTC');
    const png = await renderPicture(svg);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(1_920);
    const wordless = await renderPicture(svg.replaceAll(/<text.*<\/text>/g, ''));
    expect(png.length).toBeGreaterThan(wordless.length * 1.5);
  });

  test('that is no drawing is refused', async () => {
    await expect(renderPicture('<svg')).rejects.toThrow(/SVG/i);
  });
});

describe('the marks on its axis', () => {
  test.each([
    [4_000, 5, '20:00:03'],
    [50_000, 5, '20:00:10'],
    [10 * minute, 5, '20:02'],
    [9 * 60 * minute, 4, '22:00'],
  ])('over %i ms are %i, the first %s', (length, count, label) => {
    const ticks = chooseTicks(from, from + length, 'UTC');
    expect([ticks.length, ticks[0]?.label]).toEqual([count, label]);
  });

  test('are one where no time passed', () => {
    expect(chooseTicks(from, from, 'UTC')).toHaveLength(1);
  });
});
