import { TableHead } from '../../parts/table-head';

interface FigureTableProps {
  /** The first names the rows. */
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A table of names and numbers; a narrow window shows each row as a card. */
export function FigureTable({ columns, rows }: FigureTableProps) {
  return (
    <table role="table" class="cards figures">
      <TableHead columns={columns} />
      <tbody role="rowgroup">
        {rows.map(([name = '', ...figures]) => (
          <tr key={name} role="row">
            <th role="rowheader" scope="row">
              {name}
            </th>
            {figures.map((figure, index) => (
              <td key={index} role="cell" class="number" data-label={columns[index + 1]}>
                {figure}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
