interface TableHeadProps {
  columns: readonly string[];
  /** Name of a last column with buttons, for screen readers only; undefined: none. */
  actions?: string;
}

/** Names the columns of a table whose rows are cards in a narrow window. */
export function TableHead({ columns, actions }: TableHeadProps) {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {columns.map((column) => (
          <th key={column} role="columnheader" scope="col">
            {column}
          </th>
        ))}
        {actions !== undefined && (
          <th role="columnheader" scope="col">
            <span class="visually-hidden">{actions}</span>
          </th>
        )}
      </tr>
    </thead>
  );
}
