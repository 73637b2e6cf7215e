// How the connections are, asked anew while somebody looks on.
import { useAnswer } from '../../asking.tsx';

const watchEveryMs = 5_000;

export function useHealth() {
  return useAnswer(
    ['health'],
    ({ api, installation }) => api.GET('/installations/{installation}/health', { params: { path: { installation } } }),
    { everyMs: watchEveryMs },
  );
}
