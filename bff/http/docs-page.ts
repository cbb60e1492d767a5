/** `GET /docs`: the API and its problem codes as one readable page, from the same table. */
import * as z from 'zod/mini';
import { errorCatalogue } from '../../shared/errors';
import { routes, type Route } from '../../shared/contract/routes';

const audiences: Readonly<Record<Route['audience'], string>> = { public: '公开', family: '家庭（需登录）', staff: '工作人员（需登录）', gateway: '短信平台', demo: '演示' };
const escape = (text: string) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);
const schemaText = (schema: z.ZodMiniType | undefined) => (schema === undefined ? '' : escape(JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }), (key, value: unknown) => (key === '$schema' || key === 'additionalProperties' ? undefined : value), 2)));

/** The page; self-contained. */
export function docsPage(demo: boolean): string {
  const groups = (Object.keys(audiences) as Route['audience'][]).filter((a) => demo || a !== 'demo').map((audience) => {
    const rows = (Object.entries(routes) as [string, Route][]).filter(([, route]) => route.audience === audience).map(([name, route]) => `
      <details id="${name}"><summary><code class="${route.method}">${route.method}</code> <code>${escape(route.path)}</code> ${escape(route.summary)}${route.idempotent ? ' <em>Idempotency-Key</em>' : ''}</summary>
      ${route.query ? `<h4>查询</h4><pre>${schemaText(route.query)}</pre>` : ''}${route.body ? `<h4>提交</h4><pre>${schemaText(route.body)}</pre>` : ''}<h4>答复 ${route.status ?? 200}</h4><pre>${schemaText(route.answer)}</pre></details>`);
    return `<h2>${audiences[audience]}</h2>${rows.join('')}`;
  });
  const codes = Object.entries(errorCatalogue).map(([code, { status, title }]) => `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${escape(title)}</td></tr>`);
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><title>接口说明</title><style>
body{font:16px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:960px;margin:0 auto;padding:16px;color:#1b2430}h1{font-size:26px}h2{margin-top:32px;border-bottom:2px solid #e3e8ef;padding-bottom:4px}
details{border:1px solid #e3e8ef;border-radius:8px;margin:8px 0;padding:8px 12px}summary{cursor:pointer}pre{background:#f5f7fa;border-radius:6px;padding:10px;overflow:auto;font-size:13px}h4{margin:8px 0 4px}
code.GET{color:#0a6b4f}code.POST{color:#9a4a00}code.DELETE{color:#a3182b}em{background:#fff3d6;border-radius:4px;padding:1px 6px;font-style:normal;font-size:13px}table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #e3e8ef;padding:6px 8px;vertical-align:top}
</style></head><body><h1>公租房轮候与线上选房：接口说明</h1><p>机器可读：<a href="openapi.json">openapi.json</a>。所有时刻为毫秒时间戳，金额为分，面积为平方米。家庭和工作人员以 <code>Authorization: Bearer …</code> 表明身份。实时消息：Socket.IO，公开 <code>/live</code>，家庭 <code>/family</code>。</p>
${groups.join('')}<h2>拒绝代码</h2><p>拒绝以 <code>application/problem+json</code> 答复，不改变任何数据。</p><table>${codes.join('')}</table></body></html>`;
}
