import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, type Backend } from '../backend.js';
import { jsonBody, nameOf } from './json-body.js';
import { parseLogQuery, sendLogs } from './logs-endpoint.js';
import { parseDeployment, requireNamespace } from './parse-deployment.js';

/** One request to the API below /system/. */
export interface ApiCall {
  backend: Backend;
  version: string;
  request: IncomingMessage;
  response: ServerResponse;
  /** Of the path after `/system/`, decoded. */
  parts: string[];
  query: URLSearchParams;
}

type Route = (call: ApiCall) => Promise<void>;

/** The routes of an OpenFaaS provider; status codes as faas-netes and faas-cli have them. */
const ROUTES: Record<string, Partial<Record<string, Route>>> = {
  info: {
    // A gateway wraps this, and faas-cli's `version` reads it wrapped: where there is no gateway, we wrap it.
    GET: ({ backend, version: release, request, response }) => {
      const version = { sha: release, release };
      const { orchestration } = backend;
      const provider = { provider: 'power-harness', orchestration, version };
      const throughGateway = request.headers['x-forwarded-for'] !== undefined;
      return json(
        response,
        200,
        throughGateway ? provider : { provider, version, arch: process.arch },
      );
    },
  },
  functions: {
    GET: async ({ backend, query, response }) => {
      requireNamespace(query.get('namespace'), backend.namespace);
      await json(response, 200, await backend.list());
    },
    POST: async ({ backend, request, response }) => {
      await backend.create(parseDeployment(await jsonBody(request), backend.namespace));
      await empty(response, 202);
    },
    PUT: async ({ backend, request, response }) => {
      await backend.update(parseDeployment(await jsonBody(request), backend.namespace));
      await empty(response, 202);
    },
    DELETE: async ({ backend, request, response }) => {
      const body = await jsonBody(request);
      requireNamespace(body['namespace'], backend.namespace);
      await backend.remove(nameOf(body['functionName'], 'functionName'));
      await empty(response, 202);
    },
  },
  function: {
    GET: async ({ backend, parts, query, response }) => {
      requireNamespace(query.get('namespace'), backend.namespace);
      const withUsage = ['1', 'true'].includes(query.get('usage') ?? '');
      const status = await backend.describe(nameOf(parts[1], 'name'), withUsage);
      if (!status) return empty(response, 404);
      return json(response, 200, status);
    },
  },
  'scale-function': {
    POST: async ({ backend, parts, query, request, response }) => {
      requireNamespace(query.get('namespace'), backend.namespace);
      const { replicas } = await jsonBody(request);
      if (!Number.isInteger(replicas) || (replicas as number) < 0) {
        throw new ApiError(400, 'replicas must be a whole number');
      }
      await backend.scale(nameOf(parts[1], 'name'), replicas as number);
      await empty(response, 202);
    },
  },
  secrets: {
    GET: async ({ backend, query, response }) => {
      requireNamespace(query.get('namespace'), backend.namespace);
      const names = await backend.secrets.names();
      await json(
        response,
        200,
        names.map((name) => ({ name, namespace: backend.namespace })),
      );
    },
    POST: async ({ backend, request, response }) => {
      const body = await jsonBody(request);
      requireNamespace(body['namespace'], backend.namespace);
      await backend.secrets.create(nameOf(body['name'], 'name'), secretValue(body));
      await empty(response, 202);
    },
    PUT: async ({ backend, request, response }) => {
      const body = await jsonBody(request);
      requireNamespace(body['namespace'], backend.namespace);
      await backend.secrets.update(nameOf(body['name'], 'name'), secretValue(body));
      await empty(response, 202);
    },
    DELETE: async ({ backend, request, response }) => {
      const body = await jsonBody(request);
      requireNamespace(body['namespace'], backend.namespace);
      await backend.secrets.remove(nameOf(body['name'], 'name'));
      await empty(response, 202);
    },
  },
  logs: {
    GET: ({ backend, query, response }) =>
      sendLogs(backend, parseLogQuery(query, backend.namespace), response),
  },
  namespaces: { GET: ({ backend, response }) => json(response, 200, [backend.namespace]) },
  namespace: Object.fromEntries(
    ['GET', 'POST', 'PUT', 'DELETE'].map((method) => [
      method,
      ({ backend }: ApiCall) =>
        Promise.reject(new ApiError(501, `there is one namespace, ${backend.namespace}`)),
    ]),
  ),
  replicas: { GET: async ({ backend, response }) => json(response, 200, await backend.replicas()) },
};

/** Anyone may ask for these, as with faas-provider. */
export const OPEN_ROUTES = new Set(['namespaces']);

/** @throws ApiError */
export async function callApi(call: ApiCall): Promise<void> {
  const methods = ROUTES[call.parts[0] ?? ''];
  if (!methods) throw new ApiError(404, 'there is nothing here');
  const route = methods[call.request.method ?? ''];
  if (!route) throw new ApiError(405, `${call.request.method} is not for ${call.parts[0]}`);
  await route(call);
}

function secretValue({ value, rawValue }: Record<string, unknown>): Buffer {
  if (typeof rawValue === 'string' && rawValue !== '') return Buffer.from(rawValue, 'base64');
  if (typeof value === 'string') return Buffer.from(value);
  throw new ApiError(400, 'a secret needs a value');
}

function json(response: ServerResponse, status: number, value: unknown): Promise<void> {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
  return Promise.resolve();
}

function empty(response: ServerResponse, status: number): Promise<void> {
  response.writeHead(status, { 'Content-Length': 0 }).end();
  return Promise.resolve();
}
