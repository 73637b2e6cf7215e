// A table that stays quick with thousands of rows: only those in sight are drawn. On a narrow page each row is a card
// with every column on a line of its own, so that nothing has to be looked for sideways. Keyboard and reading out
// are React Aria's.
import { type ReactNode, useSyncExternalStore } from 'react';
import { Cell, Column, Row, Table, TableBody, TableHeader, TableLayout, Virtualizer } from 'react-aria-components';
import './grid.css';

export interface GridColumn<Line> {
  readonly id: string;
  readonly title: string;
  /** Stands under the title, and beside it where a row is a card. */
  readonly note?: string;
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
  /** Rows have room for two lines; see `Lines`. */
  readonly isTall?: boolean;
}

const lineHeightPx = 40;
const tallLineHeightPx = 58;
const headerHeightPx = 36;
const notedHeaderHeightPx = 50;
/** Of a card until it is drawn, when its own height counts. */
const cardHeights = { paddingPx: 20, lineHeightPx: 22 };

const narrow = '(max-width: 640px)';

function useIsNarrow(): boolean {
  const follow = (changed: () => void) => {
    const media = matchMedia(narrow);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  };
  return useSyncExternalStore(follow, () => matchMedia(narrow).matches);
}

/** What a column is called on a line of its own. */
function labelOf(title: string, note?: string): string {
  if (title.endsWith('?')) return title;
  return note ? `${title} (${note}):` : `${title}:`;
}

/** All columns as one, its name first. */
function asCard<Line>(columns: readonly GridColumn<Line>[]): GridColumn<Line> {
  const name = columns.find(({ isName }) => isName);
  const others = columns.filter((column) => column !== name);
  return {
    ...{ id: 'card', title: name?.title ?? '', isName: true },
    show: (line) => (
      <>
        {name && <div className="grid-card-name">{name.show(line)}</div>}
        {others.map(({ id, title, note, show }) => {
          const shown = show(line);
          return shown === null || shown === false || shown === '' ? null : (
            <div key={id} className="grid-card-line">
              <span className="quiet">{labelOf(title, note)}</span> {shown}
            </div>
          );
        })}
      </>
    ),
  };
}

export function Grid<Line extends object>(props: GridProps<Line>) {
  const { label, lines, idOf, onOpen, empty, heightPx = 520 } = props;
  const isNarrow = useIsNarrow();
  if (lines.length === 0) return <>{empty}</>;
  const columns = isNarrow ? [asCard(props.columns)] : props.columns;
  const cardHeightPx = cardHeights.paddingPx + props.columns.length * cardHeights.lineHeightPx;
  const tableRowPx = props.isTall ? tallLineHeightPx : lineHeightPx;
  const headingPx = columns.some(({ note }) => note) ? notedHeaderHeightPx : headerHeightPx;
  const rowHeightPx = isNarrow ? cardHeightPx : tableRowPx;
  const wantedPx = headingPx + lines.length * rowHeightPx + 2;
  const seek = (area: HTMLElement) => {
    if (area.scrollTop + area.clientHeight >= area.scrollHeight - 4 * rowHeightPx) props.onEnd?.();
  };
  return (
    <Virtualizer
      key={String(isNarrow)}
      layout={TableLayout}
      layoutOptions={{
        ...(isNarrow ? { estimatedRowHeight: cardHeightPx } : { rowHeight: tableRowPx }),
        headingHeight: headingPx,
      }}
    >
      <Table
        aria-label={label}
        className={isNarrow ? 'grid grid-cards' : 'grid'}
        style={isNarrow ? { maxHeight: heightPx } : { height: Math.min(heightPx, wantedPx) }}
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
              {column.note ? <Lines first={column.title} second={column.note} /> : column.title}
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
              {(column) => <Cell className={cellLook(column)}>{column.show(line)}</Cell>}
            </Row>
          )}
        </TableBody>
      </Table>
    </Virtualizer>
  );
}

interface LinesProps {
  readonly first: ReactNode;
  readonly second: ReactNode;
}

/** Two lines of a cell, the second one quiet; what is too long ends in dots. */
export function Lines({ first, second }: LinesProps) {
  return (
    <span className="grid-lines">
      <span>{first}</span>
      <span className="quiet">{second}</span>
    </span>
  );
}

function cellLook<Line>({ id, isFigure }: GridColumn<Line>): string {
  if (id === 'card') return 'grid-cell grid-card';
  return isFigure ? 'grid-cell right figures' : 'grid-cell';
}
