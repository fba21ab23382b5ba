import { findPressable } from './act-on-message.ts';
import { actInView, dismissView, enter, type SubmitResult, submitView, suggest } from './act-on-view.ts';
import { type JsonObject, objectsAt, typeOf, wordsAt } from './json.ts';
import { renderView } from './render-text.ts';
import { elementShape, elementValue, type PlacedElement, placedElements, viewBlocks } from './view-state.ts';
import type { Wire } from './wire.ts';
import type { StoredView } from './world.ts';

/** A view as one person has it before them; fields are named by their visible label. */
export class Modal {
  readonly #wire: Wire;
  readonly #stored: StoredView;
  readonly #home: boolean;

  constructor(wire: Wire, stored: StoredView, home = false) {
    this.#wire = wire;
    this.#stored = stored;
    this.#home = home;
  }

  /** Slack's id of the view. */
  get id(): string {
    return this.#stored.id;
  }

  /** False once it was sent, dismissed or cleared. */
  get isOpen(): boolean {
    return this.#home || this.#wire.world.stackOf(this.#stored.user).includes(this.#stored);
  }

  /** The words in the view's head. */
  get title(): string {
    return wordsAt(this.#stored.view, 'title');
  }

  /** The words of the button that sends it; '' when there is none. */
  get submitLabel(): string {
    return wordsAt(this.#stored.view, 'submit');
  }

  /** The blocks as Slack keeps them. */
  get blocks(): JsonObject[] {
    return viewBlocks(this.#stored);
  }

  /** Everything the person sees, as plain text. */
  text(): string {
    const { world } = this.#wire;
    const timezone = world.people.get(this.#stored.user)?.timezone ?? 'UTC';
    return renderView(this.#stored, { nameOf: (id) => world.nameOf(id), timezone });
  }

  /** Types into a text field, in place of what stood there. */
  async type(label: string, text: string): Promise<void> {
    await this.#enter(this.#field(label), { value: text === '' ? null : text });
  }

  /** Chooses exactly these options by their visible words; none empties the field. */
  async choose(label: string, ...texts: string[]): Promise<void> {
    const placed = this.#field(label);
    const type = typeOf(placed.element);
    const many = elementShape(type)?.selected === 'selected_options';
    if (!many && texts.length > 1) throw new Error(`"${label}" takes one option, not ${texts.length}.`);
    const options: JsonObject[] = [];
    for (const text of texts) options.push(await this.#option(placed, text));
    await this.#enter(placed, many ? { selected_options: options } : { selected_option: options[0] ?? null });
  }

  /** Picks a person by their id. */
  async pickPerson(label: string, id: string): Promise<void> {
    await this.#enter(this.#field(label), { selected_user: id });
  }

  /** Picks a moment, in epoch seconds. */
  async pickDateTime(label: string, epochSeconds: number): Promise<void> {
    await this.#enter(this.#field(label), { selected_date_time: epochSeconds });
  }

  /** Ticks the checkbox with these words. */
  async check(text: string): Promise<void> {
    await this.#tick(text, true);
  }

  /** Takes the tick away. */
  async uncheck(text: string): Promise<void> {
    await this.#tick(text, false);
  }

  /** The words of the options the app offers for what was typed. */
  async search(label: string, typed: string): Promise<string[]> {
    const options = await suggest(this.#wire, this.#open(), this.#field(label), typed);
    return options.map((option) => wordsAt(option, 'text'));
  }

  /** Presses a button inside the view. */
  async press(label: string): Promise<boolean> {
    const { placed, action } = findPressable(this.blocks, label);
    return await actInView(this.#wire, this.#open(), placed, action);
  }

  /** Sends the form; errors are named by the visible label of their field. */
  async submit(): Promise<SubmitResult> {
    if (this.submitLabel === '') throw new Error(`"${this.title}" has no button that sends it.`);
    const { blocks } = this;
    const result = await submitView(this.#wire, this.#open());
    if (!('errors' in result)) return result;
    const labelOf = (blockId: string): string =>
      wordsAt(
        blocks.find((block) => block['block_id'] === blockId),
        'label',
      );
    const errors = Object.entries(result.errors).map(([blockId, sentence]) => [labelOf(blockId), sentence]);
    return { errors: Object.fromEntries(errors) as Record<string, string> };
  }

  /** Closes it without sending; `all` closes every view below as well. */
  async dismiss(how: 'top' | 'all' = 'top'): Promise<void> {
    await dismissView(this.#wire, this.#open(), how);
  }

  async #enter(placed: PlacedElement, value: JsonObject): Promise<void> {
    await enter(this.#wire, this.#open(), placed, value);
  }

  async #tick(text: string, ticked: boolean): Promise<void> {
    const boxes = placedElements(this.blocks).filter(({ element }) => element['type'] === 'checkboxes');
    for (const placed of boxes) {
      const option = objectsAt(placed.element, 'options').find((each) => wordsAt(each, 'text') === text);
      if (!option) continue;
      const before = objectsAt(elementValue(placed, this.#stored.touched), 'selected_options');
      const others = before.filter((each) => wordsAt(each, 'text') !== text);
      return await this.#enter(placed, { selected_options: ticked ? [...others, option] : others });
    }
    throw new Error(`There is no checkbox "${text}" in "${this.title}".\n${this.text()}`);
  }

  async #option(placed: PlacedElement, text: string): Promise<JsonObject> {
    const { element } = placed;
    const given = typeOf(element).includes('external')
      ? await suggest(this.#wire, this.#open(), placed, text)
      : offered(element);
    const found = given.find((option) => wordsAt(option, 'text') === text);
    if (found) return found;
    const there = given.slice(0, 20).map((option) => wordsAt(option, 'text'));
    throw new Error(`There is no option "${text}". There is: ${there.join(', ') || 'nothing'}.`);
  }

  #field(label: string): PlacedElement {
    const fields = placedElements(this.blocks);
    const found = fields.find(({ block }) => wordsAt(block, 'label') === label);
    if (found) return found;
    const there = fields.map(({ block }) => wordsAt(block, 'label')).filter((words) => words !== '');
    throw new Error(`There is no field "${label}" in "${this.title}". There is: ${there.join(', ')}.`);
  }

  #open(): StoredView {
    if (!this.isOpen) throw new Error(`The view "${this.title}" is closed.`);
    return this.#stored;
  }
}

function offered(element: JsonObject): JsonObject[] {
  const grouped = objectsAt(element, 'option_groups').flatMap((group) => objectsAt(group, 'options'));
  return [...objectsAt(element, 'options'), ...grouped];
}
