// A table that stays quick with thousands of rows: only those in sight are drawn. Keyboard and reading out are React
// Aria's.
import type { ReactNode } from 'react';
import { Cell, Column, Row, Table, TableBody, TableHeader, TableLayout, Virtualizer } from 'react-aria-components';
import './grid.css';

export interface GridColumn<Line> {
  readonly id: string;
  readonly title: string;
  readonly show: (line: Line) => ReactNode;
  /** Pixels, or a share of what is left, e.g. `2fr`. */
  readonly width?: number | `${number}fr`;
  readonly minWidth?: number;
  /** Names the row when it is read out. */
  readonly isName?: boolean;
  readonly isFigure?: boolean;
}

export interface GridProps<Line> {
  readonly label: string;
  readonly columns: readonly GridColumn<Line>[];
  readonly lines: readonly Line[];
  readonly idOf: (line: Line) => string;
  readonly onOpen?: (line: Line) => void;
  readonly empty: ReactNode;
  /** Called when the end of what was fetched comes into sight. */
  readonly onEnd?: () => void;
  readonly heightPx?: number;
}

const rowHeightPx = 40;
const headerHeightPx = 36;

export function Grid<Line extends object>(props: GridProps<Line>) {
  const { label, columns, lines, idOf, onOpen, empty, heightPx = 520 } = props;
  if (lines.length === 0) return <>{empty}</>;
  const wantedPx = headerHeightPx + lines.length * rowHeightPx + 2;
  const seek = (area: HTMLElement) => {
    if (area.scrollTop + area.clientHeight >= area.scrollHeight - 4 * rowHeightPx) props.onEnd?.();
  };
  return (
    <Virtualizer layout={TableLayout} layoutOptions={{ rowHeight: rowHeightPx, headingHeight: headerHeightPx }}>
      <Table
        aria-label={label}
        className="grid"
        style={{ height: Math.min(heightPx, wantedPx) }}
        onScroll={(event) => seek(event.currentTarget as HTMLElement)}
        {...(onOpen && {
          onRowAction: (key) => {
            const opened = lines.find((line) => idOf(line) === key);
            if (opened) onOpen(opened);
          },
        })}
      >
        <TableHeader columns={columns.map((column) => ({ ...column }))}>
          {(column) => (
            <Column
              id={column.id}
              isRowHeader={column.isName ?? false}
              className={column.isFigure ? 'grid-column right' : 'grid-column'}
              width={column.width ?? '1fr'}
              minWidth={column.minWidth ?? 96}
            >
              {column.title}
            </Column>
          )}
        </TableHeader>
        <TableBody items={lines.map((line) => ({ id: idOf(line), line }))}>
          {({ id, line }) => (
            <Row
              id={id}
              className={onOpen ? 'grid-row grid-row-open' : 'grid-row'}
              columns={columns.map((c) => ({ ...c }))}
            >
              {(column) => (
                <Cell className={column.isFigure ? 'grid-cell right figures' : 'grid-cell'}>{column.show(line)}</Cell>
              )}
            </Row>
          )}
        </TableBody>
      </Table>
    </Virtualizer>
  );
}
