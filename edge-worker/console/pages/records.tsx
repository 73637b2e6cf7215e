// Records: looked for by number, name or id in any system, and one of them beside itself in every system.
import { useState } from 'react';
import { Link, Route, Routes, useNavigate } from 'react-router';
import { Answer, useAnswer, useMe } from '../asking.tsx';
import type { Shape } from '../client.ts';
import { Button, Field } from '../parts/controls.tsx';
import { Grid } from '../parts/grid.tsx';
import { wordsFrom } from '../parts/people.ts';
import { Empty, Note } from '../parts/states.tsx';
import { OneRecord } from './records/one.tsx';

const shortest = 2;

export default function Records() {
  const { operations } = useMe();
  const [text, setText] = useState('');
  // Asked once more for the same, it is looked for once more: it may have come in the meantime.
  const [asked, setAsked] = useState({ text: '', times: 0 });
  return (
    <Routes>
      <Route
        index
        element={
          <div className="stack">
            <h1>Records</h1>
            <form
              className="stack-close"
              onSubmit={(event) => {
                event.preventDefault();
                setAsked(({ times }) => ({ text: text.trim(), times: times + 1 }));
              }}
            >
              <Field
                label="Number, name or id in any system"
                type="search"
                value={text}
                onChange={setText}
                hint="A part of a name, number or purchase order is enough; an id has to be whole."
              />
              <div>
                <Button type="submit" look="main" isDisabled={text.trim().length < shortest}>
                  Find
                </Button>
              </div>
            </form>
            {operations.includes('startReplay') && (
              <p className="quiet">
                Something went wrong for a while? <Link to="/mappings">Replay everything since a moment</Link>, after
                seeing what that would write.
              </p>
            )}
            {asked.text.length >= shortest && <Found {...asked} />}
          </div>
        }
      />
      <Route path=":entity" element={<OneRecord />} />
    </Routes>
  );
}

type Rows = Shape<'FoundRecords'>;

function Found({ text, times }: { readonly text: string; readonly times: number }) {
  const found = useAnswer(['records', 'found', text, times], ({ api, installation }) =>
    api.GET('/installations/{installation}/records', { params: { path: { installation }, query: { text } } }),
  );
  return (
    <Answer what="what was found" answer={found}>
      {(answer) => <FoundRows answer={answer} text={text} />}
    </Answer>
  );
}

function FoundRows({ answer, text }: { readonly answer: Rows; readonly text: string }) {
  const navigate = useNavigate();
  return (
    <div className="stack-close">
      {!answer.isAll && <Note>There are more than are shown. Type more of the name or number.</Note>}
      <Grid
        label="Found records"
        lines={answer.rows}
        idOf={({ entity }) => entity}
        onOpen={({ entity }) => navigate(`/records/${entity}`)}
        empty={
          <Empty title={`Nothing is known as “${text}”`}>
            Look for another part of the name, or for the whole id. Hours and expenses are found by their id alone.
          </Empty>
        }
        columns={[
          {
            id: 'label',
            title: 'Record',
            isName: true,
            width: '2fr',
            minWidth: 200,
            show: ({ entity, label }) => label ?? entity,
          },
          { id: 'kind', title: 'Kind', minWidth: 110, show: ({ kind }) => wordsFrom(kind) },
          { id: 'entity', title: 'Known to Tieout as', width: '2fr', minWidth: 260, show: ({ entity }) => entity },
        ]}
      />
    </div>
  );
}
