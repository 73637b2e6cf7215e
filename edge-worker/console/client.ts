// The typed client of /v1: addresses, parameters, bodies and answers checked against the OpenAPI document as it stands.
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './_api.ts';

export type Api = Client<paths>;
export type Shape<Name extends keyof components['schemas']> = components['schemas'][Name];

export function apiClient(hubUrl: string, token: string): Api {
  return createClient<paths>({ baseUrl: `${hubUrl}/v1`, headers: { authorization: `Bearer ${token}` } });
}

/** The answer when all is well; else an error that says what the API said. */
export async function must<Answer>(
  asked: Promise<{ data?: Answer; error?: unknown; response: Response }>,
): Promise<Answer> {
  const { data, error, response } = await asked;
  if (data === undefined) throw new Error(`${response.status} ${JSON.stringify(error)}`);
  return data;
}
