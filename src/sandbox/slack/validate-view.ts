import type { JsonObject } from './json.ts';

export function validateView(_view: JsonObject, _surface: 'modal' | 'home'): string[] {
  return [];
}
