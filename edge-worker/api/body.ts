// The body of a request: read up to a limit, nested up to a limit, JSON.
import { ProblemError } from './problems.ts';

const bodyBytesMax = 1_000_000;
const depthMax = 32;

/** Null for an empty body. Limits are checked on what comes, not on what was announced. */
export async function readBody(request: Request): Promise<{ readonly text: string; readonly json: unknown }> {
  const text = await readText(request, bodyBytesMax);
  if (text === '') return { text, json: null };
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw new ProblemError('not-json', `The body is ${type === '' ? 'of no type' : type.slice(0, 60)}.`);
  }
  if (isDeeperThan(text, depthMax)) {
    throw new ProblemError('body-too-deep', `The body is nested deeper than ${depthMax} levels.`);
  }
  try {
    return { text, json: JSON.parse(text) };
  } catch {
    throw new ProblemError('invalid-json', 'The body is not JSON.');
  }
}

export async function readText(request: Request, bytesMax: number): Promise<string> {
  const tooLarge = () => new ProblemError('body-too-large', `A body has at most ${bytesMax} bytes.`);
  if (Number(request.headers.get('content-length') ?? '0') > bytesMax) throw tooLarge();
  const reader = request.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  while (reader) {
    const { value, done } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      await reader.cancel();
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}

/** Counted before it is parsed, so that nothing that walks the parsed value can run out of stack. */
function isDeeperThan(text: string, max: number): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isQuoted) {
      if (code === 92) index++;
      else if (code === 34) isQuoted = false;
    } else if (code === 34) isQuoted = true;
    else if (code === 123 || code === 91) {
      depth++;
      if (depth > max) return true;
    } else if (code === 125 || code === 93) depth--;
  }
  return false;
}
