import { methods } from './methods/table.ts';

const minuteMs = 60_000;
const betweenPostsMs = 1_000;

/**
 * Slack's own pace: so many calls a minute for each method, one post a second in each channel. Answers the seconds to
 * wait, or 0.
 */
export function createRateLimits(now: () => number): (method: string, channel: string) => number {
  const earlier = new Map<string, number[]>();
  return (method, channel) => {
    const perChannel = method === 'chat.postMessage';
    const key = perChannel ? `${method} ${channel}` : method;
    const most = perChannel ? 1 : (methods[method]?.perMinute ?? Infinity);
    const windowMs = perChannel ? betweenPostsMs : minuteMs;
    const within = (earlier.get(key) ?? []).filter((at) => now() - at < windowMs);
    const [oldest = 0] = within;
    if (within.length >= most) return Math.max(1, Math.ceil((oldest + windowMs - now()) / 1_000));
    earlier.set(key, [...within, now()]);
    return 0;
  };
}
