import type { JsonObject } from './json.ts';

export type Surface = 'message' | 'modal' | 'home';

export function validateBlocks(_blocks: JsonObject[], _surface: Surface): string[] {
  return [];
}

export function blockCharacters(_blocks: JsonObject[]): number {
  return 0;
}
