/** A piece of a line of mrkdwn or rich text. */
export type Inline =
  | { is: 'text'; text: string }
  | { is: 'bold' | 'italic' | 'strike'; inside: Inline[] }
  | { is: 'code'; text: string }
  | { is: 'link'; url: string; text: string }
  | { is: 'mention'; sign: '@' | '#'; id: string; label: string }
  | { is: 'date'; seconds: number; pattern: string; url: string | null; fallback: string }
  | { is: 'emoji'; name: string };

/** A part of a text: lines, a quotation, preformatted text, or a list. */
export type Part =
  | { is: 'lines' | 'quote'; inside: Inline[] }
  | { is: 'preformatted'; inside: Inline[] }
  | { is: 'list'; isOrdered: boolean; first: number; indent: number; items: Inline[][] };
