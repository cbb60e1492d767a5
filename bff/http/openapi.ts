/** `GET /openapi.json`, generated from the route table. */
import * as z from 'zod/mini';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { errorCatalogue } from '../../shared/errors';
import { fileHeaders } from '../../shared/contract/route';
import { routes, type Route } from '../../shared/contract/routes';

const problem = z.object({ type: z.string(), title: z.string(), status: z.int(), code: z.enum(Object.keys(errorCatalogue) as [string, ...string[]]), traceId: z.string() });

/** OpenAPI 3.1 of every route; demonstration routes only in demo mode. */
export function openApiDocument(demo: boolean): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    if (route.audience === 'demo' && !demo) continue;
    const path = route.path.replace(/:([A-Za-z]+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(name, route);
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: '公租房轮候与线上选房', version: '1', description: '所有时刻为毫秒时间戳（epoch ms），金额为分，面积为平方米。拒绝一律以 application/problem+json 答复。' },
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    paths: paths as ZodOpenApiPathsObject,
  });
}

function operation(name: string, route: Route): ZodOpenApiOperationObject {
  const pathNames = [...route.path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1] as string);
  return {
    operationId: name, summary: route.summary, tags: [route.audience],
    ...(route.audience === 'family' || route.audience === 'staff' ? { security: [{ bearer: [] }] } : {}),
    requestParams: {
      ...(pathNames.length > 0 ? { path: z.object(Object.fromEntries(pathNames.map((p) => [p, z.string()]))) } : {}),
      ...(route.query === undefined ? {} : { query: route.query }),
      ...headersOf(route),
    },
    ...(route.uploadBytes === undefined ? {} : { requestBody: { required: true, content: { 'application/octet-stream': { schema: z.string() } } } }),
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    responses: {
      [String(route.status ?? 200)]: { description: route.summary, content: { [route.download === true ? 'application/octet-stream' : 'application/json']: { schema: route.answer } } },
      default: { description: '拒绝', content: { 'application/problem+json': { schema: problem } } },
    },
  };
}

function headersOf(route: Route) {
  const names = [...(route.idempotent === undefined ? [] : ['Idempotency-Key']), ...(route.uploadBytes === undefined ? [] : Object.values(fileHeaders))];
  return names.length === 0 ? {} : { header: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) };
}
