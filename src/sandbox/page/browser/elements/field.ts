/** The field around an element; an element in a message or a row of buttons has none. */
export interface Field {
  id: string;
  isWrong: boolean;
  hasHint: boolean;
}

/** What ties an element to the label, the hint and the error of its field. */
export function describedBy(field: Field | undefined) {
  if (!field) return {};
  const ids = [
    ...(field.isWrong ? [`${field.id}-error`] : []),
    ...(field.hasHint ? [`${field.id}-hint`] : []),
  ];
  return {
    ...(ids.length > 0 && { 'aria-describedby': ids.join(' ') }),
    ...(field.isWrong && { 'aria-invalid': true }),
  };
}
