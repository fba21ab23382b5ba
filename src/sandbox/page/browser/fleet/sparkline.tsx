const [width, height, shownSeconds] = [96, 20, 40];

/** Answers of each of the last seconds as little bars. */
export function Sparkline({ values, hue }: { values: number[]; hue: number }) {
  const highest = Math.max(10, ...values);
  const step = width / shownSeconds;
  const first = shownSeconds - values.length;
  const bars = values.map((value, index) => {
    const tall = (value / highest) * height;
    return `M${((first + index) * step).toFixed(1)} ${height}v${(-tall).toFixed(1)}`;
  });
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${values.at(-1) ?? 0} requests in the last second`}
      style={{ '--hue': String(hue) }}
    >
      <path d={bars.join('')} />
    </svg>
  );
}
