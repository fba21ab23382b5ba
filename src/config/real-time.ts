/** Whether a day and time such as 2026-12-24T00:00 is in the calendar. */
export function isRealTime(time: string): boolean {
  const instant = new Date(`${time}:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(time);
}
