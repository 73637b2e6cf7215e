// Asking the API from a page: the session, the queries, and an answer's troubles in the form that pages show.
import {
  type QueryKey,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { paths } from './_api.ts';
import type { Api } from './client.ts';
import { repeat } from './clock.ts';
import { Button } from './parts/controls.tsx';
import { Empty, Loading, Note, type Trouble, TroubleNote } from './parts/states.tsx';
import type { Lapse, Session, Sessions } from './session.ts';

export interface Asking {
  readonly api: Api;
  readonly installation: string;
  readonly session: Session;
  readonly sessions: Sessions;
}

type Me = paths['/me']['get']['responses'][200]['content']['application/json'];

const MeContext = createContext<Me | null>(null);
const AskingContext = createContext<Asking | null>(null);
/** Whether a page says by itself, for all its parts, that the hub cannot be reached. */
export const AwayIsSaid = createContext(false);

/** Stands before every page: nothing is asked until somebody is proven. */
export function Door({ sessions, children }: { readonly sessions: Sessions; readonly children: ReactNode }) {
  const standing = useSyncExternalStore(sessions.subscribe, () => sessions.standing);
  if (standing.is === 'proving') return <Loading what="your session" />;
  if (standing.is === 'outside') return <Empty title={standing.title}>{standing.next}</Empty>;
  const { api, session, proofs, lapse } = standing;
  return (
    <AskingContext value={{ api, session, sessions, installation: session.installation }}>
      {lapse && <Lapsed lapse={lapse} onRetry={sessions.askAgain} />}
      <Known proofs={proofs}>{children}</Known>
    </AskingContext>
  );
}

/** Over everything, also over a question that is open: what somebody has begun stays as it is below. */
function Lapsed({ lapse, onRetry }: { readonly lapse: Lapse; readonly onRetry: () => void }) {
  return (
    <div className="lapse" data-react-aria-top-layer="true">
      <Note tone="warning">
        <div className="row-apart" role="status">
          {lapse.is === 'asking' ? (
            <span>Your session has ended. Your system is asked who you are; you need not do anything.</span>
          ) : (
            <>
              <span>
                <strong>{lapse.title}.</strong> {lapse.next} What you have begun is still here.
              </span>
              <Button onPress={onRetry}>Try again</Button>
            </>
          )}
        </div>
      </Note>
    </div>
  );
}

/** What may be done decides what is offered, so nothing is shown before it is known. */
function Known({ proofs, children }: { readonly proofs: number; readonly children: ReactNode }) {
  const me = useAnswer(['me'], ({ api }) => api.GET('/me'));
  const { installation, sessions } = useAsking();
  const queries = useQueryClient();
  const by = me.data?.by;
  useEffect(() => {
    if (by !== undefined) sessions.knows(by);
  }, [sessions, by]);
  // Another proof may tell other roles.
  useEffect(() => {
    if (proofs > 1) void queries.invalidateQueries({ queryKey: [installation, 'me'] });
  }, [queries, installation, proofs]);
  return (
    <Answer what="who you are" answer={me}>
      {(known) => <MeContext value={known}>{children}</MeContext>}
    </Answer>
  );
}

/** Who is looking, and which operations of the API are theirs. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error('asked outside the door');
  return me;
}

export function useAsking(): Asking {
  const asking = useContext(AskingContext);
  if (!asking) throw new Error('asked outside the door');
  return asking;
}

/** Thrown by `answerOf`, so that a query fails with what the API said. */
export class ApiTrouble extends Error {
  override readonly name = 'ApiTrouble';
  readonly trouble: Trouble;
  readonly fields: readonly { readonly field: string; readonly problem: string }[];

  constructor(trouble: Trouble, fields: ApiTrouble['fields'] = []) {
    super(trouble.detail);
    this.trouble = trouble;
    this.fields = fields;
  }
}

interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly next: string;
  readonly fields?: ApiTrouble['fields'];
}

type Answered<Body> = Promise<{ data?: Body; error?: unknown; response: Response }>;

const unreachable: Trouble = {
  title: 'Tieout cannot be reached',
  detail: 'The connection to the hub was cut.',
  next: 'Your systems go on working and nothing is lost. Try again in a minute.',
  code: 'unreachable',
};

const unproven: Trouble = {
  title: 'Your session has ended',
  detail: 'Nothing was done: your system does not say who you are.',
  next: 'Sign in to it, then try again here.',
  code: 'unproven',
};

export const isUnreachable = (error: Error) => error instanceof ApiTrouble && error.trouble === unreachable;

async function reached<Asked>(asked: Promise<Asked>): Promise<Asked> {
  try {
    return await asked;
  } catch {
    throw new ApiTrouble(unreachable);
  }
}

/** A session that has run out is renewed and the same asked again: what was refused for it has done nothing. */
async function answerOf<Body>(
  ask: (asking: Asking) => Answered<Body>,
  asking: Asking,
  isByHand = false,
): Promise<Body> {
  const first = await reached(ask(asking));
  const isEnded = first.response.status === 401;
  const renewed = isEnded ? await asking.sessions.renewed(asking.session, isByHand) : null;
  if (isEnded && renewed === null) throw new ApiTrouble(unproven);
  const { data: body, error } = renewed ? await reached(ask({ ...asking, ...renewed })) : first;
  if (body !== undefined) return body;
  const { type, title, detail, next, fields } = error as ProblemBody;
  throw new ApiTrouble({ title, detail, next, code: type }, fields);
}

/** Asks once, for work that puts several answers together. */
export function useAsk(): <Body>(ask: (asking: Asking) => Answered<Body>) => Promise<Body> {
  const asking = useAsking();
  return (ask) => answerOf(ask, asking, true);
}

export interface Watched<Body> {
  /** Asks again by itself, for what changes while somebody looks on; how soon may depend on what was answered. */
  readonly everyMs?: number | ((body: Body | undefined) => number);
  /** After such an answer nothing changes any more. */
  readonly isLast?: (body: Body) => boolean;
}

/** What the API answers, kept under `key` together with the installation. */
export function useAnswer<Body>(
  key: QueryKey,
  ask: (asking: Asking) => Answered<Body>,
  { everyMs, isLast }: Watched<Body> = {},
) {
  const asking = useAsking();
  return useQuery<Body>({
    queryKey: [asking.installation, ...key],
    queryFn: () => answerOf(ask, asking),
    ...(everyMs !== undefined && {
      refetchInterval: ({ state: { data: body } }) => {
        if (body !== undefined && isLast?.(body)) return false;
        return typeof everyMs === 'function' ? everyMs(body) : everyMs;
      },
    }),
  });
}

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** A page of fewer rows is followed by the next one at once, where there is one. */
const pageMin = 20;

/** A list that comes in pages: what was fetched so far, and `more` for the page after it. */
export function usePages<Whole extends Page<unknown>>(
  key: QueryKey,
  ask: (asking: Asking, after: string | null) => Answered<Whole>,
  { everyMs }: { readonly everyMs?: number } = {},
) {
  const asking = useAsking();
  const answer = useInfiniteQuery({
    queryKey: [asking.installation, ...key],
    queryFn: ({ pageParam }) => answerOf((by) => ask(by, pageParam), asking),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
  });
  const rows: readonly Whole['rows'][number][] = useMemo(
    () => answer.data?.pages.flatMap((page) => page.rows) ?? [],
    [answer.data],
  );
  const more = () => {
    if (answer.hasNextPage && !answer.isFetching) void answer.fetchNextPage();
  };
  // A page that looked far back may be too short to be scrolled.
  const isShort = (answer.data?.pages.at(-1)?.rows.length ?? pageMin) < pageMin;
  useEffect(() => {
    if (isShort && !answer.isFetchNextPageError) more();
  });
  return { answer, rows, more };
}

/** A change. What was asked under `stale` is asked anew afterwards. */
export function useChange<Input, Body>(ask: (asking: Asking, input: Input) => Answered<Body>, stale: QueryKey) {
  const asking = useAsking();
  const queries = useQueryClient();
  return useMutation<Body, Error, Input>({
    mutationFn: (input) => answerOf((by) => ask(by, input), asking, true),
    onSettled: () => queries.invalidateQueries({ queryKey: [asking.installation, ...stale] }),
  });
}

/** Lists are read from the record, which follows what the hub did within seconds. */
const followEveryMs = 2_000;
const followedWithinMs = 20_000;

/** Has what was asked under `stale` asked anew for a while, once `isDue` comes true: after work at the hub. */
export function useRenewal(stale: QueryKey, isDue: boolean): void {
  const { installation } = useAsking();
  const queries = useQueryClient();
  const key = JSON.stringify([installation, ...stale]);
  useEffect(() => {
    if (!isDue) return undefined;
    const renew = () => void queries.invalidateQueries({ queryKey: JSON.parse(key) as QueryKey });
    renew();
    return repeat(renew, followEveryMs, followedWithinMs);
  }, [queries, key, isDue]);
}

export function troubleOf(error: Error): Trouble {
  if (error instanceof ApiTrouble) return error.trouble;
  return { title: 'Something went wrong', detail: error.message, next: 'Load the page anew.', code: 'unexpected' };
}

/** What the API found wrong, by field. */
export function problemsOf(error: Error | null): ReadonlyMap<string, string> {
  const fields = error instanceof ApiTrouble ? error.fields : [];
  return new Map(fields.map(({ field, problem }) => [field, problem]));
}

interface AnswerProps<Body> {
  readonly what: string;
  /** Over what stands there until the answer has come, where only the answer says what the page is called. */
  readonly title?: string;
  readonly answer: Pick<UseQueryResult<Body>, 'data' | 'error'> & { readonly refetch: () => unknown };
  readonly children: (body: Body) => ReactNode;
}

/** Loading, trouble or the answer. An answer that is there stays while it cannot be renewed, and says so. */
export function Answer<Body>({ what, title, answer, children }: AnswerProps<Body>) {
  const isSaid = useContext(AwayIsSaid) && answer.error !== null && isUnreachable(answer.error);
  const trouble = answer.error && !isSaid ? troubleOf(answer.error) : null;
  // What is not there does not come by being asked for again.
  const again = trouble?.code === 'not-found' ? {} : { onRetry: () => void answer.refetch() };
  const note = trouble && <TroubleNote trouble={trouble} {...again} />;
  const isHere = answer.data !== undefined;
  if (isSaid && !isHere) return <p className="quiet">Not known just now.</p>;
  return (
    <>
      {!isHere && title !== undefined && <h1>{title}</h1>}
      {note}
      {answer.data !== undefined ? children(answer.data) : note === null && <Loading what={what} />}
    </>
  );
}
