import { type JsonObject, objectsAt, stringAt } from '../../../slack/json.ts';
import { Markup } from '../text/markup.tsx';
import { readRichText } from '../text/read-rich-text.ts';

/** Rows and columns; the first row is the head. */
export function Table({ block }: { block: JsonObject }) {
  const { rows } = block;
  const [head = [], ...body] = Array.isArray(rows) ? rows.map((row) => objectsAt({ row }, 'row')) : [];
  return (
    <div class="block-table" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col">
                <Cell cell={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>
                  <Cell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ cell }: { cell: JsonObject }) {
  if (cell['type'] === 'rich_text') return <Markup parts={readRichText(cell)} />;
  return <>{stringAt(cell, 'text') ?? ''}</>;
}
