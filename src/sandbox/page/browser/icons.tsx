const paths = {
  check: 'M4 12.5l5 5L20 6.5',
  chevron: 'M6 9l6 6 6-6',
  close: 'M6 6l12 12M18 6L6 18',
  fleet: 'M4 5h16v5H4zM4 14h16v5H4zM8 7.5h.01M8 16.5h.01',
  back: 'M15 5l-7 7 7 7',
  menu: 'M4 6h16M4 12h16M4 18h16',
  moon: 'M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  power: 'M12 3v9M6.5 7a8 8 0 1 0 11 0',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  send: 'M4 12l16-8-6 16-3-6z',
  slow: 'M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M19 5l-1.5 1.5M6.5 17.5L5 19',
  warning: 'M12 4l9 16H3zM12 10v4M12 17h.01',
} as const;

/** The name of a drawn sign. */
export type IconName = keyof typeof paths;

/** A drawn sign; it says nothing to screen readers, whoever uses it names what it does. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** The lamp of the product. */
export function Lamp() {
  return (
    <svg class="lamp" viewBox="0 0 32 32" aria-hidden="true">
      <circle class="lamp-glow" cx="16" cy="16" r="14" />
      <path class="lamp-glass" d="M10 12h12l-2 11h-8z" />
      <path class="lamp-frame" d="M8.5 12L16 6.5l7.5 5.5zM12.5 24h7v2h-7z" />
    </svg>
  );
}
